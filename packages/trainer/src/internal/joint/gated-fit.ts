import {
  acyclicity,
  createOptimizer,
  type Executor,
  type Floats,
  type OptimizerState,
  planLayout,
} from '@cfe/autograd';
import { permutation, type Rng } from '@cfe/base';
import { type Schedule, scheduleValue } from '../../schedule.ts';
import { rowGatherer } from '../row-gatherer.ts';
import type { TrainingRows } from '../training-rows.ts';
import { type EdgeWeights, strengthsOf } from './edge-weights.ts';

/** Where a run of minibatches stands: another one can go on from it. Arrays are in the executor's memory. */
export interface GatedState {
  readonly parameters: Floats;
  readonly optimizer: OptimizerState;
  /** `[parameters]`, what is added to the gradient */
  readonly penalty: Floats;
  /** `[d * batchSize]`, a batch */
  readonly values: Floats;
  /** how much cycles cost by now */
  cycleWeight: number;
}

/** One run of minibatches on a gated plan. */
export interface GatedFitOptions {
  /** `[edges]`, 1 where a child may read a parent */
  readonly gates: Floats;
  readonly epochs: number;
  /** which of the epochs to run; default all */
  readonly part?: readonly [first: number, end: number] | undefined;
  /** `[d]`: 1 where a variable's mechanism learns; default all. The others cost next to nothing */
  readonly learns?: Uint8Array | undefined;
  readonly batchSize: number;
  readonly learningRate: Schedule;
  /** of the strengths of the edges */
  readonly sparsity: number;
  /** half the squared weights, so that strengths cannot hide in later layers */
  readonly decay: number;
  /** makes cycles of strengths cost more every epoch, until none above the threshold is left; default not at all */
  readonly acyclicity?: { readonly kind: 'spectral' | 'log-det'; readonly threshold: number } | undefined;
  readonly rng: Rng;
  readonly tick: (epoch: number, loss: number) => Promise<void> | undefined;
}

/** What cycles cost is measured anew after so many steps: strengths hardly move in between. */
const stepsPerMeasure = 8;

/** A run that has not begun. */
export function gatedState(executor: Executor, start: ArrayLike<number>, batchSize: number): GatedState {
  const allocate = (length: number): Floats => executor.allocate(length);
  const parameters = allocate(start.length);
  parameters.set(start);
  return {
    parameters,
    optimizer: createOptimizer({ kind: 'adam' }, start.length, { dtype: executor.dtype, allocate }),
    penalty: allocate(start.length),
    values: allocate(executor.plan.variables * batchSize),
    cycleWeight: 0,
  };
}

/** Trains in place: likelihood, sparsity of edges, and, where asked, acyclicity. Returns the last epoch's mean loss. */
export async function gatedFit(
  executor: Executor,
  state: GatedState,
  weights: EdgeWeights,
  data: TrainingRows,
  options: GatedFitOptions,
): Promise<number> {
  const { plan, dtype } = executor;
  const { parameters, optimizer, penalty } = state;
  const { gates, epochs, learningRate, sparsity, decay, learns, rng } = options;
  const [first, end] = options.part ?? [0, epochs];
  const d = plan.variables;
  const size = Math.min(options.batchSize, data.rows);
  const count = parameters.length;
  const rowsOf = rowGatherer(data, dtype);
  const values = state.values.subarray(0, d * size);
  const omit = new Uint8Array(d * size);
  const edges = gates.length;
  const strengths = new Float64Array(edges);
  const pull = new Float64Array(edges).fill(sparsity);
  const square = new Float64Array(d * d);
  const cycles = acyclicity(options.acyclicity?.kind ?? 'spectral', { of: 'strengths' });
  const radius = acyclicity('spectral', { of: 'strengths' });
  const decayed = new Float64Array(count);
  for (const [j, { layers }] of planLayout(plan).mechanisms.entries())
    for (const { weights: from, inputs, outputs } of layers)
      if (learns?.[j] !== 0) decayed.fill(decay, from, from + inputs * outputs);
  const pulled = Int32Array.from(weights.to.keys()).filter((e) => learns?.[weights.to[e] as number] !== 0);
  let steps = first * Math.floor(data.rows / size);
  let loss = Number.NaN;
  for (let epoch = first; epoch < end; epoch++) {
    const order = permutation(rng.fork(`epoch ${epoch}`), data.rows);
    if (options.acyclicity !== undefined) raise(epoch, options.acyclicity.threshold);
    let [total, batches] = [0, 0];
    for (let from = 0; from + size <= data.rows; from += size) {
      rowsOf.gather(order.subarray(from), size, values, omit);
      if (learns !== undefined)
        for (let j = 0; j < d; j++) if (learns[j] === 0) omit.fill(1, j * size, (j + 1) * size);
      strengthsOf(weights, parameters, strengths);
      if (state.cycleWeight > 0 && batches % stepsPerMeasure === 0) measureCycles();
      for (let i = 0; i < count; i++) penalty[i] = (decayed[i] as number) * (parameters[i] as number);
      for (const e of pulled) {
        const factor = (pull[e] as number) / Math.sqrt((strengths[e] as number) ** 2 + 1e-6);
        if (factor === 0) continue;
        for (let k = weights.offsets[e] as number; k < (weights.offsets[e + 1] as number); k++) {
          const i = weights.items[k] as number;
          penalty[i] = (penalty[i] as number) + factor * (parameters[i] as number);
        }
      }
      const result = executor.step({
        rows: size,
        parameters,
        values,
        omit,
        gates,
        optimizer,
        learningRate: scheduleValue(learningRate, steps),
        addGradient: penalty,
      });
      steps += 1;
      batches += 1;
      total += result.loss;
    }
    loss = total / Math.max(1, batches);
    const wait = options.tick(epoch, loss);
    if (wait !== undefined) await wait;
  }
  return loss;

  /** Nothing in the first quarter; then 30% more each epoch in which the strengths above the threshold form a cycle. */
  function raise(epoch: number, threshold: number): void {
    if (epoch < epochs / 4) return;
    strengthsOf(weights, parameters, strengths);
    fillSquare((e) => (strengths[e] as number) > threshold);
    if (radius.evaluate(square).value > 0) state.cycleWeight = Math.max(0.01, 1.3 * state.cycleWeight);
  }

  function fillSquare(isIn: (e: number) => boolean): void {
    square.fill(0);
    for (let e = 0; e < edges; e++)
      if (gates[e] !== 0 && isIn(e))
        square[(weights.from[e] as number) * d + (weights.to[e] as number)] = strengths[e] as number;
  }

  function measureCycles(): void {
    fillSquare(() => true);
    // the log-determinant is finite below radius 1, which the largest row sum bounds
    let scale = 1;
    if (cycles.kind === 'log-det')
      for (let i = 0; i < d; i++)
        scale = Math.max(scale, 1.1 * square.subarray(i * d, (i + 1) * d).reduce((sum, x) => sum + x, 0));
    if (scale !== 1) for (let at = 0; at < d * d; at++) square[at] = (square[at] as number) / scale;
    const { gradient } = cycles.evaluate(square);
    for (let e = 0; e < edges; e++)
      pull[e] =
        sparsity +
        state.cycleWeight * (gradient[(weights.from[e] as number) * d + (weights.to[e] as number)] as number);
  }
}
