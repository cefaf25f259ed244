import { type Columns, throwUnknownName } from '@cfe/base';

/** Columns in the order given, whatever the names look like. */
export function columnsOf(names: readonly string[], arrays: readonly Float64Array[], rows: number): Columns {
  const byName = new Map(names.map((name, k) => [name, arrays[k] as Float64Array]));
  return {
    names,
    rows,
    column: (name) => byName.get(name) ?? throwUnknownName('column', 'column', name, names),
  };
}
