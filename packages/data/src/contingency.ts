import { InputError, quoteName, ShapeError } from '@cfe/base';
import type { Table } from './table.ts';

/** How often each combination of levels occurs. */
export interface Contingency {
  readonly names: readonly string[];
  /** by column */
  readonly levels: readonly (readonly string[])[];
  /** flat, the last column's level running fastest; rows with a missing value among the columns are not counted */
  readonly counts: Float64Array;
  /** rows left out, since a value was missing */
  readonly incomplete: number;
}

/** Cells that a table of counts may have. */
const mostCells = 2 ** 26;

/**
 * Counts the combinations of levels of some categorical columns; mergeable with {@link mergeContingency}.
 *
 * @param options.regime - only the rows of this regime, by its index
 * @throws {@link InputError} if a column is not categorical, or there would be more than 2²⁶ cells
 * @example
 * import { contingency, parseCsv } from '@cfe/data';
 * const table = parseCsv('a,b\nu,yes\nu,no\nv,yes\nu,yes\n');
 * contingency(table, ['a', 'b']).counts; // → Float64Array [1, 2, 0, 1]
 */
export function contingency(
  table: Table,
  names: readonly string[],
  options: { readonly regime?: number | undefined } = {},
): Contingency {
  const levels = names.map((name) => {
    const variable = table.variable(name);
    if (variable.kind === 'categorical') return variable.levels;
    throw new InputError(
      'data/not-categorical',
      `contingency: ${quoteName(name)} is numbers. Read it with types: { ${JSON.stringify(name)}: 'categorical' }, or cut it into levels.`,
      { column: name },
    );
  });
  const cells = levels.reduce((product, own) => product * own.length, 1);
  if (cells > mostCells) {
    throw new InputError(
      'data/too-many-cells',
      `contingency: ${names.length} columns make ${cells} combinations of levels, more than 2²⁶. Choose fewer columns.`,
      { cells },
    );
  }
  const counts = new Float64Array(cells);
  const columns = names.map((name) => table.column(name));
  let incomplete = 0;
  for (let r = 0; r < table.rows; r++) {
    if (options.regime !== undefined && table.regimes?.of[r] !== options.regime) continue;
    let cell = 0;
    for (let k = 0; k < columns.length; k++)
      cell = cell * (levels[k] as readonly string[]).length + ((columns[k] as Float64Array)[r] as number);
    if (Number.isNaN(cell)) incomplete++;
    else counts[cell] = (counts[cell] as number) + 1;
  }
  return { names: [...names], levels, counts, incomplete };
}

/**
 * The counts of the rows behind `a` and behind `b` together; a level that only one of them knows is added.
 *
 * @throws {@link ShapeError} if they count different columns
 * @example
 * import { contingency, mergeContingency, parseCsv } from '@cfe/data';
 * const of = (text: string) => contingency(parseCsv(text), ['a']);
 * const both = mergeContingency(of('a\nu\nu\n'), of('a\nv\nu\n'));
 * both.counts; // → Float64Array [3, 1]
 */
export function mergeContingency(a: Contingency, b: Contingency): Contingency {
  if (a.names.length !== b.names.length || a.names.some((name, j) => name !== b.names[j])) {
    throw new ShapeError('data/contingency-names', 'mergeContingency: the two count different columns.', {
      a: a.names,
      b: b.names,
    });
  }
  const levels = a.levels.map((own, k) => [...new Set([...own, ...(b.levels[k] as readonly string[])])]);
  const counts = new Float64Array(levels.reduce((product, own) => product * own.length, 1));
  for (const part of [a, b]) {
    const place = part.levels.map((own, k) => own.map((level) => (levels[k] as string[]).indexOf(level)));
    for (const [cell, count] of part.counts.entries()) {
      if (count === 0) continue;
      let left = cell;
      let target = 0;
      let stride = 1;
      for (let k = levels.length - 1; k >= 0; k--) {
        const size = (part.levels[k] as readonly string[]).length;
        target += stride * (place[k]?.[left % size] as number);
        stride *= (levels[k] as string[]).length;
        left = Math.floor(left / size);
      }
      counts[target] = (counts[target] as number) + count;
    }
  }
  return { names: a.names, levels, counts, incomplete: a.incomplete + b.incomplete };
}
