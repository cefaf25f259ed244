import { CfeError, type Columns, InputError, quoteName, rngFrom, type Seed } from '@cfe/base';
import { childrenOf } from '@cfe/graph';
import { type AnyCausalModel, copyUnreached, type ExactAnswer, interventionsOf, type Query } from '@cfe/scm';
import type { Answer } from './answer.ts';
import {
  counterfactualBasis,
  interventionalAssumptions,
  observationalAssumptions,
} from './internal/assumptions.ts';
import { levelOf, percentileInterval, sampleSizeOf } from './internal/intervals.ts';
import { individuals, individualsAfter, type Particles } from './internal/particles.ts';
import { seedOfReplicate } from './internal/replicate-seed.ts';
import { levelShares, weightedCovariance, weightedMean } from './internal/weighted.ts';
import { shakiest } from './shakiest.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { warningsOf } from './support.ts';

/** The distribution of all variables that a query asks for. */
export interface QueryAnswer
  extends Omit<ExactAnswer, 'exact'>,
    Pick<Answer, 'level' | 'identifiedBy' | 'assumptions' | 'support' | 'warnings'> {
  /** `true`: in closed form; `false`: from `samples` draws worth `effectiveSamples` */
  readonly exact: boolean;
  readonly samples?: number;
  readonly effectiveSamples?: number;
  /** of the means, covering what is not known of the parameters; needs an ensemble of 10 or more refits */
  readonly intervals?: Readonly<Record<string, readonly [low: number, high: number]>>;
}

/**
 * The distribution of all variables on the rung that is asked: observed (`given`), acted on (`do`, and `given` in the
 * world after it), or imagined (`factual` in the world before, then `do`).
 *
 * In closed form where the model has one. Otherwise by simulating the mutilated model, evidence met by likelihood
 * weighting, never by formulas for adjustment: nested targets and any mixture of evidence are answered alike.
 *
 * @param options.samples - draws where there is no closed form, default 10,000
 * @param options.level - of the means' intervals, default 0.9
 * @throws {@link InputError} if evidence is impossible, or so unlikely that the draws are worth too few
 * @see Pearl (2009), Causality, sections 1.4 and 7.1
 * @example
 * import { distribution } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * (await distribution(model, { do: { x: 3 } })).mean; // → { x: 3, y: 6 }
 * (await distribution(model, { given: { y: 5 } })).mean.x; // → 2.000
 * (await distribution(model, { factual: { x: 1, y: 3 }, do: { x: 2 } })).mean.y; // → 5.000
 */
export async function distribution(
  subject: Subject,
  query: Query,
  {
    samples = 10_000,
    seed,
    level: wanted,
  }: {
    readonly samples?: number;
    readonly seed?: Seed | undefined;
    readonly level?: number | undefined;
  } = {},
): Promise<QueryAnswer> {
  const level = levelOf(wanted);
  const { model, replicates, rows } = ensembleOf(subject);
  const answer = await lawOfAll(model, query, samples, seed);
  const means: Readonly<Record<string, number>>[] = [];
  for (const [index, replicate] of replicates.entries())
    means.push((await lawOfAll(replicate, query, samples, seedOfReplicate(seed, index))).law.mean);
  const intervals = Object.keys(answer.law.mean).flatMap((name) => {
    const values = means.map((mean) => mean[name] as number);
    const interval = percentileInterval(values, level, sampleSizeOf(model, rows, name));
    return interval === undefined ? [] : [[name, interval] as const];
  });
  const { warnings, ...support } = warningsOf(rows, query, answer.rows && { rows: answer.rows, least: 0.05 });
  return {
    ...answer.law,
    ...(intervals.length === 0 ? {} : { intervals: Object.fromEntries(intervals) }),
    level,
    ...basisOf(model, query),
    ...support,
    warnings: [...warnings, ...degenerate(model, query)],
  };
}

/** A distribution without what it rests on. */
type Law = Omit<ExactAnswer, 'exact'> & Pick<QueryAnswer, 'exact' | 'samples' | 'effectiveSamples'>;

/** The law of all variables, with the draws that it was taken from where it has no closed form. */
async function lawOfAll(
  model: AnyCausalModel,
  query: Query,
  samples: number,
  seed: Seed | undefined,
): Promise<{ readonly law: Law; readonly rows?: Columns }> {
  if (model.exact !== undefined) {
    try {
      return { law: await model.exact(query) };
    } catch (error) {
      if (!(error instanceof CfeError) || error.code !== 'scm/not-exact') throw error;
    }
  }
  const drawn = await drawsOf(model, query, { samples, seed });
  return { law: summarise(model, drawn), rows: drawn.rows };
}

/** What an answer on this rung rests on. */
function basisOf(model: AnyCausalModel, query: Query): Pick<Answer, 'identifiedBy' | 'assumptions'> {
  const acts = query.do !== undefined && interventionsOf(query.do).length > 0;
  if (acts && Object.keys(query.factual ?? {}).length > 0)
    return shakiest(model.graph.nodes.map(counterfactualBasis(model, query.do)));
  return {
    identifiedBy: 'graph',
    assumptions: acts ? interventionalAssumptions() : observationalAssumptions(),
  };
}

/** Where an action sets what moves nothing else, such as the outcome itself. */
function degenerate({ graph }: AnyCausalModel, { do: action }: Query): string[] {
  const set = action === undefined ? [] : interventionsOf(action).filter(({ kind }) => kind === 'hard');
  const targets = set.map(({ target }) => target);
  return targets
    .filter((name) => childrenOf(graph, name).length === 0)
    .map(
      (name) =>
        `${quoteName(name)} is itself set by the action and moves nothing else: its law is that value, the others are as without it.`,
    );
}

/** Weighted draws of what a query asks for. */
export async function drawsOf(
  model: AnyCausalModel,
  query: Query,
  { samples, seed }: { readonly samples: number; readonly seed?: Seed | undefined },
): Promise<Omit<Particles, 'noise'>> {
  const factual = Object.keys(query.factual ?? {}).length > 0;
  const given = Object.keys(query.given ?? {}).length > 0;
  if (!factual) return individualsAfter(model, query.do ?? {}, query.given, { samples, seed });
  if (given) {
    throw new InputError(
      'counterfactuals/two-evidences',
      'Evidence from before and from after the action together has no answer by simulation. Use an exact model, or leave `given` or `factual` out.',
    );
  }
  const before = await individuals(model, { evidence: query.factual, samples, seed });
  if (query.do === undefined) return before;
  return { ...before, rows: await actedOn(model, before, query.do, seed) };
}

/** The individuals in the world where something was done to them; what it cannot reach is kept to the bit. */
export async function actedOn(
  model: AnyCausalModel,
  { rows, noise }: Pick<Particles, 'rows' | 'noise'>,
  action: NonNullable<Query['do']>,
  seed?: Seed,
): Promise<Columns> {
  const options = { do: action, seed: rngFrom(seed).fork('action') };
  return copyUnreached(model, rows, await model.predict(noise, options), options);
}

function summarise(
  { graph, variables }: AnyCausalModel,
  { rows, weights, effectiveSize }: Omit<Particles, 'noise'>,
): Law {
  const mean: Record<string, number> = {};
  const sd: Record<string, number> = {};
  const probabilities: Record<string, Record<string, number>> = {};
  for (const variable of variables) {
    const values = rows.column(variable.name);
    if (variable.kind === 'categorical') {
      const shares = levelShares(values, weights, variable.levels.length);
      probabilities[variable.name] = Object.fromEntries(
        variable.levels.map((level, l) => [level, shares[l] as number]),
      );
      continue;
    }
    mean[variable.name] = weightedMean(values, weights);
    sd[variable.name] = Math.sqrt(weightedCovariance(values, values, weights));
  }
  const continuous = variables.every(({ kind }) => kind === 'continuous');
  const covariance = (a: string): number[] =>
    graph.nodes.map((b) => weightedCovariance(rows.column(a), rows.column(b), weights));
  return {
    exact: false,
    nodes: graph.nodes,
    mean,
    sd,
    ...(continuous ? { covariance: graph.nodes.map(covariance) } : { probabilities }),
    samples: rows.rows,
    effectiveSamples: effectiveSize,
  };
}
