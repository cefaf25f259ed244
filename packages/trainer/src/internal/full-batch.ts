import { type Executor, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import { type BlockLbfgs, type BlockLoss, blockLbfgs } from './block-lbfgs.ts';
import { meansOf, splitRows, standardError, termsOf } from './held-out.ts';
import { startFrom, type VariableStart } from './start.ts';
import type { TrainingRows } from './training-rows.ts';
import { type WeightPrior, weightPrior } from './weight-prior.ts';

/** What a full-batch fit did. */
export interface FullBatchResult {
  readonly parameters: Float64Array;
  /** evaluations of loss and gradient over all stages */
  readonly evaluations: number;
  /** by variable: mean held-out negative log-likelihood, standardised; NaN where nothing was held out for it */
  readonly heldOut: Float64Array;
  /** by variable: how it ended up */
  readonly shapes: readonly ('line' | 'curve' | 'searched')[];
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
 * Fits every mechanism to all rows.
 *
 * A linear additive mechanism is its least-squares line, and one whose parents only bend it is a sum of curves; neither takes a
 * search. Any other is searched by L-BFGS on its penalised likelihood, from such a start. What the search finds on a part of
 * the rows is kept if it foretells the held-out ones better than the start does: by more than a standard error, unless a
 * test of the residuals has told already that the start is not all. The spread of the weights' prior is chosen by the same
 * rows. Then it is fitted again to all rows.
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
  const chosen = new Float64Array(d); // spread; 0: stays as it started
  const parameters = new Float64Array(layout.parameters);
  const starts = startFrom(plan, data, parameters, rng.fork('start'));
  const wants = starts.map((start, j) => searchOf(plan, j, start));
  const shapes = (): FullBatchResult['shapes'] =>
    starts.map(({ kind }, j) =>
      (chosen[j] as number) > 0 ? 'searched' : kind === 'curve' ? 'curve' : 'line',
    );
  let evaluations = 0;
  const stuck: number[] = [];

  async function search(
    stage: string,
    rows: TrainingRows,
    start: Float64Array,
    prior: WeightPrior,
    which: (j: number) => boolean,
  ): Promise<BlockLbfgs> {
    const blocks = layout.mechanisms.map(({ from, to }, j) => (which(j) ? { from, to } : undefined));
    const run = blockLbfgs(start, blocks, penalisedLoss(executor, layout.mechanisms, rows, prior), {
      improvement: 0.04 / rows.rows, // nats per row: three steps that together gain a tenth of a nat over all rows end it
      resolution: executor.dtype === 'float32' ? 1e-7 : 1e-14,
    });
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

  const { train, test } = splitRows(data, options.heldOut, rng.fork('held out'));
  const fitStart = parameters.slice();
  const fitStarts: VariableStart[] = [...starts];
  if (test !== undefined) {
    const from = parameters.slice();
    const trainStarts = startFrom(plan, train, from, rng.fork('start'));
    const before = termsOf(executor, test, from);
    heldOut.set(meansOf(before, test));
    const lowest = Float64Array.from(heldOut, (x, j) =>
      wants[j] === 'needed' ? Number.POSITIVE_INFINITY : x,
    );
    const searched = (j: number): boolean => wants[j] !== 'none';
    if (wants.some((want) => want !== 'none')) {
      const begin = from.slice();
      const begins = trainStarts.map(({ search, ...start }, j): VariableStart => {
        if (search === undefined) return start;
        begin.set(search.parameters, (layout.mechanisms[j] as MechanismLayout).from);
        return { ...start, kind: search.kind };
      });
      let current: Float64Array = begin;
      for (const spread of spreads) {
        const prior = weightPrior(plan, begin, begins, () => spread);
        const run = await search('choosing', train, current, prior, searched);
        current = run.x.slice();
        const after = termsOf(executor, test, current);
        const means = meansOf(after, test);
        for (let j = 0; j < d; j++) {
          const mean = means[j] as number;
          if (!searched(j) || !(mean < (lowest[j] as number))) continue;
          const gain = (heldOut[j] as number) - mean;
          if (wants[j] === 'optional' && !(gain > standardError(before, after, test, j))) continue;
          lowest[j] = mean;
          chosen[j] = spread;
          const { from: at, to } = layout.mechanisms[j] as MechanismLayout;
          parameters.set(current.subarray(at, to), at);
          fitStart.set(begin.subarray(at, to), at);
          fitStarts[j] = begins[j] as VariableStart;
        }
      }
      for (let j = 0; j < d; j++) if ((chosen[j] as number) > 0) heldOut[j] = lowest[j] as number;
    }
  } else {
    for (let j = 0; j < d; j++) if (wants[j] === 'needed') chosen[j] = spreads[spreads.length >> 1] as number;
  }

  const again = (j: number): boolean => (chosen[j] as number) > 0;
  if (!chosen.some((spread) => spread > 0)) {
    return { parameters, evaluations, heldOut, shapes: shapes(), finished: 'converged', stuck };
  }
  const prior = weightPrior(plan, fitStart, fitStarts, (j) => (chosen[j] as number) || 1);
  const last = await search('fitting', data, parameters, prior, again);
  const isOpen = wants.some((_, j) => again(j) && last.status(j) === 'running');
  return {
    parameters: last.x.slice(),
    evaluations,
    heldOut,
    shapes: shapes(),
    finished: isOpen ? 'max-steps' : 'converged',
    stuck,
  };
}

/**
 * Whether a variable's start is its fit (`none`), may be one (`optional`: a search has to beat it on held-out rows by a standard
 * error), is unlikely to be one (`likely`: a test says there is more to find, so the search has only to beat it), or is no fit
 * at all (`needed`).
 */
function searchOf(
  plan: Plan,
  j: number,
  { interacts }: VariableStart,
): 'none' | 'optional' | 'likely' | 'needed' {
  const { head, hidden, skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
  const { inputs } = planLayout(plan).mechanisms[j] as MechanismLayout;
  if (head.kind === 'flow') return 'needed';
  if (inputs === 0) return 'none';
  if (head.kind === 'categorical' || (hidden.length > 0 && !skip)) return 'needed';
  if (head.kind === 'additive' && hidden.length === 0) return 'none';
  // a hidden layer wide enough for the bends along single parents has only interactions left to find
  const isWide = hidden.length === 1 && (hidden[0] as number) >= 4 * inputs;
  if (head.kind !== 'additive' || !isWide) return 'optional';
  return interacts ? 'likely' : 'none';
}

/** Mean negative log-likelihood of each variable's kept rows, plus −log prior / rows. */
function penalisedLoss(
  executor: Executor,
  mechanisms: readonly MechanismLayout[],
  data: TrainingRows,
  { centre, strength }: WeightPrior,
): BlockLoss {
  const { rows, values, counts } = data;
  const omit = data.omit.slice();
  const off = new Uint8Array(mechanisms.length);
  const losses = new Float64Array(mechanisms.length);
  const gradient = new Float64Array(strength.length);
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
      let penalty = 0;
      for (let i = from; i < to; i++) {
        const w = (x[i] as number) - (centre[i] as number);
        const pull = ((strength[i] as number) * w) / n;
        gradient[i] = weight * (result.gradient.parameters[i] as number) + pull;
        penalty += pull * w;
      }
      losses[j] = weight * (result.byVariable[j] as number) + 0.5 * penalty;
    }
    return { losses, gradient };
  };
}
