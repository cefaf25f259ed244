import {
  createOptimizer,
  type Executor,
  type Floats,
  type OptimizerSpec,
  type OptimizerState,
  type Plan,
  planLayout,
  type StepResult,
} from '@cfe/autograd';
import type { LossBatch } from '@cfe/losses';
import type { DeviceSteps } from '../fit-options.ts';
import type { HistoryPoint } from '../fit-result.ts';
import { type Schedule, scheduleValue } from '../schedule.ts';
import type { Batch, BatchSource } from './batch-source.ts';
import type { ExtraLoss } from './extra-loss.ts';
import { meansOf, termsOf } from './held-out.ts';
import { lossBalance } from './loss-balance.ts';
import type { TrainingRows } from './training-rows.ts';

/** Where a run stands: with the source of batches, everything that the rest of it depends on. */
export interface LoopState {
  readonly parameters: Floats;
  readonly optimizer: OptimizerState;
  /** `[parameters]`: of each variable, those of its own best epoch */
  readonly best: Float64Array;
  /** `[d]`: lowest held-out loss of each variable; NaN without held-out rows */
  readonly lowest: Float64Array;
  /** `[d]`: running mean of each variable's training loss */
  readonly running: Float64Array;
  /** `[d]`: the same with a longer memory */
  readonly before: Float64Array;
  /** by extra loss: running length of its gradient; last, that of the likelihood */
  readonly lengths: Float64Array;
  /** by extra loss: its last value and factor, `[2 * losses]` */
  readonly last: Float64Array;
  /** the epoch that is under way, from 1 */
  epoch: number;
  /** batches of it that are done */
  batch: number;
  steps: number;
  /** sum of the losses of the epoch's batches */
  total: number;
  /** epochs without improvement */
  waited: number;
  /** what rollbacks left of the learning rate */
  rate: number;
  rollbacks: number;
}

/** A gradient that was not finite. */
export interface Trouble {
  readonly variable: number;
  readonly step: number;
  readonly epoch: number;
  readonly batch: number;
}

export interface LoopOptions {
  readonly executor: Executor;
  /** runs the steps in its place */
  readonly device: DeviceSteps | undefined;
  readonly source: BatchSource;
  readonly test: TrainingRows | undefined;
  readonly optimizer: OptimizerSpec;
  readonly learningRate: Schedule | undefined;
  readonly clipNorm: number | undefined;
  readonly losses: readonly ExtraLoss[];
  /** units in two worlds from the data, for the paired loss; a source's own come first */
  readonly paired: LossBatch | undefined;
  readonly epochs: number;
  readonly patience: number;
  /** where schedules stand after so many steps, for the history */
  readonly schedules?: ((steps: number) => Pick<HistoryPoint, 'interventions'>) | undefined;
  readonly isStopped: () => boolean;
  /** after every step; a promise is awaited */
  readonly afterStep: (state: LoopState) => Promise<void> | undefined;
  /** after every epoch; `'stop'` ends the run */
  readonly afterEpoch: (point: Omit<HistoryPoint, 'seconds'>, state: LoopState) => unknown;
  readonly onTrouble: (trouble: Trouble) => void;
}

/** How a run ended. */
export interface LoopResult {
  readonly finished: 'converged' | 'max-steps' | 'stopped' | 'diverged';
  readonly state: LoopState;
  readonly trouble: Trouble | undefined;
}

/** A run that has not begun. */
export function startLoop(
  plan: Plan,
  start: Float64Array,
  options: Pick<LoopOptions, 'executor' | 'optimizer' | 'test' | 'losses'>,
): LoopState {
  const { executor, test } = options;
  const size = planLayout(plan).parameters;
  const parameters = executor.allocate(size);
  parameters.set(start);
  return {
    parameters,
    optimizer: freshOptimizer(executor, options.optimizer, size),
    best: start.slice(),
    lowest:
      test === undefined
        ? new Float64Array(plan.variables).fill(Number.NaN)
        : meansOf(termsOf(executor, test, start), test),
    running: new Float64Array(plan.variables),
    before: new Float64Array(plan.variables),
    lengths: new Float64Array(options.losses.length + 1),
    last: new Float64Array(2 * options.losses.length).fill(Number.NaN),
    epoch: 1,
    batch: 0,
    steps: 0,
    total: 0,
    waited: 0,
    rate: 1,
    rollbacks: 0,
  };
}

export function freshOptimizer(executor: Executor, spec: OptimizerSpec, size: number): OptimizerState {
  return createOptimizer(spec, size, {
    dtype: executor.dtype,
    allocate: (length) => executor.allocate(length),
  });
}

const mostRollbacks = 3;

/**
 * Runs to the end from wherever the state is, and moves the state along.
 *
 * The likelihood falls apart into one term per variable, so each variable keeps the parameters of the epoch in which its own
 * held-out loss was lowest; other losses tie variables together, and then the epoch with the lowest sum counts for all.
 *
 * A gradient that is not finite takes the run back to its best parameters at half the learning rate, three times at most.
 */
export async function runLoop(plan: Plan, state: LoopState, options: LoopOptions): Promise<LoopResult> {
  const { executor, source, test, losses, epochs, patience, isStopped } = options;
  const layout = planLayout(plan);
  const balance = lossBalance(losses, state.lengths, state.last, layout.parameters);
  const baseRate = options.learningRate ?? state.optimizer.settings.learningRate;

  for (; state.epoch <= epochs; state.epoch++, state.batch = 0, state.total = 0) {
    const batches = source.epoch(state.epoch, state.batch, state.steps);
    for (;;) {
      const coming = batches.next();
      const { value: batch } = 'then' in coming ? await coming : coming;
      if (batch === undefined) break;
      const going = step(batch);
      const trouble = going instanceof Promise ? await going : going;
      if (trouble !== undefined) {
        options.onTrouble(trouble);
        if (state.rollbacks >= mostRollbacks) return { finished: 'diverged', state, trouble };
        rollBack();
        break;
      }
      const wait = options.afterStep(state);
      if (wait !== undefined) await wait;
      if (isStopped()) return { finished: 'stopped', state, trouble: undefined };
    }
    const improved = test === undefined ? undefined : keepBest(test);
    if (improved !== undefined) state.waited = improved ? 0 : state.waited + 1;
    const verdict = await options.afterEpoch(
      {
        phase: 'training',
        step: state.epoch,
        loss: state.total / Math.max(1, state.batch),
        heldOut: improved === undefined ? undefined : sum(state.lowest),
        learningRate: state.rate * scheduleValue(baseRate, state.steps),
        ...options.schedules?.(state.steps),
        ...(losses.length === 0 ? {} : { losses: balance.report() }),
      },
      state,
    );
    if (verdict === 'stop') return { finished: 'stopped', state, trouble: undefined };
    if (test !== undefined && state.waited >= patience)
      return { finished: 'converged', state, trouble: undefined };
  }
  return { finished: 'max-steps', state, trouble: undefined };

  function step(batch: Batch): Trouble | undefined | Promise<Trouble | undefined> {
    const { parameters, optimizer } = state;
    const { rows, values, omit } = batch;
    const addGradient =
      losses.length === 0
        ? undefined
        : balance.gradient(executor, parameters, {
            rows: { rows, values, omit },
            pairs: batch.paired ?? options.paired,
          });
    const result = (options.device ?? executor).step({
      rows,
      parameters,
      values,
      omit,
      optimizer,
      learningRate: state.rate * scheduleValue(baseRate, state.steps),
      addGradient,
      clipNorm: options.clipNorm,
    });
    return result instanceof Promise ? result.then(count) : count(result);
  }

  function count(result: StepResult): Trouble | undefined {
    state.steps += 1;
    state.batch += 1;
    if (!Number.isFinite(result.gradientNorm) || !Number.isFinite(result.loss)) {
      const variable = Array.from(result.byVariable).findIndex((x) => !Number.isFinite(x));
      return { variable: Math.max(0, variable), step: state.steps, epoch: state.epoch, batch: state.batch };
    }
    state.total += result.loss;
    for (let j = 0; j < plan.variables; j++) {
      const now = result.byVariable[j] as number;
      state.running[j] = state.steps === 1 ? now : 0.95 * (state.running[j] as number) + 0.05 * now;
      state.before[j] = state.steps === 1 ? now : 0.995 * (state.before[j] as number) + 0.005 * now;
    }
    return undefined;
  }

  function rollBack(): void {
    state.parameters.set(state.best);
    const { optimizer } = state;
    optimizer.steps = 0;
    optimizer.first.fill(0);
    optimizer.second.fill(0);
    state.rate /= 2;
    state.rollbacks += 1;
  }

  /** Takes over what did better than ever on the held-out rows; tells whether anything did by a margin. */
  function keepBest(rows: TrainingRows): boolean {
    const means = meansOf(termsOf(executor, rows, state.parameters), rows);
    const together = losses.length > 0;
    const before = sum(state.lowest);
    if (together && !(sum(means) < before)) return false;
    let improved = together && before - sum(means) > 1e-4;
    for (const [j, { from, to }] of layout.mechanisms.entries()) {
      const mean = means[j] as number;
      const lowest = state.lowest[j] as number;
      if (!together && !(mean < lowest)) continue;
      improved ||= lowest - mean > 1e-4;
      state.lowest[j] = mean;
      for (let i = from; i < to; i++) state.best[i] = state.parameters[i] as number;
    }
    return improved;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const x of values) total += x;
  return total;
}
