import { breather, type RunOptions } from '@cfe/base';
import type { ReadTable, TypedOptions } from './column-reading.ts';
import { createCsvReader } from './internal/csv-reader.ts';

/** How to read a CSV. */
export interface CsvOptions extends TypedOptions {
  /** default: found among , ; tab and | */
  readonly delimiter?: string | undefined;
  /** whether `1,5` is a number; default: where the delimiter is a semicolon */
  readonly decimalComma?: boolean | undefined;
  /** the columns' names, for a text without a first row of names */
  readonly names?: readonly string[] | undefined;
  /** cells that mean "no value", compared without case; default empty, NA, N/A, NaN, null, none and ? */
  readonly missing?: readonly string[] | undefined;
  /** of bytes, a label such as `'windows-1252'`; default UTF-8, or UTF-16 where a byte order mark says so */
  readonly encoding?: string | undefined;
}

/**
 * A table from CSV text or bytes: the first row names the columns, and every column is taken for numbers, for
 * categories, or is left out, with the reason.
 *
 * Numbers may have a decimal comma where the delimiter is a semicolon. A quoted cell may hold anything. Blank lines
 * are skipped; `line` in messages is the line that an editor shows. A column is categories when its texts are at
 * most 20, or repeat ten times on average; numbers that code categories are numbers until `types` says otherwise.
 *
 * @throws {@link InputError} naming line and column: nothing in it, binary content, another encoding, a header
 * without rows, a row of another length, an empty or repeated column name, a text where `types` asks for numbers,
 * no usable column
 * @throws {@link UnknownNameError} if `types` or `units` name no column
 * @example
 * import { parseCsv } from '@cfe/data';
 * const cars = parseCsv('mpg,origin\n18,USA\n24,Japan\n,USA\n');
 * cars.row(0); // → { mpg: 18, origin: 'USA' }
 * cars.missing('mpg'); // → 1
 * cars.columns[1]?.reason; // → 'categories: "Japan", "USA".'
 */
export function parseCsv(content: string | Uint8Array, options: CsvOptions = {}): ReadTable {
  const reader = createCsvReader(options);
  const step = 1 << 20;
  for (let at = 0; at < content.length; at += step)
    reader.push(typeof content === 'string' ? content.slice(at, at + step) : content.subarray(at, at + step));
  return reader.end();
}

/**
 * The same from pieces of text or bytes as they arrive: a file's stream, a `Response` body, a generator. Only the
 * table is kept in memory.
 *
 * @param pieces - cut anywhere, also within a character or a line end
 * @throws {@link InputError} as {@link parseCsv}; `signal.reason` once aborted
 * @example
 * import { parseCsvStream } from '@cfe/data';
 * (await parseCsvStream(['x,y\n1,', '2\n'])).row(0); // → { x: 1, y: 2 }
 */
export async function parseCsvStream(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: CsvOptions & Pick<RunOptions, 'signal' | 'onProgress'> = {},
): Promise<ReadTable> {
  const breathe = breather(options.signal);
  const reader = createCsvReader(options);
  let done = 0;
  for await (const piece of pieces) {
    const wait = breathe();
    if (wait !== undefined) await wait;
    reader.push(piece);
    done += piece.length;
    options.onProgress?.({ phase: 'read', done });
  }
  return reader.end();
}
