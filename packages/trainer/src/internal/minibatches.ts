import { createOptimizer, type Executor, type OptimizerSpec, type Plan, planLayout } from '@cfe/autograd';
import { permutation, type Rng } from '@cfe/base';
import { meansOf, splitRows, termsOf } from './held-out.ts';
import type { TrainingRows } from './training-rows.ts';

/** What minibatch training found. */
export interface MinibatchResult {
  readonly parameters: Float64Array;
  readonly heldOut: Float64Array;
  /** optimiser steps taken */
  readonly steps: number;
  readonly epochs: number;
  readonly finished: 'converged' | 'max-steps' | 'stopped' | 'diverged';
  /** the variable and step at which a gradient stopped being finite */
  readonly trouble?: { readonly variable: number; readonly step: number; readonly epoch: number } | undefined;
}

export interface MinibatchOptions {
  readonly executor: Executor;
  readonly rng: Rng;
  readonly heldOut: number | TrainingRows;
  readonly optimizer: OptimizerSpec;
  readonly epochs: number;
  readonly batchSize: number;
  readonly patience: number;
  /** `[parameters]` to begin with, given the rows to train on */
  readonly start: (train: TrainingRows) => Float64Array;
  readonly isStopped: () => boolean;
  /** called after every step; `heldOut` after the last one of an epoch */
  readonly tick: (epoch: number, loss: number, heldOut: number | undefined) => Promise<void> | undefined;
}

/**
 * Trains on shuffled minibatches. The likelihood falls apart into one term per variable, so each variable keeps the
 * parameters of the epoch in which its own held-out loss was lowest.
 */
export async function minibatches(
  plan: Plan,
  data: TrainingRows,
  options: MinibatchOptions,
): Promise<MinibatchResult> {
  const { executor, rng, epochs, patience, isStopped, tick } = options;
  const layout = planLayout(plan);
  const d = plan.variables;
  const [train, test] = splitRows(data, options.heldOut, rng.fork('held out'));
  const parameters = executor.allocate(layout.parameters);
  parameters.set(options.start(train));
  const optimizer = createOptimizer(options.optimizer, layout.parameters, {
    dtype: executor.dtype,
    allocate: (length) => executor.allocate(length),
  });
  const best = Float64Array.from(parameters);
  const lowest = new Float64Array(d).fill(Number.NaN);
  if (test !== undefined) lowest.set(meansOf(termsOf(executor, test, best), test));
  const batchSize = Math.min(options.batchSize, train.rows);
  const batch = { values: new Float64Array(d * batchSize), omit: new Uint8Array(d * batchSize) };
  const shuffle = rng.fork('batches');
  let steps = 0;
  let waited = 0;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = permutation(shuffle, train.rows);
    let total = 0;
    for (let from = 0; from < train.rows; from += batchSize) {
      const rows = Math.min(batchSize, train.rows - from);
      gather(train, order, from, rows, batch);
      const step = executor.step({
        rows,
        parameters,
        optimizer,
        values: batch.values.subarray(0, d * rows),
        omit: batch.omit.subarray(0, d * rows),
      });
      steps += 1;
      if (!Number.isFinite(step.gradientNorm) || !Number.isFinite(step.loss)) {
        const variable = Math.max(
          0,
          Array.from(step.byVariable).findIndex((x) => !Number.isFinite(x)),
        );
        return result('diverged', epoch, { variable, step: steps, epoch });
      }
      total += step.loss * rows;
      const isLast = from + batchSize >= train.rows;
      const improved = isLast && test !== undefined ? keepBest(test) : undefined;
      if (improved !== undefined) waited = improved ? 0 : waited + 1;
      const wait = tick(epoch, total / (from + rows), improved === undefined ? undefined : sum(lowest));
      if (wait !== undefined) await wait;
      if (isStopped()) return result('stopped', epoch);
    }
    if (test !== undefined && waited >= patience) return result('converged', epoch);
  }
  return result('max-steps', epochs);

  /** Takes over each variable that did better than ever on the held-out rows; tells whether one did by a margin. */
  function keepBest(rows: TrainingRows): boolean {
    const means = meansOf(termsOf(executor, rows, parameters), rows);
    let improved = false;
    for (const [j, { from, to }] of layout.mechanisms.entries()) {
      const mean = means[j] as number;
      const before = lowest[j] as number;
      if (!(mean < before)) continue;
      improved ||= before - mean > 1e-4;
      lowest[j] = mean;
      for (let i = from; i < to; i++) best[i] = parameters[i] as number;
    }
    return improved;
  }

  function result(
    finished: MinibatchResult['finished'],
    epoch: number,
    trouble?: MinibatchResult['trouble'],
  ): MinibatchResult {
    const found = test === undefined ? Float64Array.from(parameters) : best;
    return { parameters: found, heldOut: lowest, steps, epochs: epoch, finished, trouble };
  }
}

function gather(
  from: TrainingRows,
  order: Int32Array,
  start: number,
  rows: number,
  to: { readonly values: Float64Array; readonly omit: Uint8Array },
): void {
  for (let j = 0; j < from.counts.length; j++) {
    for (let k = 0; k < rows; k++) {
      const at = j * from.rows + (order[start + k] as number);
      to.values[j * rows + k] = from.values[at] as number;
      to.omit[j * rows + k] = from.omit[at] as number;
    }
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const x of values) total += x;
  return total;
}
