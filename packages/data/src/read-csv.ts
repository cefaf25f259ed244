import { createReadStream } from 'node:fs';
import type { RunOptions } from '@cfe/base';
import type { ReadTable } from './column-reading.ts';
import { refuse } from './internal/refuse.ts';
import { type CsvOptions, parseCsvStream } from './parse-csv.ts';
import { type CsvStatistics, type CsvStatisticsOptions, summariseCsvStream } from './summarise-csv.ts';

/**
 * Reads a CSV file into a table, in pieces: see `parseCsv` for what is taken for what.
 *
 * @throws {@link InputError} if the file cannot be read, and what `parseCsv` refuses, naming file, line and column
 * @example
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readCsv } from '@cfe/data/node';
 * const path = join(await mkdtemp(join(tmpdir(), 'cfe-')), 'cars.csv');
 * await writeFile(path, 'weight,mpg\n3504,18\n2372,24\n');
 * const cars = await readCsv(path);
 * cars.row(1); // → { weight: 2372, mpg: 24 }
 */
export async function readCsv(
  path: string,
  options: CsvOptions & Pick<RunOptions, 'signal' | 'onProgress'> = {},
): Promise<ReadTable> {
  return parseCsvStream(fileChunks(path), { source: path, ...options });
}

/**
 * Means, covariances and counts of a CSV file of any size, in one pass and constant memory: see `summariseCsvStream`.
 *
 * @throws {@link InputError} if the file cannot be read, and what `summariseCsvStream` refuses
 * @example
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { covariances } from '@cfe/data';
 * import { summariseCsv } from '@cfe/data/node';
 * const path = join(await mkdtemp(join(tmpdir(), 'cfe-')), 'cars.csv');
 * await writeFile(path, 'weight,mpg\n3504,18\n2372,24\n');
 * const { rows, moments } = await summariseCsv(path);
 * rows; // → 2
 * covariances(moments).means; // → Float64Array [2938, 21]
 */
export async function summariseCsv(path: string, options: CsvStatisticsOptions = {}): Promise<CsvStatistics> {
  return summariseCsvStream(fileChunks(path), { source: path, ...options });
}

/** A file's bytes in pieces of a mebibyte; what the system says is put in words. */
async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch (cause) {
    fileError(path, cause);
  }
}

/** What the system says of a file, in words; anything else as it is. */
export function fileError(path: string, cause: unknown): never {
  const code = (cause as { code?: string }).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw cause;
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'it is a folder'
        : `it cannot be read (${code})`;
  return refuse('unreadable', path, `${why}.`, { path }, cause);
}
