import { permutation, type Rng } from '@cfe/base';
import type { Table } from './table.ts';

/**
 * Rows for a bootstrap, drawn with replacement within each regime, so that every regime keeps its number of rows.
 *
 * @param rng - draws them; the same seed gives the same rows
 * @param replaced - share of each regime's rows, at random, that is drawn anew; default 1, the ordinary bootstrap. With less the
 * others stay, and how often a row is there has the variance 1 − (1 − replaced)²
 * @returns `[rows]`, indices for `selectRows`
 * @see Efron (1979), Bootstrap methods: another look at the jackknife, Annals of Statistics 7, 1–26
 * @example
 * import { createRng } from '@cfe/base';
 * import { createTable, resampleRows, selectRows } from '@cfe/data';
 * const table = createTable([{ variable: { name: 'x', kind: 'continuous' }, values: Float64Array.of(1, 2, 3, 4) }]);
 * const again = selectRows(table, resampleRows(table, createRng(1)));
 * again.rows; // → 4
 */
export function resampleRows(table: Table, rng: Rng, replaced = 1): Int32Array {
  const byRegime = new Map<number, number[]>();
  for (let r = 0; r < table.rows; r++) {
    const regime = table.regimes?.of[r] ?? 0;
    const rows = byRegime.get(regime);
    if (rows === undefined) byRegime.set(regime, [r]);
    else rows.push(r);
  }
  return Int32Array.from(
    [...byRegime.values()].flatMap((rows) => {
      const draw = (): number => rows[rng.integer(rows.length)] as number;
      if (replaced === 1) return rows.map(draw);
      const out = Math.round(replaced * rows.length);
      return Array.from(permutation(rng, rows.length), (at, k) => (k < out ? draw() : (rows[at] as number)));
    }),
  );
}
