import { createTable, selectRows, type Table, targetMask } from '@cfe/data';

/**
 * The rows in which a variable was not intervened on, and the variables that vary there.
 *
 * @param regimeName - if given, and more than one regime is left, a categorical column of this name says which
 */
export function rowsLeftAlone(
  table: Table,
  variable: string,
  nodes: readonly string[],
  regimeName?: string,
): { readonly data: Table; readonly names: readonly string[] } {
  const { regimes } = table;
  if (regimes === undefined) return { data: table, names: nodes };
  const mask = targetMask(table, variable);
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter((r) => mask[r] === 0);
  const picked = selectRows(table, rows);
  const varying = nodes.filter((name) => {
    const values = picked.column(name);
    return values.some((x) => x !== values[0]);
  });
  const columns = varying.map((name) => ({ variable: table.variable(name), values: picked.column(name) }));
  const labels = picked.regimes!.of;
  const used = [...new Set(labels)];
  if (regimeName === undefined || used.length < 2) return { data: createTable(columns), names: varying };
  const regime = {
    variable: { name: regimeName, kind: 'categorical' as const, levels: used.map(String) },
    values: Float64Array.from(labels, (label) => used.indexOf(label)),
  };
  return { data: createTable([...columns, regime]), names: [...varying, regimeName] };
}

/** Whether a variable has two values in the rows in which it was not intervened on. */
export function variesLeftAlone(table: Table, variable: string): boolean {
  if (table.regimes === undefined) return true; // a constant column is refused
  const mask = targetMask(table, variable);
  const values = table.column(variable);
  const first = values[mask.indexOf(0)];
  return values.some((x, r) => mask[r] === 0 && x !== first);
}
