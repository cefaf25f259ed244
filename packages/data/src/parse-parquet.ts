import { CfeError, messageOf } from '@cfe/base';
import { type ColumnData, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ReadTable, TypedOptions } from './column-reading.ts';
import { refuse } from './internal/refuse.ts';
import { typedTable } from './internal/typed-table.ts';

/** A Parquet file: its bytes, or something that hands out ranges of them, so that not all need to be fetched. */
export type ParquetSource =
  | Uint8Array
  | { readonly byteLength: number; slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer> };

/**
 * A table from a Parquet file, with any of the usual compressions. Numbers are numbers, truth values and repeated texts are
 * categories, nested columns and dates are left out, each with its reason.
 *
 * Files from strangers deserve a checksum: one whose inner lengths were altered is refused as far as they contradict each
 * other, and beyond that may exhaust memory before it is.
 *
 * @throws {@link InputError} if it is no Parquet file, is damaged, or has no usable column; if a value is ±∞ or a whole
 * number beyond 2⁵³, naming row and column
 */
export async function parseParquet(content: ParquetSource, options: TypedOptions = {}): Promise<ReadTable> {
  const source = options.source ?? 'the bytes';
  const file =
    content instanceof Uint8Array
      ? rangesOf(content)
      : { byteLength: content.byteLength, slice: content.slice.bind(content) };
  try {
    const metadata = await parquetMetadataAsync(file);
    const rows = checkedRows(metadata);
    const chunks = new Map<string, ColumnData[]>();
    for (const { meta_data } of metadata.row_groups[0]?.columns ?? [])
      chunks.set(meta_data?.path_in_schema[0] ?? '', []);
    // Row groups are read side by side, so chunks come in any order; and what is thrown in here nobody catches.
    await parquetRead({
      file,
      metadata,
      compressors,
      onChunk: (chunk: ColumnData) => chunks.get(chunk.columnName)?.push(chunk),
    });
    const columns = new Map(
      Array.from(chunks, ([name, parts]): [string, unknown[]] => [name, joined(name, parts, rows)]),
    );
    return typedTable(
      Array.from(columns, ([name, values]) => ({ name, values })),
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
  for (const { columns, num_rows } of metadata.row_groups) {
    for (const { meta_data } of columns) {
      const flat = meta_data?.path_in_schema.length === 1;
      if (flat && meta_data.num_values !== num_rows) {
        throw new Error(
          `column ${meta_data.path_in_schema[0]} has ${meta_data.num_values} values in ${num_rows} rows`,
        );
      }
    }
  }
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
