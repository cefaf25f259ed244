import { InputError } from '@cfe/base';
import { selectRows, type Table } from './table.ts';

/** What is left when incomplete rows are dropped, and what was dropped. */
export interface CompleteRows {
  readonly table: Table;
  /** indices of the rows that were dropped */
  readonly dropped: readonly number[];
  /** missing values by column, where there are any */
  readonly missing: Readonly<Record<string, number>>;
  /** the sentence a person should read */
  readonly message: string;
}

/**
 * The rows without missing values. Unbiased where values are missing at random of everything in the table.
 *
 * @throws {@link InputError} if no row is complete
 * @example
 * import { dropMissing, parseCsv } from '@cfe/data';
 * dropMissing(parseCsv('x,y\n1,2\n,3\n')).message; // → 'Dropped 1 of 2 rows: missing values in x (1).'
 */
export function dropMissing(table: Table): CompleteRows {
  const kept: number[] = [];
  const dropped: number[] = [];
  const columns = table.names.map((name) => table.column(name));
  for (let r = 0; r < table.rows; r++)
    (columns.some((column) => Number.isNaN(column[r])) ? dropped : kept).push(r);
  const missing = Object.fromEntries(
    table.names.flatMap((name): [string, number][] =>
      table.missing(name) > 0 ? [[name, table.missing(name)]] : [],
    ),
  );
  const where = Object.entries(missing)
    .map(([name, count]) => `${name} (${count})`)
    .join(', ');
  if (kept.length === 0) {
    throw new InputError(
      'data/no-complete-rows',
      `dropMissing: no row is complete; values are missing in ${where}. Leave out a column.`,
      {
        missing,
      },
    );
  }
  if (dropped.length === 0) return { table, dropped, missing, message: 'No values are missing.' };
  const message = `Dropped ${dropped.length} of ${table.rows} rows: missing values in ${where}.`;
  return { table: selectRows(table, kept), dropped, missing, message };
}
