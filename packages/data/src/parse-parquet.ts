import { CfeError, messageOf } from '@cfe/base';
import {
  type ColumnData,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import { compressors as libraries } from 'hyparquet-compressors';
import type { ReadTable, TypedOptions } from './column-reading.ts';
import { checkParquet } from './internal/check-parquet.ts';
import { refuse } from './internal/refuse.ts';
import { typedTable } from './internal/typed-table.ts';
import { zstdFrame } from './internal/zstd-frame.ts';

/** A Parquet file: its bytes, or something that hands out ranges of them, so that not all need to be fetched. */
export type ParquetSource =
  | Uint8Array
  | { readonly byteLength: number; slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer> };

/**
 * A table from a Parquet file, with any of the usual compressions. Numbers are numbers, truth values and repeated texts are
 * categories, nested columns and dates are left out, each with its reason.
 *
 * Every length inside is held against the file's size before memory is taken for it, so a damaged file is refused and does
 * not exhaust memory: what it unpacks to is limited to 1,100 times its size and 64 MB, its cells to 1,024 a byte and 2²⁴.
 *
 * @throws {@link InputError} if it is no Parquet file, is damaged, or has no usable column; if a value is ±∞ or a whole
 * number beyond 2⁵³, naming row and column
 * @example
 * import { parseParquet } from '@cfe/data/parquet';
 * const base64 =
 *   'UEFSMRUAFSAVICwVBBUAFQYVBhwAAAAAAAAAAAD4PwAAAAAAAARAFQIZLDUAGAZzY2hlbWEVAgAVCiUAGAF4ABYEGRwZHCYAHBUKGSUGABkY' +
 *   'AXgVABYEFkYWRiYISRwVABUAFQIAAAAWRhYEJggWRgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAcgAAAFBBUjE=';
 * const table = await parseParquet(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
 * table.column('x'); // → Float64Array [1.5, 2.5]
 */
export async function parseParquet(content: ParquetSource, options: TypedOptions = {}): Promise<ReadTable> {
  const source = options.source ?? 'the bytes';
  const file =
    content instanceof Uint8Array
      ? rangesOf(content)
      : { byteLength: content.byteLength, slice: content.slice.bind(content) };
  try {
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const rows = checkedRows(metadata);
    const columns = parquetSchema(metadata).children;
    const flat = new Map(
      columns
        .filter(({ children, element }) => children.length === 0 && element.repetition_type !== 'REPEATED')
        .map((column) => [column.element.name, column]),
    );
    await checkParquet(file, metadata, flat, compressors);
    const chunks = new Map<string, ColumnData[]>(Array.from(flat.keys(), (name) => [name, []]));
    // Row groups are read side by side, so chunks come in any order; and what is thrown in here nobody catches.
    if (flat.size > 0) {
      await parquetRead({
        file,
        metadata,
        columns: [...flat.keys()],
        compressors,
        onChunk: (chunk: ColumnData) => chunks.get(chunk.columnName)?.push(chunk),
      });
    }
    return typedTable(
      columns.map(({ element: { name } }) =>
        flat.has(name)
          ? { name, values: joined(name, chunks.get(name) ?? [], rows) }
          : { name, values: [], nested: rows },
      ),
      source,
      options,
    );
  } catch (cause) {
    if (cause instanceof CfeError) throw cause;
    return refuse(
      'parquet',
      source,
      `this is no Parquet file that can be read: ${messageOf(cause)}.`,
      {},
      cause,
    );
  }
}

const compressors: Compressors = { ...libraries, ZSTD: zstdFrame };

/** The chunks of a column in the order of their rows, which must be all the rows of the file, each once. */
function joined(name: string, chunks: readonly ColumnData[], rows: number): unknown[] {
  const values: unknown[] = [];
  for (const { rowStart, rowEnd, columnData } of [...chunks].sort((a, b) => a.rowStart - b.rowStart)) {
    if (rowStart !== values.length || rowEnd - rowStart !== columnData.length || rowEnd > rows)
      throw new Error(`column ${name} has other rows than the file says`);
    for (let r = 0; r < columnData.length; r++) values.push(columnData[r]);
  }
  if (values.length !== rows) throw new Error(`column ${name} has ${values.length} rows, the file ${rows}`);
  return values;
}

/** More rows than this do not fit into memory as columns of values. */
const mostRows = 2 ** 27;

/** The number of rows, which a damaged file may say differently in different places. */
function checkedRows(metadata: FileMetaData): number {
  const rows = Number(metadata.num_rows);
  const grouped = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!(Number.isInteger(rows) && rows >= 0 && rows === grouped)) {
    throw new Error(`it counts ${rows} rows, its row groups ${grouped}`);
  }
  if (rows > mostRows) throw new Error(`it has ${rows} rows, more than ${mostRows}`);
  return rows;
}

function rangesOf(bytes: Uint8Array): {
  byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
} {
  return {
    byteLength: bytes.byteLength,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}
