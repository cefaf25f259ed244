import type { Table } from '@cfe/data';
import { type Dag, descendantsOf, parentsOf } from '@cfe/graph';
import { splineBasis } from '../../src/internal/splines.ts';

/**
 * Root mean squared error of what do(x_i = 1) changes beside do(x_i = −1), by adjusting for the parents that a graph gives, in an
 * additive regression on cubic splines.
 */
export function curvedEffectError(table: Table, truth: readonly Float64Array[], dag: Dag): number {
  const { names } = table;
  const n = table.rows;
  // two rows more, at which the curves are read
  const curves = names.map((name) => splineBasis(Float64Array.from([...table.column(name), 1, -1]), 8));
  let sum = 0;
  for (const [i, name] of names.entries()) {
    const below = new Set(descendantsOf(dag, name));
    const basis = [
      new Float64Array(n + 2).fill(1),
      ...[i, ...parentsOf(dag, name).map((parent) => names.indexOf(parent))].flatMap((w) => curves[w]!),
    ];
    const k = basis.length;
    const gram = basis.map((a) => basis.map((b) => dot(a, b, n)));
    for (let c = 0; c < k; c++) gram[c]![c] = gram[c]![c]! + 1e-6 * n;
    for (const [j, other] of names.entries()) {
      if (j === i) continue;
      let effect = 0;
      if (below.has(other)) {
        const fitted = solve(
          gram,
          basis.map((a) => dot(a, table.column(other), n)),
        );
        for (const [c, own] of curves[i]!.entries()) effect += fitted[1 + c]! * (own[n]! - own[n + 1]!);
      }
      sum += (effect - truth[i]![j]!) ** 2;
    }
  }
  return Math.sqrt(sum / (names.length * (names.length - 1)));
}

function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let r = 0; r < n; r++) sum += a[r]! * b[r]!;
  return sum;
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const k = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let p = 0; p < k; p++) {
    for (let m = 0; m < k; m++) {
      if (m === p) continue;
      const factor = rows[m]![p]! / rows[p]![p]!;
      for (let c = p; c <= k; c++) rows[m]![c] = rows[m]![c]! - factor * rows[p]![c]!;
    }
  }
  return rows.map((row, p) => row[k]! / row[p]!);
}
