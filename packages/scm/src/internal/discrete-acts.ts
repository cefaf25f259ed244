import { InputError, quoteName, throwUnknownName } from '@cfe/base';
import type { DiscreteNode } from '../discrete-model.ts';
import { checkDistribution } from '../distribution.ts';
import { type Do, type Intervention, interventionsOf } from '../intervention.ts';
import { levelOf } from './read-evidence.ts';

/** With probability `own` the variable follows its own table; `law` is the rest, `[levels]`, summing to 1 − own. */
export interface DiscreteAct {
  readonly own: number;
  readonly law: Float64Array;
}

/** What an action does to each table, by node. */
export function readDiscreteActs(
  nodes: readonly DiscreteNode[],
  action: Do | undefined,
): (DiscreteAct | undefined)[] {
  const names = nodes.map(({ name }) => name);
  const acts: (DiscreteAct | undefined)[] = nodes.map(() => undefined);
  for (const intervention of interventionsOf(action)) {
    const j = names.indexOf(intervention.target);
    if (j < 0) throwUnknownName('exact', 'variable', intervention.target, names);
    if (acts[j] !== undefined) {
      throw new InputError(
        'scm/contradictory-do',
        `exact: ${quoteName(intervention.target)} gets two interventions in one action. Give it one; to override an earlier action, compose them.`,
        { target: intervention.target },
      );
    }
    acts[j] = actOf(nodes[j] as DiscreteNode, intervention);
  }
  return acts;
}

function actOf(node: DiscreteNode, intervention: Intervention): DiscreteAct {
  const levels = node.levels.length;
  const refuse = (why: string): never => {
    throw new InputError(
      'scm/not-exact',
      `exact: ${intervention.kind} on ${quoteName(intervention.target)} ${why}.`,
      {
        target: intervention.target,
        kind: intervention.kind,
      },
    );
  };
  switch (intervention.kind) {
    case 'hard': {
      const { value } = intervention;
      if (typeof value !== 'number' && typeof value !== 'string')
        return refuse('needs one level here, not one per row');
      const law = new Float64Array(levels);
      law[levelOf('do', node, value)] = 1;
      return { own: 0, law };
    }
    case 'stochastic': {
      const { distribution } = intervention;
      checkDistribution(distribution);
      if (distribution.kind === 'categorical' && distribution.probabilities.length === levels) {
        const total = distribution.probabilities.reduce((sum, p) => sum + p, 0);
        return { own: 0, law: Float64Array.from(distribution.probabilities, (p) => p / total) };
      }
      if (distribution.kind === 'empirical') {
        const law = new Float64Array(levels);
        for (const value of Array.from(distribution.values)) {
          const level = levelOf('do', node, value);
          law[level] = (law[level] as number) + 1 / distribution.values.length;
        }
        return { own: 0, law };
      }
      return refuse(`needs a categorical law with one probability for each of the ${levels} levels`);
    }
    case 'sometimes': {
      const { probability: p } = intervention;
      if (!(p >= 0 && p <= 1)) return refuse(`needs a probability between 0 and 1, got ${p}`);
      if (intervention.with.target !== intervention.target)
        return refuse('has another target than the one inside it');
      const other = actOf(node, intervention.with);
      return { own: 1 - p + p * other.own, law: other.law.map((q) => p * q) };
    }
    case 'replace':
      return refuse('has no table; draw samples instead');
    default:
      return refuse(
        'means nothing for a categorical variable: it takes hard, stochastic, sometimes or replace',
      );
  }
}
