import { InputError, quoteName } from '@cfe/base';
import Papa from 'papaparse';
import { type ColumnReading, inferColumn } from './infer-column.ts';
import { createTable, type Table } from './table.ts';

/** How to read a CSV text. */
export interface CsvOptions {
  /** default: found among , ; tab and | */
  readonly delimiter?: string;
  /** cells that mean "no value", compared without case; default empty, NA, N/A, NaN, null, none and ? */
  readonly missing?: readonly string[];
  /** what a column is, where the guess is wrong */
  readonly types?: Readonly<Record<string, 'continuous' | 'categorical' | 'ignore'>>;
  /** how the source is called in messages, default `'the text'` */
  readonly source?: string;
}

/** A table and what each of the file's columns was taken for. */
export interface CsvReading {
  readonly table: Table;
  readonly columns: readonly ColumnReading[];
}

const emptyMarks: readonly string[] = ['', 'na', 'n/a', 'nan', 'null', 'none', '?'];

/**
 * A table from CSV text: the first row names the columns, and every column is taken for numbers, for categories,
 * or is left out, with the reason.
 *
 * Numbers may have a decimal comma where the delimiter is a semicolon. A quoted cell may hold anything.
 *
 * @throws {@link InputError} naming the row and column: nothing in it, binary content, a header without rows, a
 * row of another length, an empty or repeated column name, a text where `types` asks for numbers, no usable column
 * @example
 * import { parseCsv } from '@cfe/data';
 * const { table } = parseCsv('mpg,origin\n18,USA\n24,Japan\n,USA\n');
 * table.variable('origin').kind; // → 'categorical'
 * table.missing('mpg'); // → 1
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvReading {
  const source = options.source ?? 'the text';
  const { header, rows, delimiter } = splitRows(text, source, options.delimiter);
  const missing = new Set((options.missing ?? emptyMarks).map((mark) => mark.toLowerCase()));
  const decimalComma = delimiter === ';';
  const unknown = Object.keys(options.types ?? {}).find((name) => !header.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      'data/unknown-type',
      `${source}: a type is given for ${quoteName(unknown)}, which is no column of it.`,
      {
        source,
        column: unknown,
      },
    );
  }
  const columns = header.map((name, j) =>
    inferColumn(
      name,
      rows.map((row) => (row[j] as string).trim()),
      {
        missing,
        decimalComma,
        source,
        ...(options.types?.[name] === undefined ? {} : { type: options.types[name] }),
      },
    ),
  );
  const used = columns.flatMap(({ column }) => (column === undefined ? [] : [column]));
  if (used.length === 0) {
    throw new InputError(
      'data/no-columns',
      `${source}: none of its ${columns.length} columns holds numbers or categories. ${columns[0]?.reason ?? ''}`,
      {
        source,
      },
    );
  }
  return { table: createTable(used), columns };
}

interface Rows {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
}

function splitRows(text: string, source: string, delimiter: string | undefined): Rows {
  const refuse = (code: string, what: string, details: Record<string, unknown> = {}): never => {
    throw new InputError(`data/${code}`, `${source}: ${what}`, { source, ...details });
  };
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (content.trim() === '')
    refuse('empty-file', 'it is empty. It needs a row of column names and rows of values.');
  if (content.slice(0, 4096).includes('\0')) refuse('binary', 'this is not text. Save it as CSV in UTF-8.');
  const parsed = Papa.parse<string[]>(content, {
    skipEmptyLines: 'greedy',
    delimitersToGuess: [',', ';', '\t', '|'],
    ...(delimiter === undefined ? {} : { delimiter }),
  });
  const quote = parsed.errors.find(({ type }) => type === 'Quotes');
  if (quote !== undefined)
    refuse('quotes', `row ${(quote.row ?? 0) + 1} has an unclosed or misplaced quote.`, {
      row: (quote.row ?? 0) + 1,
    });
  const [first, ...rows] = parsed.data as [string[], ...string[][]];
  const header = first.map((name) => name.trim());
  const unnamed = header.indexOf('');
  if (unnamed >= 0)
    refuse('unnamed-column', `column ${unnamed + 1} has no name in the first row. Name it.`, {
      column: unnamed + 1,
    });
  const repeated = header.find((name, j) => header.indexOf(name) !== j);
  if (repeated !== undefined)
    refuse('duplicate-column', `two columns are named ${quoteName(repeated)}. Rename one.`, {
      column: repeated,
    });
  if (rows.length === 0) refuse('no-rows', 'it has column names and no rows.');
  const ragged = rows.findIndex((row) => row.length !== header.length);
  if (ragged >= 0) {
    const length = rows[ragged]?.length;
    refuse('ragged', `row ${ragged + 2} has ${length} cells, the first row names ${header.length} columns.`, {
      row: ragged + 2,
      length,
    });
  }
  return { header, rows, delimiter: parsed.meta.delimiter };
}

/**
 * Reads a CSV file (Node only). UTF-8, with or without a byte order mark.
 *
 * @throws {@link InputError} if the file cannot be read, and what {@link parseCsv} refuses
 */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<CsvReading> {
  const { readFile } = await import('node:fs/promises');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : `it cannot be read (${code})`;
    throw new InputError('data/unreadable', `${path}: ${why}.`, { path }, { cause });
  }
  return parseCsv(decode(bytes, path), { source: path, ...options });
}

function decode(bytes: Uint8Array, path: string): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) {
    throw new InputError('data/encoding', `${path}: this is UTF-16. Save it as CSV in UTF-8.`, { path });
  }
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new InputError('data/binary', `${path}: this is not text. Save it as CSV in UTF-8.`, { path });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(
      'data/encoding',
      `${path}: it is not UTF-8. Save it as CSV in UTF-8.`,
      { path },
      { cause },
    );
  }
}
