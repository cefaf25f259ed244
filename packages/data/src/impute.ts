import { InputError, quoteName } from '@cfe/base';
import { columnOf, createTable, type Table } from './table.ts';

/** What a missing value is replaced with. `mode` is the most frequent value, the first among equals. */
export type ImputeMethod = 'mean' | 'median' | 'mode';

/** A table without missing values, and what was put in their place. */
export interface ImputedTable {
  readonly table: Table;
  /** by column that had missing values */
  readonly filled: Readonly<
    Record<string, { readonly method: ImputeMethod; readonly value: number | string; readonly rows: number }>
  >;
  /** the sentence a person should read */
  readonly message: string;
}

/**
 * Puts one value per column where values are missing: the column's mean or median, or for categories the most
 * frequent level. It keeps every row, and shrinks variances and covariances: prefer `dropMissing` or pairwise
 * covariances where few values are missing.
 *
 * @param options.method - for all continuous columns, default `'median'`
 * @param options.columns - other methods for some columns; categories take `'mode'` only
 * @throws {@link InputError} if a column has no value at all, or a method does not fit it
 * @example
 * import { impute, parseCsv } from '@cfe/data';
 * const { table, message } = impute(parseCsv('x,y\n1,2\n,3\n5,4\n'), { method: 'mean' });
 * table.row(1); // → { x: 3, y: 3 }
 * message; // → 'Filled 1 value: "x" with its mean 3 (1 row).'
 */
export function impute(
  table: Table,
  options: {
    readonly method?: Exclude<ImputeMethod, 'mode'>;
    readonly columns?: Readonly<Record<string, ImputeMethod>>;
  } = {},
): ImputedTable {
  const { method = 'median', columns: chosen = {} } = options;
  for (const name of Object.keys(chosen)) table.variable(name);
  const filled: Record<string, { method: ImputeMethod; value: number | string; rows: number }> = {};
  const columns = table.names.map((name) => {
    const values = table.column(name);
    const rows = table.missing(name);
    if (rows === 0) return columnOf(table, name, values);
    const variable = table.variable(name);
    const own = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
    const how = own ?? (variable.kind === 'categorical' ? 'mode' : method);
    if (variable.kind === 'categorical' && how !== 'mode') {
      throw new InputError(
        'data/impute-method',
        `impute: ${quoteName(name)} is categories, which have no ${how}. Use 'mode'.`,
        { column: name, method: how },
      );
    }
    const present = values.filter((value) => !Number.isNaN(value));
    if (present.length === 0) {
      throw new InputError('data/no-values', `impute: ${quoteName(name)} has no values. Leave it out.`, {
        column: name,
      });
    }
    const value = typical[how](present);
    filled[name] = {
      method: how,
      value: variable.kind === 'categorical' ? (variable.levels[value] as string) : value,
      rows,
    };
    return columnOf(
      table,
      name,
      values.map((x) => (Number.isNaN(x) ? value : x)),
    );
  });
  const entries = Object.entries(filled);
  const total = entries.reduce((sum, [, { rows }]) => sum + rows, 0);
  const parts = entries.map(
    ([name, { method: how, value, rows }]) =>
      `${quoteName(name)} with its ${how} ${typeof value === 'string' ? quoteName(value) : Number(value.toPrecision(6))} (${rows} ${rows === 1 ? 'row' : 'rows'})`,
  );
  const message =
    total === 0
      ? 'No values are missing.'
      : `Filled ${total} ${total === 1 ? 'value' : 'values'}: ${parts.join(', ')}.`;
  return { table: createTable(columns, { regimes: table.regimes }), filled, message };
}

const typical: Readonly<Record<ImputeMethod, (present: Float64Array) => number>> = {
  mean: (present) => present.reduce((sum, x) => sum + x / present.length, 0),
  median(present) {
    const sorted = Float64Array.from(present).sort();
    const middle = sorted.length >> 1;
    const upper = sorted[middle] as number;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  },
  mode(present) {
    const counts = new Map<number, number>();
    let best = present[0] as number;
    for (const x of present) counts.set(x, (counts.get(x) ?? 0) + 1);
    for (const [x, count] of counts) if (count > (counts.get(best) as number)) best = x;
    return best;
  },
};
