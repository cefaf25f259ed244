import { CfeError, messageOf } from '@cfe/base';
import {
  CompressionType,
  getCompressionCodec,
  setCompressionCodec,
  Type,
  tableFromIPC,
} from '@uwdata/flechette';
import { decompressLz4Raw } from 'hyparquet-compressors';
import type { ReadTable, TypedOptions } from './column-reading.ts';
import { checkArrow } from './internal/check-arrow.ts';
import { lz4Frame } from './internal/lz4-frame.ts';
import { refuse } from './internal/refuse.ts';
import { typedTable } from './internal/typed-table.ts';
import { zstdFrame } from './internal/zstd-frame.ts';

/**
 * A table from Arrow's IPC format, as a file (Feather version 2) or a stream, also with LZ4 or Zstandard compression.
 * Numbers are numbers; dictionaries, truth values and repeated texts are categories; nested columns and dates are left out,
 * each with its reason.
 *
 * @throws {@link InputError} if it is no Arrow data, is damaged, or has no usable column; if a value is ±∞ or a whole number
 * beyond 2⁵³, naming row and column
 * @example
 * import { parseArrow } from '@cfe/data/arrow';
 * import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
 * const bytes = tableToIPC(tableFromArrays({ x: [1.5, 2.5], k: ['a', 'b'] }), {}) as Uint8Array;
 * parseArrow(bytes).row(1); // → { x: 2.5, k: 'b' }
 */
export function parseArrow(bytes: Uint8Array, options: TypedOptions = {}): ReadTable {
  const source = options.source ?? 'the bytes';
  registerCodecs();
  try {
    checkArrow(bytes);
    const { names, children } = tableFromIPC(bytes, { useBigInt: true, useDate: true });
    return typedTable(
      children.map((column, j) => {
        if (!plainTypes.has(column.type.typeId))
          return { name: String(names[j]), values: [], nested: column.length };
        for (const batch of column.data) checkLength(batch, String(names[j]));
        return {
          name: String(names[j]),
          values: column.toArray() as ArrayLike<unknown>,
          levels: column.type.typeId === Type.Dictionary,
        };
      }),
      source,
      options,
    );
  } catch (cause) {
    if (cause instanceof CfeError) throw cause;
    return refuse('arrow', source, `this is no Arrow data that can be read: ${messageOf(cause)}.`, {}, cause);
  }
}

const plainTypes: ReadonlySet<number> = new Set([
  Type.Dictionary,
  Type.Null,
  Type.Int,
  Type.Float,
  Type.Utf8,
  Type.LargeUtf8,
  Type.Utf8View,
  Type.Bool,
  Type.Decimal,
  Type.Date,
  Type.Time,
  Type.Timestamp,
  Type.Duration,
]);

/** A damaged file may promise more rows than it has bytes for, and the library would make them up. */
function checkLength(batch: unknown, name: string): void {
  const { length, type, values, offsets } = batch as {
    readonly length: number;
    readonly type: { readonly typeId: number };
    readonly values?: ArrayLike<unknown>;
    readonly offsets?: ArrayLike<unknown>;
  };
  const held =
    offsets !== undefined ? offsets.length - 1 : (values?.length ?? 0) * (type.typeId === Type.Bool ? 8 : 1);
  const bare = offsets === undefined && values === undefined;
  if (bare ? length > mostBareRows : length > held)
    throw new Error(`column ${name} has fewer values than rows`);
}

/** Rows of columns that take no bytes of their own, such as those of nulls alone. */
const mostBareRows = 2 ** 24;

/** Codecs are the library's own registry; one that somebody else has set is left. */
function registerCodecs(): void {
  const encode = (): never => {
    throw new Error('cfe does not write compressed Arrow data');
  };
  if (getCompressionCodec(CompressionType.ZSTD) === null) {
    setCompressionCodec(CompressionType.ZSTD, {
      encode,
      decode: (data, length) => zstdFrame(data, possible(data, length ?? 0, 1100)),
    });
  }
  if (getCompressionCodec(CompressionType.LZ4_FRAME) === null) {
    setCompressionCodec(CompressionType.LZ4_FRAME, {
      encode,
      decode: (data, length) => lz4Frame(data, possible(data, length ?? 0, 255), decompressLz4Raw),
    });
  }
}

/** LZ4 makes at most 255 bytes of one; Zstandard could make more, but of data worth reading does not. */
function possible(data: Uint8Array, length: number, ratio: number): number {
  if (!(length >= 0 && length <= 2 ** 20 + ratio * data.length))
    throw new Error(`${data.length} bytes cannot unpack to ${length}`);
  return length;
}
