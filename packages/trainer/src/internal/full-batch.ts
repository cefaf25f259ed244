import { type Executor, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { type BlockLbfgs, blockLbfgs } from './block-lbfgs.ts';
import { meansOf, splitRows, standardError, termsOf } from './held-out.ts';
import { penaltyMask } from './penalty-mask.ts';
import { startFrom } from './start.ts';
import type { TrainingRows } from './training-rows.ts';

/** What a full-batch fit did, besides the parameters. */
export interface FullBatchResult {
  readonly parameters: Float64Array;
  /** evaluations of loss and gradient over all stages */
  readonly evaluations: number;
  /** by variable: mean held-out negative log-likelihood, standardised; NaN where nothing was held out for it */
  readonly heldOut: Float64Array;
  /** by variable: the prior's spread that was chosen; 0 where it stayed with its straight line */
  readonly spreads: Float64Array;
  readonly finished: 'converged' | 'max-steps';
  /** variables whose loss was not finite where the search began */
  readonly stuck: readonly number[];
}

export interface FullBatchOptions {
  readonly executor: Executor;
  readonly rng: Rng;
  /** rows to choose by: a share of the data to hold out, or other rows */
  readonly heldOut: number | TrainingRows;
  /** evaluations per stage */
  readonly maxSteps: number;
  /** spreads of the weights' normal prior to choose among, on the standardised scale, from strict to loose */
  readonly spreads: readonly number[];
  /** called after every evaluation */
  readonly tick: (stage: string, done: number, loss: number) => Promise<void> | undefined;
}

/**
 * Fits every mechanism by L-BFGS on its penalised likelihood over all rows.
 *
 * A linear additive mechanism is its least-squares line and takes no search. Any other starts there, and what bends it
 * is kept only if it foretells held-out rows better than the line, by more than a standard error; how much it may bend
 * (the spread of the weights' prior) is chosen by the same rows. Then it is fitted again to all rows.
 */
export async function fullBatch(
  plan: Plan,
  data: TrainingRows,
  options: FullBatchOptions,
): Promise<FullBatchResult> {
  const { executor, rng, maxSteps, spreads, tick } = options;
  const layout = planLayout(plan);
  const d = plan.variables;
  const heldOut = new Float64Array(d).fill(Number.NaN);
  const chosen = new Float64Array(d);
  const parameters = new Float64Array(layout.parameters);
  startFrom(plan, data, parameters, rng.fork('start'));
  const searched = plan.mechanisms.map((_, j) => needsSearch(plan, j));
  const none = {
    parameters,
    evaluations: 0,
    heldOut,
    spreads: chosen,
    finished: 'converged',
    stuck: [],
  } as const;
  if (!searched.includes(true)) return none;

  let evaluations = 0;
  const stuck: number[] = [];
  const mask = penaltyMask(plan);

  async function search(
    stage: string,
    rows: TrainingRows,
    start: Float64Array,
    spreadOf: (j: number) => number,
    which: (j: number) => boolean,
  ): Promise<BlockLbfgs> {
    const blocks = layout.mechanisms.map(({ from, to }, j) => (which(j) ? { from, to } : undefined));
    const run = blockLbfgs(start, blocks, penalisedLoss(executor, layout.mechanisms, rows, mask, spreadOf));
    for (let step = 0; step < maxSteps && run.running(); step++) {
      run.step();
      evaluations += 1;
      let total = 0;
      for (let j = 0; j < d; j++) if (which(j)) total += run.loss(j);
      const wait = tick(stage, step + 1, total);
      if (wait !== undefined) await wait;
    }
    for (let j = 0; j < d; j++) if (run.status(j) === 'stuck' && !Number.isFinite(run.loss(j))) stuck.push(j);
    return run;
  }

  const [train, test] = splitRows(data, options.heldOut, rng.fork('held out'));
  const best = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const from = parameters.slice();
  if (test !== undefined) {
    startFrom(plan, train, from, rng.fork('start'));
    const straight = termsOf(executor, test, from);
    const line = meansOf(straight, test);
    let current: Float64Array = from.slice();
    for (const spread of spreads) {
      const run = await search(
        'choosing how much to bend',
        train,
        current,
        () => spread,
        (j) => searched[j] === true,
      );
      current = run.x.slice();
      const bent = termsOf(executor, test, current);
      const means = meansOf(bent, test);
      for (let j = 0; j < d; j++) {
        const mean = means[j] as number;
        if (searched[j] !== true || !(mean < (best[j] as number))) continue;
        const { kind } = (plan.mechanisms[j] as Plan['mechanisms'][number]).head;
        const hasLine = (kind === 'additive' || kind === 'location-scale') && isDirect(plan, j);
        if (hasLine && !((line[j] as number) - mean > standardError(straight, bent, test, j))) continue;
        best[j] = mean;
        chosen[j] = spread;
        const { from: begin, to } = layout.mechanisms[j] as MechanismLayout;
        parameters.set(current.subarray(begin, to), begin);
      }
    }
    for (let j = 0; j < d; j++) heldOut[j] = chosen[j] === 0 ? (line[j] as number) : (best[j] as number);
  } else {
    chosen.fill(spreads[Math.floor(spreads.length / 2)] as number);
  }
  const again = (j: number): boolean => searched[j] === true && (chosen[j] as number) > 0;
  const last = await search('fitting', data, parameters, (j) => chosen[j] as number, again);
  const isOpen = layout.mechanisms.some((_, j) => again(j) && last.status(j) === 'running');
  return {
    parameters: last.x.slice(),
    evaluations,
    heldOut,
    spreads: chosen,
    finished: isOpen ? 'max-steps' : 'converged',
    stuck,
  };
}

/** Whether the start is not already the optimum. */
function needsSearch(plan: Plan, j: number): boolean {
  const { head, hidden } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const hasInputs = (planLayout(plan).mechanisms[j] as MechanismLayout).inputs > 0;
  if (head.kind === 'flow') return true;
  return hasInputs && (hidden.length > 0 || head.kind !== 'additive');
}

/** Whether the output reads the parents directly, so that the start is a line. */
function isDirect(plan: Plan, j: number): boolean {
  const { skip, hidden } = plan.mechanisms[j] as Plan['mechanisms'][number];
  return skip || hidden.length === 0;
}

/** Mean negative log-likelihood of each variable's kept rows plus −log prior / rows. */
function penalisedLoss(
  executor: Executor,
  mechanisms: readonly MechanismLayout[],
  data: TrainingRows,
  mask: Uint8Array,
  spreadOf: (j: number) => number,
): (x: Float64Array, active: Uint8Array) => { losses: Float64Array; gradient: Float64Array } {
  const { rows, values, counts } = data;
  const omit = data.omit.slice();
  const off = new Uint8Array(mechanisms.length);
  const losses = new Float64Array(mechanisms.length);
  const gradient = new Float64Array(mask.length);
  return (x, active) => {
    for (let j = 0; j < mechanisms.length; j++) {
      if (active[j] === 1 || off[j] === 1) continue;
      omit.fill(1, j * rows, (j + 1) * rows); // a block that is done costs nothing
      off[j] = 1;
    }
    const result = executor.likelihood({ rows, parameters: x, values, omit });
    for (const [j, { from, to }] of mechanisms.entries()) {
      if (active[j] !== 1) continue;
      const n = counts[j] as number;
      const weight = rows / n;
      const strength = 1 / (n * spreadOf(j) ** 2);
      let penalty = 0;
      for (let i = from; i < to; i++) {
        const w = x[i] as number;
        let g = weight * (result.gradient.parameters[i] as number);
        if (mask[i] === 1) {
          penalty += w * w;
          g += strength * w;
        }
        gradient[i] = g;
      }
      losses[j] = weight * (result.byVariable[j] as number) + 0.5 * strength * penalty;
    }
    return { losses, gradient };
  };
}
