import { InputError, quoteName } from '@cfe/base';
import type { TableColumn } from './table.ts';

/** What a column of a file was taken for, and why. */
export interface ColumnReading {
  readonly name: string;
  readonly kind: 'continuous' | 'categorical' | 'ignored';
  /** the sentence a person should read */
  readonly reason: string;
  readonly missing: number;
  /** absent when ignored */
  readonly column?: TableColumn;
}

interface Reading {
  readonly missing: ReadonlySet<string>;
  readonly decimalComma: boolean;
  readonly source: string;
  readonly type?: 'continuous' | 'categorical' | 'ignore';
}

/** More levels than this, and more than a tenth of the rows, make a text column an identifier or free text. */
const mostLevels = 20;

/**
 * Numbers if every present cell is one; otherwise categories if few distinct texts repeat; otherwise left out.
 *
 * @param cells - trimmed
 */
export function inferColumn(name: string, cells: readonly string[], reading: Reading): ColumnReading {
  const present = cells.filter((cell) => !isMissing(cell, reading));
  const missing = cells.length - present.length;
  const ignored = (reason: string): ColumnReading => ({ name, kind: 'ignored', reason, missing });
  if (reading.type === 'ignore') return ignored('left out as asked.');
  if (present.length === 0) return ignored('left out: it has no values.');
  const stray = cells.findIndex((cell) => !isMissing(cell, reading) && Number.isNaN(toNumber(cell, reading)));
  if (stray >= 0 && reading.type === 'continuous') {
    throw new InputError(
      'data/not-a-number',
      `${reading.source}: row ${stray + 2} of ${quoteName(name)} is ${quoteName(cells[stray] as string)}, not a number. Correct it, or list it as a mark for missing values.`,
      { source: reading.source, column: name, row: stray + 2, cell: cells[stray] },
    );
  }
  if (stray < 0 && reading.type !== 'categorical') {
    const values = Float64Array.from(cells, (cell) =>
      isMissing(cell, reading) ? Number.NaN : toNumber(cell, reading),
    );
    const distinct = new Set(present).size;
    const note =
      distinct === 1
        ? 'numbers, all the same.'
        : distinct <= 5
          ? `numbers with only ${distinct} distinct values.`
          : 'numbers.';
    return {
      name,
      kind: 'continuous',
      reason: note,
      missing,
      column: { variable: { name, kind: 'continuous' }, values },
    };
  }
  const levels = [...new Set(present)].sort();
  if (reading.type !== 'categorical' && levels.length > mostLevels && levels.length > present.length / 10) {
    const example = quoteName(cells[Math.max(0, stray)] as string);
    return ignored(
      `left out: text with ${levels.length} distinct values, such as ${example} in row ${Math.max(0, stray) + 2}.`,
    );
  }
  const index = new Map(levels.map((level, k) => [level, k]));
  const values = Float64Array.from(cells, (cell) =>
    isMissing(cell, reading) ? Number.NaN : (index.get(cell) as number),
  );
  return {
    name,
    kind: 'categorical',
    reason: `categories: ${levels.slice(0, 6).map(quoteName).join(', ')}${levels.length > 6 ? ', …' : ''}.`,
    missing,
    column: { variable: { name, kind: 'categorical', levels }, values },
  };
}

function isMissing(cell: string, { missing }: Reading): boolean {
  return missing.has(cell.toLowerCase());
}

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** NaN for what is no finite number. Hexadecimal, dates and "1 000" are not taken for numbers. */
function toNumber(cell: string, { decimalComma }: Reading): number {
  const plain = decimalComma && /^[+-]?\d*,\d+(e[+-]?\d+)?$/i.test(cell) ? cell.replace(',', '.') : cell;
  if (!numeral.test(plain)) return Number.NaN;
  const value = Number(plain);
  return Number.isFinite(value) ? value : Number.NaN;
}
