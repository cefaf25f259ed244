import { breather, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import { createDag, fromAdjacency } from '@cfe/graph';
import { checkKnowledge } from './check-knowledge.ts';
import { cachedScorer } from './internal/cached-scorer.ts';
import { checkCollinear } from './internal/check-collinear.ts';
import { bdeu, type DiscreteData, discreteBic } from './internal/discrete-score.ts';
import { type Environment, environmentsOf } from './internal/environments.ts';
import { orientClass } from './internal/equivalence.ts';
import {
  type GaussianData,
  gaussianData,
  gaussianProblem,
  type InterceptMode,
} from './internal/gaussian-data.ts';
import { gaussianScorer } from './internal/gaussian-scorer.ts';
import { initialOrder } from './internal/initial-order.ts';
import { mixedScore } from './internal/mixed-score.ts';
import { respectRequired, searchOrders } from './internal/order-search.ts';
import type { ParentRules, ParentScorer, ParentSet } from './internal/parent-scorer.ts';
import type { LearnOptions, StructureMethod, StructureResult, TracePoint } from './structure-method.ts';

export interface FlopOptions {
  /** λ: what a parameter costs, in units of ln n. Default 2 for continuous data, 1 (the textbook BIC) for categories */
  readonly penalty?: number;
  /**
   * with regimes, whether a variable keeps its mean across them but for its parents (`'shared'`: interventions do
   * nothing else) or may shift (`'perEnvironment'`: batch effects); default `'auto'`: whichever scores better
   */
  readonly intercept?: 'auto' | InterceptMode;
  /** score of all-categorical data, default `'bic'` */
  readonly discrete?: 'bic' | 'bdeu';
  /** of BDeu, default 10 */
  readonly equivalentSampleSize?: number;
  /** most parents of one variable; default a fifth of the rows */
  readonly maxParents?: number;
}

/** What the search works on: nodes sorted by name, so that the order of columns changes nothing. */
interface Problem {
  readonly nodes: readonly string[];
  readonly environments: readonly Environment[];
  readonly order: Int32Array;
  readonly scorers: (previous?: readonly ParentSet[]) => {
    readonly scorer: ParentScorer;
    readonly modes: Modes;
  };
  readonly details: Readonly<Record<string, unknown>>;
}
type Modes = readonly InterceptMode[] | undefined;

/**
 * The order search FLOP, and I-FLOP where the table has regimes: the best-scoring DAG over all orders of the
 * variables, and its equivalence class. Assumes no hidden common causes, and for continuous data linear effects.
 *
 * Continuous columns get the Gaussian BIC on standardised data; all-categorical tables the discrete BIC or BDeu. In mixed
 * tables a category is the group of its level indicators (degenerate Gaussian score), so that it can be cause or effect.
 * Rows in which a variable was intervened on are left out of its own score only.
 *
 * @see Wienöbst, Henckel and Weichwald (2025), arXiv 2510.04970; Chen and Markham (2026), PMLR 343, 246–273
 * @example
 * import { createTable } from '@cfe/data';
 * import { edgesOf } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * import { flop } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['a', 'b', 'c'], weights: [[0, 0, 1], [0, 0, 1], [0, 0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const { graph } = await flop().learn(table, {});
 * edgesOf(graph).map(({ from, to }) => `${from} → ${to}`); // → ['a → c', 'b → c']
 */
export function flop(options: FlopOptions = {}): StructureMethod {
  return { name: 'flop', options, learn: (table, run) => learn(table, options, run) };
}

async function learn(table: Table, options: FlopOptions, run: LearnOptions): Promise<StructureResult> {
  const started = performance.now();
  const { seed, signal, onProgress, budget = {} } = run;
  const restarts = budget.restarts ?? (budget.seconds === undefined ? 50 : Number.POSITIVE_INFINITY);
  const deadline = budget.seconds === undefined ? Number.POSITIVE_INFINITY : started + budget.seconds * 1000;
  const breathe = breather(signal);
  const nodes = [...table.names].sort();
  const d = nodes.length;
  const rules: ParentRules = checkKnowledge(run.knowledge, nodes) ?? {};
  const problem = await prepare(table, nodes, options, rules, breathe);
  if (rules.required !== undefined) respectRequired(problem.order, rules.required);

  const trace: TracePoint[] = [];
  const rng = rngFrom(seed).fork('flop');
  let best: Awaited<ReturnType<typeof searchOrders>> | undefined;
  let modes: Modes;
  for (let round = 0; round < 3; round++) {
    const next = problem.scorers(best?.states);
    if (round > 0 && (next.modes === undefined || next.modes.join() === modes?.join())) break;
    const found = await searchOrders(next.scorer, {
      ...rules,
      initialOrder: best?.order ?? problem.order,
      restarts,
      tie: 1e-8 * table.rows,
      rng: rng.fork(`round ${round}`),
      expired: () => performance.now() >= deadline,
      breathe,
      onStep(restart, score, improved) {
        if (improved) trace.push({ seconds: (performance.now() - started) / 1000, step: restart, score });
        onProgress?.({
          phase: 'search',
          done: restart + 1,
          ...(Number.isFinite(restarts) ? { total: restarts + 1 } : {}),
          value: score,
        });
      },
    });
    if (best !== undefined && found.score >= best.score) break;
    best = found;
    modes = next.modes;
    if (found.expired) break;
  }
  const { states, score, expired, restarts: done } = best!;
  const parents = states.map((state) => state.parents);
  const targets = problem.environments.map((environment) => environment.targets);
  const identified = orientClass(parents, { targets });
  const marks = run.knowledge === undefined ? identified : orientClass(parents, { targets, ...rules });
  const plain = marks.every((mark, k) => mark === identified[k]);
  const interventional = targets.some((set) => set.length > 0);
  const kind = plain ? (interventional ? 'icpdag' : 'cpdag') : 'pdag';
  const at = table.names.map((name) => nodes.indexOf(name));
  const rowsInOrder = at.map((i) => Uint8Array.from(at, (j) => marks[i * d + j]!));
  return {
    graph: fromAdjacency(kind, rowsInOrder, table.names),
    dag: createDag(
      table.names,
      at.flatMap((j) => [...parents[j]!].map((i): [string, string] => [nodes[i]!, nodes[j]!])),
    ),
    method: interventional ? 'flop (interventional)' : 'flop',
    score,
    trace,
    status: expired ? 'budget' : 'converged',
    message: expired
      ? `The time limit ended the search after ${done} restarts; the best graph so far is returned.`
      : `The search ended after ${done} restarts.`,
    details: {
      ...problem.details,
      ...(modes === undefined ? {} : { intercepts: modes }),
      restarts: done,
    },
  };
}

async function prepare(
  table: Table,
  nodes: readonly string[],
  options: FlopOptions,
  rules: ParentRules,
  breathe: () => Promise<void> | undefined,
): Promise<Problem> {
  const environments = environmentsOf(table, nodes);
  const variables = nodes.map((name) => table.variable(name));
  const d = nodes.length;
  const { maxParents, intercept = 'auto' } = options;
  const kinds = new Set(variables.map(({ kind }) => kind));
  if (!kinds.has('continuous')) return prepareDiscrete(table, nodes, environments, options, rules);

  const penalty = options.penalty ?? 2;
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
  const pooled = gaussianProblem(
    { ...data, signatures: [[...environments.keys()]], signatureOf: new Int32Array(columns.length) },
    ['shared'],
    { penalty },
  ).matrices[0]!;
  checkCollinear(pooled, names, table.rows);
  const mixed = columns.length > d;
  const scorerFor = (modes: readonly InterceptMode[]): ParentScorer => {
    const problem = gaussianProblem(data, modes, { penalty, maxParents });
    if (!mixed) return gaussianScorer(problem, rules);
    return cachedScorer(d, mixedScore(problem, blocks), rules, problem.maxParents);
  };
  const observational = environments.length === 1;
  const fixed: InterceptMode = intercept === 'auto' ? 'perEnvironment' : intercept;
  const largest = data.signatures.reduce((a, b) => (b.length > a.length ? b : a));
  const first = gaussianProblem(
    { ...data, signatures: [largest], signatureOf: new Int32Array(columns.length) },
    [observational ? 'shared' : fixed],
    { penalty },
  ).matrices[0]!;
  return {
    nodes,
    environments,
    order: firstNodes(initialOrder(first, columns.length), blocks),
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
    scorers(previous) {
      if (observational) return { scorer: scorerFor(['shared']), modes: undefined };
      const modes =
        intercept === 'auto' && previous !== undefined
          ? betterModes(data, blocks, previous, penalty)
          : data.signatures.map(() => fixed);
      return { scorer: scorerFor(modes), modes };
    },
  };
}

/** Per signature, the intercepts under which its nodes, with the parents they have, score better. */
function betterModes(
  data: GaussianData,
  blocks: readonly (readonly number[])[],
  states: readonly ParentSet[],
  penalty: number,
): readonly InterceptMode[] {
  const totals = (['shared', 'perEnvironment'] as const).map((mode) => {
    const problem = gaussianProblem(
      data,
      data.signatures.map(() => mode),
      { penalty },
    );
    const score = mixedScore(problem, blocks);
    const sums = new Float64Array(data.signatures.length);
    for (const [v, { parents }] of states.entries()) {
      const s = data.signatureOf[blocks[v]![0]!]!;
      sums[s] = sums[s]! + score(v, [...parents]);
    }
    return sums;
  });
  return data.signatures.map((_, s) => (totals[0]![s]! <= totals[1]![s]! ? 'shared' : 'perEnvironment'));
}

function prepareDiscrete(
  table: Table,
  nodes: readonly string[],
  environments: readonly Environment[],
  options: FlopOptions,
  rules: ParentRules,
): Problem {
  const { penalty = 1, discrete = 'bic', equivalentSampleSize = 10 } = options;
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
  const local = discrete === 'bic' ? discreteBic(data, penalty) : bdeu(data, equivalentSampleSize);
  const scorer = cachedScorer(d, local, rules, options.maxParents ?? d);
  return {
    nodes,
    environments,
    order: Int32Array.from({ length: d }, (_, i) => i),
    details:
      discrete === 'bic' ? { score: 'discrete BIC', penalty } : { score: 'BDeu', equivalentSampleSize },
    scorers: () => ({ scorer, modes: undefined }),
  };
}

/** One column per level that occurs, but for the first. */
function indicators(values: Float64Array, levels: number): Float64Array[] {
  const present = Array.from({ length: levels }, (_, level) => level).filter((level) =>
    values.includes(level),
  );
  return present.slice(1).map((level) => values.map((x) => (x === level ? 1 : 0)));
}

/** The nodes in the order of their first columns. */
function firstNodes(order: Int32Array, blocks: readonly (readonly number[])[]): Int32Array {
  const rank = new Int32Array(order.length);
  for (const [at, column] of order.entries()) rank[column] = at;
  const place = blocks.map((columns) => Math.min(...columns.map((column) => rank[column]!)));
  return Int32Array.from(blocks.keys()).sort((a, b) => place[a]! - place[b]!);
}
