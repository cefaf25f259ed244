import { permutation, type Rng } from '@cfe/base';
import type { Table } from '@cfe/data';

/** The share of rows that a resample replaces: how often a row is there has then the variance ½, where a full bootstrap has 1. */
const replaced = 1 - Math.SQRT1_2;

/** Rows of each regime, some at random replaced by rows of the same regime drawn with replacement. */
export function resampledRows(table: Table, rng: Rng): Int32Array {
  const byRegime = new Map<number, number[]>();
  for (let r = 0; r < table.rows; r++) {
    const regime = table.regimes?.of[r] ?? 0;
    const rows = byRegime.get(regime);
    if (rows === undefined) byRegime.set(regime, [r]);
    else rows.push(r);
  }
  return Int32Array.from(
    [...byRegime.values()].flatMap((rows) => {
      const out = Math.round(replaced * rows.length);
      return Array.from(permutation(rng, rows.length), (at, k) =>
        k < out ? rows[rng.integer(rows.length)]! : rows[at]!,
      );
    }),
  );
}
