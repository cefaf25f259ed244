import { InputError, quoteName } from '@cfe/base';
import { createTable, selectRows, type Table } from '@cfe/data';

/**
 * The rows in which nothing was intervened on, for methods that know of no interventions, and the sentence that says so.
 *
 * @throws {@link InputError} if fewer than ten are left, or a variable does not vary in them
 */
export function observationalPart(
  table: Table,
  method: string,
): { readonly data: Table; readonly note: string } {
  const { regimes } = table;
  if (regimes === undefined) return { data: table, note: '' };
  const free = regimes.list.map(({ targets }) => targets !== 'unknown' && targets.length === 0);
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter((r) => free[regimes.of[r]!]);
  if (rows.length < 10) {
    throw new InputError(
      'structure/no-observational-rows',
      `${method}: it learns from rows without interventions, and there are ${rows.length}. Use the method 'flop', which learns from all of them.`,
      { rows: rows.length },
    );
  }
  const picked = selectRows(table, rows);
  const data = createTable(
    table.names.map((name) => ({ variable: table.variable(name), values: picked.column(name) })),
  );
  const still = table.names.find((name) => {
    const values = data.column(name);
    return values.every((x) => x === values[0]);
  });
  if (still !== undefined) {
    throw new InputError(
      'structure/constant',
      `${method}: ${quoteName(still)} does not vary in the ${rows.length} rows without interventions, which are all that this method uses. Leave the column out, or use 'flop'.`,
      { variable: still, rows: rows.length },
    );
  }
  const note =
    rows.length === table.rows
      ? ''
      : ` Only the ${rows.length} of ${table.rows} rows without interventions were used.`;
  return { data, note };
}
