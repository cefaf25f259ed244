import { meanAndSd } from './internal/mean-and-sd.ts';
import { columnOf, createTable, type Table } from './table.ts';

/** A table on a common scale, and the way back. */
export interface Standardised {
  readonly table: Table;
  /** by continuous column: original = centre + scale · standardised */
  readonly scales: Readonly<Record<string, { readonly centre: number; readonly scale: number }>>;
  /** A column's values in its own units. */
  restore(name: string, values: Float64Array): Float64Array;
}

/**
 * Continuous columns with mean 0 and standard deviation 1 (1/n convention), categorical ones as they are. A
 * constant column is only centred. Missing values stay missing.
 *
 * @example
 * import { parseCsv, standardise } from '@cfe/data';
 * const { table } = standardise(parseCsv('x\n1\n3\n'));
 * [...table.column('x')]; // → [-1, 1]
 */
export function standardise(table: Table): Standardised {
  const scales: Record<string, { centre: number; scale: number }> = {};
  const columns = table.names.map((name) => {
    const values = table.column(name);
    if (table.variable(name).kind === 'categorical') return columnOf(table, name, values);
    const { mean, sd } = meanAndSd(values);
    const centre = Number.isNaN(mean) ? 0 : mean;
    const scale = sd > 0 ? sd : 1;
    scales[name] = { centre, scale };
    return columnOf(
      table,
      name,
      values.map((x) => (x - centre) / scale),
    );
  });
  return {
    table: createTable(columns, { regimes: table.regimes }),
    scales,
    restore(name, values) {
      const { centre, scale } = scales[name] ?? { centre: 0, scale: 1 };
      return values.map((z) => centre + scale * z);
    },
  };
}
