import type { Seed } from '@cfe/base';
import type { Evidence, Query } from '@cfe/scm';
import type { Answer } from './answer.ts';
import { drawsOf } from './distribution.ts';
import { observationalAssumptions } from './internal/assumptions.ts';
import { fewRowsWarning, levelOf, percentileInterval, sampleSizeOf } from './internal/intervals.ts';
import { checkOutcome, type OutcomeLaw, outcomeLaw } from './internal/outcome-answer.ts';
import { seedOfReplicate } from './internal/replicate-seed.ts';
import { weightedMean } from './internal/weighted.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { warningsOf } from './support.ts';

/** The law of one variable: its mean, with the mean's uncertainty, and the spread of individuals. */
export interface LawAnswer extends Answer, OutcomeLaw {
  readonly value: number;
  /** how many independent individuals the simulation is worth */
  readonly effectiveSamples: number;
}

/** How to ask for a law. */
export interface LawOptions {
  /** of the intervals, default 0.9 */
  readonly level?: number | undefined;
  /** simulated individuals, default 2,000 */
  readonly samples?: number | undefined;
  readonly seed?: Seed | undefined;
}

/**
 * How a variable is distributed among those of whom something was observed: the first rung, association.
 *
 * No causal claim is made, and a hidden confounder does no harm: only the fitted joint law is conditioned.
 *
 * @param options.given - what was observed; a category by its level's name or index
 * @throws {@link UnknownNameError} if the model has no such outcome
 * @throws {@link InputError} if the evidence is impossible or too unlikely to simulate
 * @example
 * import { observational } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 1], [0, 0]] });
 * const x = await observational(model, 'x', { given: { y: 2 }, samples: 20_000 });
 * Math.round(x.value * 10) / 10; // → 1
 */
export async function observational(
  subject: Subject,
  outcome: string,
  options: LawOptions & { readonly given?: Evidence | undefined } = {},
): Promise<LawAnswer> {
  return lawOf('observational', subject, outcome, { given: options.given }, options, {
    identifiedBy: 'graph',
    assumptions: observationalAssumptions(),
  });
}

/** The law of one variable under a query, of the model and with the spread of its replicates. */
export async function lawOf(
  where: string,
  subject: Subject,
  outcome: string,
  query: Query,
  { samples = 2000, seed = 0, level: wanted }: LawOptions,
  basis: Pick<Answer, 'identifiedBy' | 'assumptions'>,
): Promise<LawAnswer> {
  const level = levelOf(wanted);
  const { model, replicates, rows } = ensembleOf(subject);
  checkOutcome(where, model, outcome);
  const drawn = await drawsOf(model, query, { samples, seed });
  const law = outcomeLaw(model, drawn, outcome, level);
  const values = [];
  for (const [index, replicate] of replicates.entries()) {
    const draws = await drawsOf(replicate, query, { samples, seed: seedOfReplicate(seed, index) });
    values.push(weightedMean(draws.rows.column(outcome), draws.weights));
  }
  const size = sampleSizeOf(model, rows, outcome);
  const interval = law.probabilities === undefined ? percentileInterval(values, level, size) : undefined;
  const { warnings, ...support } = warningsOf(rows, query, { rows: drawn.rows, least: 0.05 });
  const few = fewRowsWarning(size);
  return {
    ...law,
    ...(interval === undefined ? {} : { interval }),
    level,
    effectiveSamples: drawn.effectiveSize,
    ...basis,
    ...support,
    warnings: few === undefined ? warnings : [...warnings, few],
  };
}
