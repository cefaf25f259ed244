import { type Executor, type Floats, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { meansOf, standardError } from '../held-out.ts';
import type { TrainingRows } from '../training-rows.ts';
import { type EdgeWeights, strengthsOf } from './edge-weights.ts';
import { gatedFit } from './gated-fit.ts';

export interface PruneOptions {
  /** passes before anything is judged */
  readonly refitEpochs: number;
  /** passes of each round */
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly decay: number;
  /** nats per row that an edge has to save on held-out rows, `[edges]`, beside two standard errors; −∞ for one that is not judged */
  readonly price: Float64Array;
  readonly rng: Rng;
  readonly tick: (done: number, total: number, loss: number) => Promise<void> | undefined;
}

export interface Pruned {
  /** `[edges]`, 1 for those that stay */
  readonly gates: Float32Array;
  /** `[edges]`: what it costs on held-out rows to do without, in standard errors; NaN for those that went */
  readonly clarity: Float64Array;
  /** `[edges]`: the same in nats per row; also of those that went */
  readonly saves: Float64Array;
  /** `[d]`, held-out loss of each variable with what stays */
  readonly losses: Float64Array;
}

/**
 * Backward elimination by refitting: each round every variable does without its weakest parent that has not been judged, all
 * variables at once, since their likelihoods share nothing, while a copy goes on as it is on the same batches. A parent stays away
 * unless its absence costs more on held-out rows than its price and two standard errors; else the copy is gone on with.
 */
export async function pruneEdges(
  executor: Executor,
  parameters: Floats,
  weights: EdgeWeights,
  train: TrainingRows,
  test: TrainingRows,
  options: PruneOptions,
): Promise<Pruned> {
  const { plan } = executor;
  const { mechanisms } = planLayout(plan);
  const d = plan.variables;
  const edges = plan.parents.items.length;
  const gates = new Float32Array(edges).fill(1);
  const clarity = new Float64Array(edges).fill(Number.NaN);
  const saves = new Float64Array(edges);
  const judged = Uint8Array.from(options.price, (price) => (price === -Infinity ? 1 : 0));
  const strengths = new Float64Array(edges);
  const perEpoch = Math.max(1, Math.floor(train.rows / Math.min(options.batchSize, train.rows)));
  const fit = (name: string, epochs: number): Promise<number> =>
    gatedFit(executor, parameters, weights, train, {
      gates,
      epochs,
      batchSize: options.batchSize,
      learningRate: {
        kind: 'cosine',
        from: options.learningRate,
        to: options.learningRate / 50,
        over: epochs * perEpoch,
      },
      sparsity: 0,
      decay: options.decay,
      rng: options.rng.fork(name),
      tick: () => undefined,
    });
  const measure = (): Float64Array => {
    const { rows, values, omit } = test;
    return Float64Array.from(executor.logDensity({ rows, parameters, values, omit, gates }), (x) => -x);
  };
  await fit('all', options.refitEpochs);
  const losses = meansOf(measure(), test);
  const rounds = Math.max(0, ...Array.from({ length: d }, (_, j) => degree(j)));
  for (let round = 0; round < rounds; round++) {
    strengthsOf(weights, parameters, strengths);
    const tried = new Int32Array(d).fill(-1);
    for (let e = 0; e < edges; e++) {
      if (judged[e] === 1) continue;
      const j = weights.to[e] as number;
      const other = tried[j] as number;
      if (other < 0 || (strengths[e] as number) < (strengths[other] as number)) tried[j] = e;
    }
    // what more training alone does must not be taken for the edge's doing, so both go on from here
    const start = Float64Array.from(parameters);
    await fit(`round ${round}`, options.epochs);
    const [kept, before] = [Float64Array.from(parameters), measure()];
    parameters.set(start);
    for (const e of tried) if (e >= 0) gates[e] = 0;
    await fit(`round ${round}`, options.epochs);
    const after = measure();
    const [old, now] = [meansOf(before, test), meansOf(after, test)];
    for (const [j, e] of tried.entries()) {
      const { from, to } = mechanisms[j] as (typeof mechanisms)[number];
      const loss = (now[j] as number) - (old[j] as number);
      const error = standardError(after, before, test, j);
      const isMissed = e >= 0 && loss > Math.max(2 * error, options.price[e] as number);
      if (e >= 0) [judged[e], saves[e]] = [1, loss];
      if (isMissed) {
        gates[e] = 1;
        clarity[e] = loss / Math.max(error, 1e-12);
      }
      if (isMissed || e < 0) {
        for (let i = from; i < to; i++) parameters[i] = kept[i] as number;
        losses[j] = old[j] as number;
      } else losses[j] = now[j] as number;
    }
    const wait = options.tick(round + 1, rounds, 0);
    if (wait !== undefined) await wait;
  }
  return { gates, clarity, saves, losses };

  function degree(j: number): number {
    return (plan.parents.offsets[j + 1] as number) - (plan.parents.offsets[j] as number);
  }
}
