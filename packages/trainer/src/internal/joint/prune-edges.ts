import { type Executor, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { meansOf, standardError } from '../held-out.ts';
import type { TrainingRows } from '../training-rows.ts';
import { type EdgeWeights, strengthsOf } from './edge-weights.ts';
import { gatedFit, gatedState } from './gated-fit.ts';

export interface PruneOptions {
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
 * Backward elimination by refitting: each round every variable that has parents left to judge does without the weakest of them, all
 * variables at once, since their likelihoods share nothing, while a copy goes on as it is on the same batches. A parent stays away
 * unless its absence costs more on held-out rows than its price and two standard errors; else the copy is gone on with.
 *
 * @param start - parameters of a fit with all edges
 */
export async function pruneEdges(
  executor: Executor,
  start: ArrayLike<number>,
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
  const state = gatedState(executor, start, options.batchSize);
  const { parameters, optimizer } = state;
  const fit = async (round: number, learns: Uint8Array): Promise<void> => {
    const { epochs, batchSize, learningRate: from, decay } = options;
    optimizer.steps = 0;
    optimizer.first.fill(0);
    optimizer.second.fill(0);
    await gatedFit(executor, state, weights, train, {
      gates,
      epochs,
      learns,
      batchSize,
      learningRate: { kind: 'cosine', from, to: from / 1000, over: epochs * perEpoch },
      sparsity: 0,
      decay,
      rng: options.rng.fork(`round ${round}`),
      tick: () => undefined,
    });
  };
  const measure = (): Float64Array => {
    const { rows, values, omit } = test;
    return Float64Array.from(executor.logDensity({ rows, parameters, values, omit, gates }), (x) => -x);
  };
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
    const learns = Uint8Array.from(tried, (e) => (e < 0 ? 0 : 1));
    // what more training alone does must not be taken for the edge's doing, so both go on from here
    const here = Float64Array.from(parameters);
    await fit(round, learns);
    const [kept, before] = [Float64Array.from(parameters), measure()];
    parameters.set(here);
    for (const e of tried) if (e >= 0) gates[e] = 0;
    await fit(round, learns);
    const after = measure();
    const [old, now] = [meansOf(before, test), meansOf(after, test)];
    for (const [j, e] of tried.entries()) {
      if (e < 0) continue;
      const { from, to } = mechanisms[j] as (typeof mechanisms)[number];
      const loss = (now[j] as number) - (old[j] as number);
      const error = standardError(after, before, test, j);
      const isMissed = loss > Math.max(2 * error, options.price[e] as number);
      [judged[e], saves[e]] = [1, loss];
      if (isMissed) {
        gates[e] = 1;
        clarity[e] = loss / Math.max(error, 1e-12);
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
