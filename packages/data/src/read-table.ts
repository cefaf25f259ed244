import { open } from 'node:fs/promises';
import type { RunOptions } from '@cfe/base';
import type { ReadTable } from './column-reading.ts';
import { refuse } from './internal/refuse.ts';
import type { CsvOptions } from './parse-csv.ts';
import { fileError, readCsv } from './read-csv.ts';

/**
 * Reads a table from a file by what is in it: Parquet, Arrow (IPC file or stream, Feather version 2), or else CSV.
 *
 * @param options - those of a CSV file beyond types, units and source are not looked at for the others
 * @throws {@link InputError} if the file cannot be read, and what the format's own reader refuses
 * @example
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readTable } from '@cfe/data/node';
 * const path = join(await mkdtemp(join(tmpdir(), 'cfe-')), 'cars.csv');
 * await writeFile(path, 'weight,mpg\n3504,18\n2372,24\n');
 * (await readTable(path)).row(0); // → { weight: 3504, mpg: 18 }
 */
export async function readTable(
  path: string,
  options: CsvOptions & Pick<RunOptions, 'signal' | 'onProgress'> = {},
): Promise<ReadTable> {
  const { types, units, source = path } = options;
  const typed = { types, units, source };
  const head = await range(path, 0, 8);
  const starts = (text: string): boolean => [...text].every((letter, k) => head[k] === letter.charCodeAt(0));
  if (starts('PAR1')) {
    const { parseParquet } = await import('./parse-parquet.ts');
    const byteLength = await sizeOf(path);
    const slice = async (from: number, to: number = byteLength): Promise<ArrayBuffer> => {
      options.signal?.throwIfAborted();
      return (await range(path, from, to)).buffer;
    };
    try {
      return await parseParquet({ byteLength, slice }, typed);
    } catch (error) {
      options.signal?.throwIfAborted(); // not the file's fault
      throw error;
    }
  }
  if (starts('FEA1')) {
    refuse('arrow', source, 'this is Feather version 1. Write it anew as version 2, Parquet or CSV.', {});
  }
  const stream = head[0] === 0xff && head[1] === 0xff && head[2] === 0xff && head[3] === 0xff;
  if (starts('ARROW1') || stream) {
    const { parseArrow } = await import('./parse-arrow.ts');
    return parseArrow(await range(path, 0, await sizeOf(path)), typed);
  }
  return readCsv(path, options);
}

async function range(path: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path);
    try {
      const bytes = new Uint8Array(Math.max(0, to - from));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      return bytesRead === bytes.length ? bytes : bytes.slice(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    return fileError(path, cause);
  }
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path);
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
