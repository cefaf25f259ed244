import { type Dag, incident, topologicalLevels } from '@cfe/graph';
import type { InterventionSchedule } from '../intervention-schedule.ts';
import { scheduleValue } from '../schedule.ts';

/** Where an intervention schedule stands at a step. */
export interface TargetRule {
  readonly probability: number;
  readonly count: number;
  /** `[d]`: how likely each variable is to be a target, up to a factor */
  readonly weights: Float64Array;
}

/** Recent losses of each variable, `[d]`; read as a schedule is asked. */
export interface Running {
  /** mean of the last twenty steps or so */
  readonly losses: Float64Array;
  /** mean of the last two hundred or so */
  readonly before: Float64Array;
}

export function targetRule(
  graph: Dag,
  schedule: InterventionSchedule,
  { losses, before }: Running,
): (step: number) => TargetRule {
  const d = graph.nodes.length;
  const depths = new Int32Array(d);
  for (const [depth, level] of topologicalLevels(graph).entries()) for (const j of level) depths[j] = depth;
  const { probability, count = 1, depth = Number.MAX_VALUE, select } = schedule;
  let weights: Float64Array = new Float64Array(0);
  let limit = Number.NaN;
  const followsLosses = select === 'uncertain' || select === 'active';
  return (step) => {
    const now = scheduleValue(depth, step);
    if (followsLosses || now !== limit) weights = weightsFor(now);
    limit = now;
    return { probability: scheduleValue(probability, step), count: scheduleValue(count, step), weights };
  };

  function weightsFor(deepest: number): Float64Array {
    const weights = new Float64Array(d);
    for (let j = 0; j < d; j++) {
      if ((depths[j] as number) > deepest) continue;
      let weight = followsLosses ? 1e-3 : 1;
      // a loss of ℓ nats is a spread of e^ℓ, which is positive whatever the sign of ℓ
      if (select === 'uncertain') {
        for (const child of incident(graph.children, j))
          weight += Math.exp(Math.min(5, losses[child] as number));
      }
      // what has been learned of late about the children, in nats: there is more to learn where there just was
      if (select === 'active') {
        for (const child of incident(graph.children, j))
          weight += Math.max(0, (before[child] as number) - (losses[child] as number));
      }
      weights[j] = weight;
    }
    return weights;
  }
}
