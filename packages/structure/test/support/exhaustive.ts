import type { Table } from '@cfe/data';
import { createDag, type Dag } from '@cfe/graph';

/**
 * The DAG with the lowest Gaussian BIC of all, by dynamic programming over sets of variables; each regression is
 * solved from the raw rows by Gauss–Jordan elimination on the normal equations.
 *
 * @see Silander and Myllymäki (2006), A simple approach for finding the globally optimal Bayesian network structure
 */
export function exhaustiveOptimum(
  table: Table,
  penalty: number,
): { readonly dag: Dag; readonly score: number } {
  const { names, rows } = table;
  const columns = names.map((name) => centred(table.column(name)));
  const scale = columns.map((x) => dot(x, x) / rows);
  const products = columns.map((x) => columns.map((y) => dot(x, y) / rows));
  return optimumUnder(names, (v, parents) => {
    const residual = residualVariance(products, v, parents) / scale[v]!;
    return rows * Math.log(residual) + penalty * Math.log(rows) * parents.length;
  });
}

/** The DAG with the lowest sum of local scores of all DAGs. */
export function optimumUnder(
  names: readonly string[],
  score: (node: number, parents: readonly number[]) => number,
): { readonly dag: Dag; readonly score: number } {
  const d = names.length;
  const local = (v: number, set: number): number =>
    score(
      v,
      [...names.keys()].filter((i) => (set >> i) & 1),
    );
  const full = (1 << d) - 1;
  // the best parents of v within each set
  const bestIn = names.map((_, v) => {
    const sets = new Int32Array(full + 1);
    const scores = new Float64Array(full + 1);
    for (let set = 0; set <= full; set++) {
      if ((set >> v) & 1) continue;
      scores[set] = local(v, set);
      sets[set] = set;
      for (let i = 0; i < d; i++) {
        if (!((set >> i) & 1)) continue;
        const smaller = set & ~(1 << i);
        if (scores[smaller]! < scores[set]!) {
          scores[set] = scores[smaller]!;
          sets[set] = sets[smaller]!;
        }
      }
    }
    return { sets, scores };
  });
  const total = new Float64Array(full + 1).fill(Number.POSITIVE_INFINITY);
  const sink = new Int32Array(full + 1);
  total[0] = 0;
  for (let set = 1; set <= full; set++) {
    for (let v = 0; v < d; v++) {
      if (!((set >> v) & 1)) continue;
      const before = set & ~(1 << v);
      const score = total[before]! + bestIn[v]!.scores[before]!;
      if (score < total[set]!) {
        total[set] = score;
        sink[set] = v;
      }
    }
  }
  const edges: [string, string][] = [];
  for (let set = full; set > 0; set &= ~(1 << sink[set]!)) {
    const v = sink[set]!;
    const parents = bestIn[v]!.sets[set & ~(1 << v)]!;
    for (let i = 0; i < d; i++) if ((parents >> i) & 1) edges.push([names[i]!, names[v]!]);
  }
  return { dag: createDag(names, edges), score: total[full]! };
}

/** Σ over nodes of n ln(residual variance / variance) + λ |parents| ln n, solved from the raw rows. */
export function gaussianBic(
  table: Table,
  parentsOf: readonly (readonly string[])[],
  penalty: number,
): number {
  const { names, rows } = table;
  const columns = names.map((name) => centred(table.column(name)));
  const products = columns.map((x) => columns.map((y) => dot(x, y) / rows));
  let score = 0;
  for (const [v, parents] of parentsOf.entries()) {
    const residual = residualVariance(
      products,
      v,
      parents.map((name) => names.indexOf(name)),
    );
    score += rows * Math.log(residual / products[v]![v]!) + penalty * Math.log(rows) * parents.length;
  }
  return score;
}

function residualVariance(
  products: readonly (readonly number[])[],
  v: number,
  parents: readonly number[],
): number {
  const rows = parents.map((i) => [...parents.map((j) => products[i]![j]!), products[i]![v]!]);
  for (const [k, pivotRow] of rows.entries()) {
    for (const [m, row] of rows.entries()) {
      if (m === k) continue;
      const factor = row[k]! / pivotRow[k]!;
      for (let c = k; c < row.length; c++) row[c] = row[c]! - factor * pivotRow[c]!;
    }
  }
  let residual = products[v]![v]!;
  for (const [k, i] of parents.entries()) residual -= (rows[k]!.at(-1)! / rows[k]![k]!) * products[i]![v]!;
  return residual;
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.map((x) => x - mean);
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, r) => sum + value * y[r]!, 0);
}
