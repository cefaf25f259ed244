import { acyclicity, createOptimizer, type Executor, type Floats, planLayout } from '@cfe/autograd';
import { permutation, type Rng } from '@cfe/base';
import { type Schedule, scheduleValue } from '../../schedule.ts';
import { rowGatherer } from '../row-gatherer.ts';
import type { TrainingRows } from '../training-rows.ts';
import { type EdgeWeights, strengthsOf } from './edge-weights.ts';

/** One run of minibatches on a gated plan. */
export interface GatedFitOptions {
  /** `[edges]`, 1 where a child may read a parent */
  readonly gates: Floats;
  readonly epochs: number;
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

/** Trains in place: likelihood, sparsity of edges, and, where asked, acyclicity. Returns the last epoch's mean loss. */
export async function gatedFit(
  executor: Executor,
  parameters: Floats,
  weights: EdgeWeights,
  data: TrainingRows,
  options: GatedFitOptions,
): Promise<number> {
  const { plan, dtype } = executor;
  const { gates, epochs, learningRate, sparsity, decay, rng } = options;
  const d = plan.variables;
  const size = Math.min(options.batchSize, data.rows);
  const count = planLayout(plan).parameters;
  const rowsOf = rowGatherer(data, dtype);
  const values = executor.allocate(d * size);
  const omit = new Uint8Array(d * size);
  const penalty = executor.allocate(count);
  const edges = gates.length;
  const strengths = new Float64Array(edges);
  const pull = new Float64Array(edges);
  const square = new Float64Array(d * d);
  const cycles = acyclicity(options.acyclicity?.kind ?? 'spectral', { of: 'strengths' });
  const radius = acyclicity('spectral', { of: 'strengths' });
  let gamma = 0;
  const optimizer = createOptimizer({ kind: 'adam' }, count, {
    dtype,
    allocate: (length) => executor.allocate(length),
  });
  const isBias = new Uint8Array(count).fill(1);
  for (const { layers } of planLayout(plan).mechanisms)
    for (const layer of layers) isBias.fill(0, layer.weights, layer.weights + layer.inputs * layer.outputs);
  let steps = 0;
  let loss = Number.NaN;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(rng.fork(`epoch ${epoch}`), data.rows);
    if (options.acyclicity !== undefined) gamma = raised(gamma, epoch, options.acyclicity.threshold);
    let [total, batches] = [0, 0];
    for (let from = 0; from + size <= data.rows; from += size) {
      rowsOf.gather(order.subarray(from), size, values, omit);
      strengthsOf(weights, parameters, strengths);
      pull.fill(sparsity);
      if (gamma > 0) addCycles();
      for (let i = 0; i < count; i++) penalty[i] = isBias[i] === 1 ? 0 : decay * (parameters[i] as number);
      for (let e = 0; e < edges; e++) {
        const factor = (pull[e] as number) / Math.sqrt((strengths[e] as number) ** 2 + 1e-6);
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
  function raised(now: number, epoch: number, threshold: number): number {
    if (epoch < epochs / 4) return 0;
    strengthsOf(weights, parameters, strengths);
    fillSquare((e) => (strengths[e] as number) > threshold);
    return radius.evaluate(square).value > 0 ? Math.max(0.01, 1.3 * now) : now;
  }

  function fillSquare(isIn: (e: number) => boolean): void {
    square.fill(0);
    for (let e = 0; e < edges; e++)
      if (gates[e] !== 0 && isIn(e))
        square[(weights.from[e] as number) * d + (weights.to[e] as number)] = strengths[e] as number;
  }

  function addCycles(): void {
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
        sparsity + gamma * (gradient[(weights.from[e] as number) * d + (weights.to[e] as number)] as number);
  }
}
