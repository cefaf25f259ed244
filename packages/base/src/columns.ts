import { ShapeError } from './errors.ts';
import { quoteName, throwUnknownName } from './names.ts';

/**
 * What a variable can be. A categorical one stores its level's index: the value 2 is `levels[2]`.
 */
export type Variable =
  | { readonly name: string; readonly kind: 'continuous' }
  | { readonly name: string; readonly kind: 'categorical'; readonly levels: readonly string[] };

/**
 * Rows of named variables, stored by column. Every table, sample and noise in the engine is one.
 *
 * `column(name)` is `[rows]`, float64, shared and never written to once returned; a category is its
 * level's index and a missing value is NaN.
 */
export interface Columns {
  readonly names: readonly string[];
  readonly rows: number;
  /** @throws {@link UnknownNameError} if there is no such column */
  column(name: string): Float64Array;
}

/**
 * Columns from a record of equally long arrays. Typed arrays are held, not copied.
 *
 * @throws {@link ShapeError} if two columns differ in length
 * @example
 * import { columnsFrom } from '@cfe/base';
 * const rows = columnsFrom({ x: [1, 2], y: [3, 4] });
 * rows.column('y')[1]; // → 4
 */
export function columnsFrom(record: Readonly<Record<string, ArrayLike<number>>>): Columns {
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of Object.entries(record)) {
    columns.set(name, values instanceof Float64Array ? values : Float64Array.from(values));
  }
  const names = [...columns.keys()];
  const rows = columns.get(names[0] ?? '')?.length ?? 0;
  for (const [name, values] of columns) {
    if (values.length !== rows) {
      throw new ShapeError(
        'base/column-length',
        `columnsFrom: column ${quoteName(name)} has ${values.length} rows, ${quoteName(names[0] as string)} has ${rows}. All columns need the same length.`,
        { column: name, length: values.length, expected: rows },
      );
    }
  }
  return {
    names,
    rows,
    column: (name) => columns.get(name) ?? throwUnknownName('column', 'column', name, names),
  };
}
