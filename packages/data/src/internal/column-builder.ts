import { quoteName } from '@cfe/base';
import type { ColumnReading, ColumnType } from '../column-reading.ts';
import type { TableColumn } from '../table.ts';
import { parseNumber } from './parse-number.ts';
import { refuse } from './refuse.ts';

/** How the cells of one column are read. */
export interface CellRules {
  readonly source: string;
  readonly name: string;
  /** 1-based */
  readonly position: number;
  readonly missing: ReadonlySet<string>;
  readonly decimalComma: boolean;
  /** `'row-label'`: a first column without a name */
  readonly type?: ColumnType | 'row-label' | undefined;
  readonly unit?: string | undefined;
}

/** A column that is being read, cell by cell. */
export interface ColumnBuilder {
  /** @param cell - trimmed; @param line - of the file, from 1 */
  push(cell: string, line: number): void;
  finish(): { readonly reading: ColumnReading; readonly column?: TableColumn };
}

/** More levels than this, and more than a tenth of the rows, make a text column an identifier or free text. */
export const mostLevels = 20;
/** With so many different texts, numbers so far will not turn out to be categories, and text is no category. */
const rememberedNumbers = 1000;
const rememberedTexts = 100_000;
/** More characters than a level can have: longer text is free text. */
const longestLevel = 1000;

/**
 * Reads a column in one pass. It is numbers if every present cell is one; otherwise categories if few distinct
 * texts repeat; otherwise left out. Cells are remembered as numbers and as levels until one of both is ruled out.
 */
export function createColumnBuilder(rules: CellRules): ColumnBuilder {
  const { missing: marks, decimalComma } = rules;
  const type = rules.type === 'row-label' ? 'ignore' : rules.type;
  let rows = 0;
  let missing = 0;
  let numbers: Float64Array | undefined =
    type === 'categorical' || type === 'ignore' ? undefined : new Float64Array(64);
  let codes: Int32Array | undefined =
    type === 'continuous' || type === 'ignore' ? undefined : new Int32Array(64);
  let levels = new Map<string, number>();
  let stray: { readonly cell: string; readonly line: number } | undefined;
  let freeText = false;

  function remember(cell: string): void {
    if (codes === undefined) return;
    const long = cell.length > longestLevel && type !== 'categorical';
    let code = levels.get(cell);
    if (code === undefined && !long) {
      code = levels.size;
      levels.set(flat(cell), code);
    }
    const full = numbers !== undefined ? levels.size > rememberedNumbers : levels.size > rememberedTexts;
    if (type !== 'categorical' && (long || full)) {
      codes = undefined;
      levels = new Map();
      freeText = numbers === undefined;
      return;
    }
    if (rows >= codes.length) codes = grown(codes, new Int32Array(codes.length * 2));
    codes[rows] = code as number;
  }

  return {
    push(cell, line) {
      if (cell.length < 40 && marks.has(cell.toLowerCase())) {
        missing++;
        if (numbers !== undefined) {
          if (rows >= numbers.length) numbers = grown(numbers, new Float64Array(numbers.length * 2));
          numbers[rows] = Number.NaN;
        }
        if (codes !== undefined) {
          if (rows >= codes.length) codes = grown(codes, new Int32Array(codes.length * 2));
          codes[rows] = -1;
        }
        rows++;
        return;
      }
      if (numbers !== undefined) {
        const value = parseNumber(cell, decimalComma);
        if (Number.isNaN(value)) {
          if (type === 'continuous') refuseText(rules, cell, line);
          stray = { cell: flat(cell), line };
          numbers = undefined;
          if (codes === undefined) freeText = true;
        } else {
          if (rows >= numbers.length) numbers = grown(numbers, new Float64Array(numbers.length * 2));
          numbers[rows] = value;
        }
      } else if (stray === undefined && type === undefined) stray = { cell: flat(cell), line };
      remember(cell);
      rows++;
    },
    finish() {
      const { name, unit } = rules;
      const held = unit === undefined ? {} : { unit };
      const ignored = (reason: string): { reading: ColumnReading } => ({
        reading: { name, kind: 'ignored', reason, missing },
      });
      if (rules.type === 'row-label')
        return ignored('left out: the first column has no name, as row labels have none.');
      if (type === 'ignore') return ignored('left out as asked.');
      if (missing === rows) return ignored('left out: it has no values.');
      if (numbers !== undefined) {
        const values = numbers.slice(0, rows);
        return {
          reading: { name, kind: 'continuous', reason: noteOn(values), missing },
          column: { variable: { name, kind: 'continuous' }, values, ...held },
        };
      }
      const present = rows - missing;
      if (
        codes === undefined ||
        (type === undefined && levels.size > mostLevels && levels.size > present / 10)
      ) {
        const count = freeText ? 'many' : String(levels.size);
        const example = stray ?? { cell: '', line: 0 };
        return ignored(
          `left out: text with ${count} distinct values, such as ${quoteName(example.cell)} in line ${example.line}.`,
        );
      }
      const { names, values } = sortedLevels(levels, codes, rows);
      const shown = `${names.slice(0, 6).map(quoteName).join(', ')}${names.length > 6 ? ', …' : ''}`;
      return {
        reading: { name, kind: 'categorical', reason: `categories: ${shown}.`, missing },
        column: { variable: { name, kind: 'categorical', levels: names }, values, ...held },
      };
    },
  };
}

export function refuseText({ source, name, position }: CellRules, cell: string, line: number): never {
  refuse(
    'not-a-number',
    source,
    `line ${line}, column ${position} (${quoteName(name)}): ${quoteName(cell)} is not a number. Correct it, list it as a mark for missing values, or read the column as categories.`,
    { line, column: name, position, cell: cell.slice(0, 200) },
  );
}

function noteOn(values: Float64Array): string {
  const distinct = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) distinct.add(value);
    if (distinct.size > 5) return 'numbers.';
  }
  return distinct.size === 1
    ? 'numbers, all the same.'
    : `numbers with only ${distinct.size} distinct values.`;
}

/** Levels in the order of their numbers if they are numbers, alphabetical otherwise. */
function sortedLevels(
  levels: ReadonlyMap<string, number>,
  codes: Int32Array,
  rows: number,
): { names: string[]; values: Float64Array } {
  const names = sortLevels([...levels.keys()]);
  const place = new Int32Array(names.length);
  for (const [k, name] of names.entries()) place[levels.get(name) as number] = k;
  const values = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const code = codes[r] as number;
    values[r] = code < 0 ? Number.NaN : (place[code] as number);
  }
  return { names, values };
}

export function sortLevels(names: readonly string[]): string[] {
  const numeric = names.every((name) => !Number.isNaN(parseNumber(name, false)));
  return numeric ? [...names].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1)) : [...names].sort();
}

/** A copy that does not keep the text it was cut from alive. */
function flat(cell: string): string {
  return cell.length < 13 ? cell : cell.split('').join('');
}

function grown<A extends Float64Array | Int32Array>(old: A, next: A): A {
  next.set(old);
  return next;
}
