import type { Table } from '@cfe/data';
import { betterModes } from './better-modes.ts';
import { cachedScorer } from './cached-scorer.ts';
import { checkCollinear } from './check-collinear.ts';
import { checkScoreOptions } from './check-score-options.ts';
import { bdeu, type DiscreteData, discreteBic } from './discrete-score.ts';
import { type Environment, environmentsOf } from './environments.ts';
import { type GaussianData, gaussianData, gaussianProblem, type InterceptMode } from './gaussian-data.ts';
import type { GaussianProblem } from './gaussian-problem.ts';
import { gaussianScorer } from './gaussian-scorer.ts';
import { indicators } from './indicators.ts';
import { initialOrder } from './initial-order.ts';
import { mixedScore } from './mixed-score.ts';
import type { LocalScore, ParentRules, ParentScorer, ParentSet } from './parent-scorer.ts';

/** The choices of a score, as `FlopOptions` has them. */
export interface ScoreOptions {
  readonly penalty?: number | undefined;
  readonly intercept?: 'auto' | InterceptMode | undefined;
  readonly discrete?: 'bic' | 'bdeu' | undefined;
  readonly equivalentSampleSize?: number | undefined;
  readonly expectedParents?: number | undefined;
  readonly maxParents?: number | undefined;
}

/** What the search works on: nodes sorted by name, so that the order of columns changes nothing. */
export interface OrderProblem {
  readonly nodes: readonly string[];
  readonly environments: readonly Environment[];
  readonly order: Int32Array;
  readonly scorerUnder: (modes: InterceptModes) => {
    readonly scorer: ParentScorer;
    /** what the scorer works on, where that is plain data which other threads can take */
    readonly gaussian?: GaussianProblem;
  };
  /** the intercepts to search under; several where they are to be chosen */
  readonly starts: readonly InterceptModes[];
  /** the intercepts under which nodes with these parents score best */
  readonly betterModes: (states: readonly ParentSet[]) => InterceptModes;
  /** the local score of a node given any parents, under some intercepts */
  readonly local: (modes: InterceptModes) => LocalScore;
  /** the intercepts by variable */
  readonly interceptsOf: (modes: readonly InterceptMode[]) => Readonly<Record<string, InterceptMode>>;
  /** the intercepts that {@link interceptsOf} told */
  readonly modesOf: (intercepts: Readonly<Record<string, InterceptMode>>) => InterceptModes;
  readonly details: Readonly<Record<string, unknown>>;
}
export type InterceptModes = readonly InterceptMode[] | undefined;

/** Scores for the kinds of variables there are, and a first order. */
export async function orderProblem(
  table: Table,
  nodes: readonly string[],
  options: ScoreOptions,
  rules: ParentRules,
  breathe: () => Promise<void> | undefined,
): Promise<OrderProblem> {
  const environments = environmentsOf(table, nodes);
  const variables = nodes.map((name) => table.variable(name));
  const d = nodes.length;
  const { maxParents, intercept = 'auto' } = options;
  checkScoreOptions(options);
  const kinds = new Set(variables.map(({ kind }) => kind));
  if (!kinds.has('continuous')) return discreteProblem(table, nodes, environments, options, rules, breathe);

  const penalty = options.penalty ?? defaultPenalty(d, table.rows);
  const columns: Float64Array[] = [];
  const names: string[] = [];
  const blocks = variables.map((variable) => {
    const values = table.column(variable.name);
    const parts = variable.kind === 'continuous' ? [values] : indicators(values, variable.levels.length);
    return parts.map((part) => {
      names.push(variable.name);
      return columns.push(part) - 1;
    });
  });
  const spread = environments.map(({ targets, ...rest }) => ({
    ...rest,
    targets: targets.flatMap((t) => blocks[t]!),
  }));
  const data = await gaussianData(columns, spread, breathe);
  const pooled = data.covarianceOf([...environments.keys()], 'shared');
  checkCollinear(pooled, names, columns);
  const mixed = columns.length > d;
  const observational = environments.length === 1;
  const all = (mode: InterceptMode): readonly InterceptMode[] => data.signatures.map(() => mode);
  const scoreUnder = (modes: InterceptModes): LocalScore =>
    mixedScore(gaussianProblem(data, modes ?? all('shared'), { penalty }), blocks);
  return {
    nodes,
    environments,
    order: firstOrder(
      data,
      blocks,
      observational ? 'shared' : intercept === 'auto' ? 'perEnvironment' : intercept,
    ),
    details: {
      score: mixed ? 'degenerate Gaussian BIC' : 'Gaussian BIC',
      penalty,
      smallestDetectablePartialCorrelation: Math.sqrt(
        -Math.expm1((-penalty * Math.log(table.rows)) / table.rows),
      ),
      ...(mixed
        ? { note: 'Categories enter as the group of their level indicators (degenerate Gaussian score).' }
        : {}),
    },
    local: scoreUnder,
    interceptsOf: (modes) =>
      Object.fromEntries(nodes.map((name, v) => [name, modes[data.signatureOf[blocks[v]![0]!]!]!])),
    modesOf: (intercepts) =>
      data.signatures.map((_, s) => {
        const member = nodes.find((_name, v) => data.signatureOf[blocks[v]![0]!] === s);
        return (member === undefined ? undefined : intercepts[member]) ?? 'shared';
      }),
    starts: observational
      ? [undefined]
      : intercept === 'auto'
        ? [all('perEnvironment'), all('shared')]
        : [all(intercept)],
    betterModes: (states) => betterModes(data, states, (v) => blocks[v]![0]!, scoreUnder),
    scorerUnder(modes) {
      const problem = gaussianProblem(data, modes ?? all('shared'), { penalty, maxParents });
      if (!mixed) return { scorer: gaussianScorer(problem, rules), gaussian: problem };
      return { scorer: cachedScorer(d, mixedScore(problem, blocks), rules, problem.maxParents) };
    },
  };
}

async function discreteProblem(
  table: Table,
  nodes: readonly string[],
  environments: readonly Environment[],
  options: ScoreOptions,
  rules: ParentRules,
  breathe: () => Promise<void> | undefined,
): Promise<OrderProblem> {
  const { penalty = 1, equivalentSampleSize = 1, expectedParents = 1 } = options;
  const { discrete = options.penalty === undefined ? 'bdeu' : 'bic' } = options;
  const d = nodes.length;
  const data: DiscreteData = {
    columns: nodes.map((name) => table.column(name)),
    levels: nodes.map((name) => {
      const variable = table.variable(name);
      return variable.kind === 'categorical' ? variable.levels.length : 0;
    }),
    rowsOf: nodes.map((_, j) =>
      Int32Array.from(environments.flatMap(({ targets, rows }) => (targets.includes(j) ? [] : [...rows]))),
    ),
  };
  const local =
    discrete === 'bic'
      ? discreteBic(data, penalty)
      : withPrior(bdeu(data, equivalentSampleSize), expectedParents, d);
  const scorer = cachedScorer(d, local, rules, options.maxParents ?? d);
  return {
    nodes,
    environments,
    order: await orderOfCategories(data, breathe),
    details:
      discrete === 'bic'
        ? { score: 'discrete BIC', penalty }
        : { score: 'BDeu', equivalentSampleSize, expectedParents },
    local: () => local,
    interceptsOf: () => ({}),
    modesOf: () => undefined,
    starts: [undefined],
    betterModes: () => undefined,
    scorerUnder: () => ({ scorer }),
  };
}

/**
 * A score less twice the log prior of a graph in which each variable has so many parents on average, independently: a
 * constant for every edge, so that equivalent graphs go on scoring alike. More parents than half of the others cost nothing.
 */
function withPrior(score: LocalScore, expectedParents: number, d: number): LocalScore {
  const cost = 2 * Math.log(Math.max(1, (d - 1) / expectedParents - 1));
  if (cost === 0) return score;
  return (node, parents, limit = Number.POSITIVE_INFINITY) => {
    const charge = cost * parents.length;
    return score(node, parents, limit - charge) + charge;
  };
}

/** λ for continuous data: 2, or what the extended BIC charges for choosing among many variables, where that is more. */
function defaultPenalty(d: number, rows: number): number {
  return Math.max(2, 1 + (2 * Math.log(d)) / Math.log(rows));
}

/** Levels of a category that its place in the first order rests on. */
const mostLevels = 8;

/** The first order of categories, by the covariances of their level indicators: from the order of their names a search is stuck more often. */
async function orderOfCategories(
  { columns, levels }: DiscreteData,
  breathe: () => Promise<void> | undefined,
): Promise<Int32Array> {
  const parts: Float64Array[] = [];
  const blocks = columns.map((values, v) =>
    indicators(values, levels[v]!)
      .slice(0, mostLevels)
      .map((part) => parts.push(part) - 1),
  );
  const all = { name: 'all', targets: [], rows: Int32Array.from(columns[0]!.keys()) };
  return firstOrder(await gaussianData(parts, [all], breathe), blocks, 'shared');
}

/** The nodes in the order of their first columns, in an order of all columns by the covariances that most of them have. */
function firstOrder(
  { d, signatures, covarianceOf }: GaussianData,
  blocks: readonly (readonly number[])[],
  mode: InterceptMode,
): Int32Array {
  const largest = signatures.reduce((a, b) => (b.length > a.length ? b : a));
  const order = initialOrder(covarianceOf(largest, mode), d);
  const rank = new Int32Array(d);
  for (const [at, column] of order.entries()) rank[column] = at;
  const place = blocks.map((columns) => Math.min(...columns.map((column) => rank[column]!)));
  return Int32Array.from(blocks.keys()).sort((a, b) => place[a]! - place[b]!);
}
