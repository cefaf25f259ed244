import type { Table } from '@cfe/data';
import { betterModes } from './better-modes.ts';
import { cachedScorer } from './cached-scorer.ts';
import { checkCollinear } from './check-collinear.ts';
import { checkScoreOptions } from './check-score-options.ts';
import { environmentsOf } from './environments.ts';
import { gaussianData, gaussianProblem } from './gaussian-data.ts';
import { initialOrder } from './initial-order.ts';
import type { InterceptModes, OrderProblem } from './order-problem.ts';
import type { LocalScore, ParentRules } from './parent-scorer.ts';
import { splineBasis } from './splines.ts';

export interface AdditiveOptions {
  readonly penalty?: number | undefined;
  readonly maxParents?: number | undefined;
}

/** Numbers of functions per parent to choose from: a line, and two curves. */
const sizes = [1, 4, 8];

/**
 * Scores of additive Gaussian models: n ln of the residual variance on curves of the parents, plus λ ln n for every
 * function. The curves of a variable all have one size, whichever scores best. From sums of products alone, so that a
 * trial costs nothing per row.
 */
export async function additiveProblem(
  table: Table,
  nodes: readonly string[],
  options: AdditiveOptions,
  rules: ParentRules,
  breathe: () => Promise<void> | undefined,
): Promise<OrderProblem> {
  const { penalty = 1 } = options;
  checkScoreOptions(options);
  const environments = environmentsOf(table, nodes);
  const d = nodes.length;
  const own = nodes.map((name) => table.column(name));
  const columns: Float64Array[] = [...own];
  const wanted = sizes.filter((size) => size === 1 || table.rows >= 25 * size);
  // blocks[s][v]: the columns of v's curves of size s
  const blocks = wanted.map((size) =>
    own.map((values, v) =>
      size === 1 ? [v] : splineBasis(values, size).map((part) => columns.push(part) - 1),
    ),
  );
  const owner = new Int32Array(columns.length);
  for (const set of blocks) for (const [v, list] of set.entries()) for (const c of list) owner[c] = v;
  const spread = environments.map((environment) => ({
    ...environment,
    targets: [...owner.keys()].filter((c) => environment.targets.includes(owner[c]!)),
  }));
  const data = await gaussianData(columns, spread, breathe);
  const pooled = data.covarianceOf([...environments.keys()], 'shared');
  const linear = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) linear[i * d + j] = pooled[i * columns.length + j]!;
  checkCollinear(linear, nodes, own);
  const scoreUnder = (modes: InterceptModes): LocalScore => {
    const {
      matrices,
      matrixOf,
      rows,
      penalty: cost,
      offset,
    } = gaussianProblem(data, modes ?? data.signatures.map(() => 'shared'), { penalty });
    return (node, parents) => {
      const matrix = matrices[matrixOf[node]!]!;
      let best = Number.POSITIVE_INFINITY;
      for (const set of parents.length === 0 ? blocks.slice(0, 1) : blocks) {
        const given = parents.flatMap((w) => set[w]!);
        if (given.length > rows[node]! / 4) continue;
        const { variance, used } = residualVariance(matrix, columns.length, node, given);
        best = Math.min(best, offset[node]! + rows[node]! * Math.log(variance) + cost * used);
      }
      return best;
    };
  };
  const observational = environments.length === 1;
  return {
    nodes,
    environments,
    order: initialOrder(linear, d),
    local: scoreUnder,
    interceptsOf: (modes) => Object.fromEntries(nodes.map((name, v) => [name, modes[data.signatureOf[v]!]!])),
    modesOf: (intercepts) =>
      data.signatures.map((_, s) => {
        const member = nodes.find((_name, v) => data.signatureOf[v] === s);
        return (member === undefined ? undefined : intercepts[member]) ?? 'shared';
      }),
    details: { score: 'additive Gaussian BIC', penalty, curves: wanted },
    starts: observational
      ? [undefined]
      : (['perEnvironment', 'shared'] as const).map((mode) => data.signatures.map(() => mode)),
    betterModes: (states) => betterModes(data, states, (v) => v, scoreUnder),
    scorerUnder: (modes) => ({
      scorer: cachedScorer(d, scoreUnder(modes), rules, options.maxParents ?? d),
    }),
  };
}

/** What the given columns leave of a column's variance; a column that repeats others is not used. */
function residualVariance(
  matrix: Float64Array,
  d: number,
  of: number,
  given: readonly number[],
): { readonly variance: number; readonly used: number } {
  const factor: Float64Array[] = [];
  const columns: number[] = [];
  let variance = matrix[of * d + of]!;
  const links: number[] = [];
  for (const a of given) {
    const k = columns.length;
    const row = new Float64Array(k + 1);
    let left = matrix[a * d + a]!;
    let link = matrix[a * d + of]!;
    for (let j = 0; j < k; j++) {
      const other = factor[j]!;
      let sum = matrix[a * d + columns[j]!]!;
      for (let m = 0; m < j; m++) sum -= row[m]! * other[m]!;
      const value = sum / other[j]!;
      row[j] = value;
      left -= value * value;
      link -= value * links[j]!;
    }
    if (left <= 1e-8 * matrix[a * d + a]!) continue;
    row[k] = Math.sqrt(left);
    factor.push(row);
    columns.push(a);
    links.push(link / row[k]!);
    variance -= links[k]! ** 2;
  }
  return { variance: Math.max(variance, 1e-10 * matrix[of * d + of]!), used: columns.length };
}
