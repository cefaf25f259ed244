import type { ColumnMetaData, Compressors, FileMetaData, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { type PageReader, walkDeltas, walkRuns } from './parquet-runs.ts';

/** Ranges of a file's bytes. */
interface Ranges {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/**
 * Refuses a Parquet file whose inner lengths contradict each other or its size, before the library sees its pages: it
 * makes arrays of whatever length a page promises, and repeats a value as often as a run says.
 *
 * Only the columns that are read are looked at, one at a time; their pages are unpacked once more for it.
 *
 * @param columns - flat columns, by name
 * @throws {@link Error} with what is wrong
 * @see the Parquet format: parquet.thrift and Encodings.md
 */
export async function checkParquet(
  file: Ranges,
  metadata: FileMetaData,
  columns: ReadonlyMap<string, SchemaTree>,
  compressors: Compressors,
): Promise<void> {
  const budget = { bytes: mostUnpacked(file.byteLength) };
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows * columns.size > Math.max(bareCells, 1024 * file.byteLength))
    damaged(`it promises ${rows} rows of ${columns.size} columns in ${file.byteLength} bytes`);
  for (const group of metadata.row_groups) {
    for (const [name, leaf] of columns) {
      const found = group.columns.filter(({ meta_data }) => meta_data?.path_in_schema[0] === name);
      const [chunk] = found;
      if (found.length !== 1 || chunk?.meta_data === undefined || chunk.meta_data.path_in_schema.length !== 1)
        return damaged(`a row group has column ${name} ${found.length} times`);
      const meta = chunk.meta_data;
      if (meta.type !== leaf.element.type) damaged(`column ${name} changes its type`);
      if (meta.num_values !== group.num_rows)
        damaged(`column ${name} has ${meta.num_values} values in ${group.num_rows} rows`);
      if (group.num_rows === 0n) continue;
      const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
      const end = start + Number(meta.total_compressed_size);
      if (!(start >= 4 && end >= start && end <= file.byteLength))
        damaged(`column ${name} lies outside of the file`);
      checkChunk(new DataView(await file.slice(start, end)), { name, meta, leaf, compressors, budget });
    }
  }
}

/** A table of so many cells may come from any number of bytes, as one of constants does. */
const bareCells = 2 ** 24;

/** Bytes that pages may unpack to: none of the usual compressions of data makes more than a thousand of one. */
const mostUnpacked = (bytes: number): number => 2 ** 26 + 1100 * bytes;

interface Chunk {
  readonly name: string;
  readonly meta: ColumnMetaData;
  readonly leaf: SchemaTree;
  readonly compressors: Compressors;
  readonly budget: { bytes: number };
}

const damaged = (what: string): never => {
  throw new Error(`it is damaged: ${what}`);
};

function checkChunk(view: DataView, chunk: Chunk): void {
  const { name, meta } = chunk;
  const rows = Number(meta.num_values);
  const reader = { view, offset: 0 };
  let known = 0;
  let seen = 0;
  while (seen < rows && reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= view.byteLength))
      damaged(`a page of column ${name} lies outside of it`);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, size);
    reader.offset += size;
    if (header.type === 'DICTIONARY_PAGE') known = checkDictionary(bytes, header, chunk);
    else seen += checkData(bytes, header, chunk, { left: rows - seen, known });
  }
  if (seen !== rows) damaged(`column ${name} has ${seen} values in ${rows} rows`);
}

function unpacked(bytes: Uint8Array, size: number, { meta, compressors, budget }: Chunk): Uint8Array {
  if (!(size >= 0)) damaged(`a page of ${size} bytes`);
  budget.bytes -= size;
  if (budget.bytes < 0 || size > mostUnpacked(bytes.length))
    damaged(`${bytes.length} bytes cannot unpack to ${size}`);
  return decompressPage(bytes, size, meta.codec, compressors);
}

/** @returns how many entries it has */
function checkDictionary(bytes: Uint8Array, header: PageHeader, chunk: Chunk): number {
  const count = header.dictionary_page_header?.num_values;
  if (count === undefined || !(count >= 0)) return damaged(`a dictionary of ${count} entries`);
  const page = unpacked(bytes, header.uncompressed_page_size, chunk);
  checkPlain(readerOf(page), count, chunk);
  return count;
}

/** @returns how many values the page has, missing ones among them */
function checkData(
  bytes: Uint8Array,
  header: PageHeader,
  chunk: Chunk,
  { left, known }: { readonly left: number; readonly known: number },
): number {
  const { leaf } = chunk;
  const optional = leaf.element.repetition_type !== 'REQUIRED';
  const first = header.data_page_header;
  const second = header.data_page_header_v2;
  if (header.type === 'DATA_PAGE' && first !== undefined) {
    const count = countOf(first.num_values, left);
    const reader = readerOf(unpacked(bytes, header.uncompressed_page_size, chunk));
    let present = count;
    if (optional) {
      const end = lengthAt(reader);
      present = walkRuns(reader, 1, count, end, 2);
      reader.offset = end;
    }
    checkValues(reader, present, first.encoding, known, chunk);
    return count;
  }
  if (header.type === 'DATA_PAGE_V2' && second !== undefined) {
    const count = countOf(second.num_values, left);
    const { num_nulls: nulls, definition_levels_byte_length: levels } = second;
    if (second.repetition_levels_byte_length !== 0 || !(levels >= 0 && levels <= bytes.length))
      damaged('the levels of a page lie outside of it');
    if (!(second.num_rows === count && nulls >= 0 && nulls <= count))
      damaged(`${nulls} of ${count} values are missing`);
    const present = optional ? walkRuns(readerOf(bytes), 1, count, levels, 2) : count;
    if (present !== count - nulls) damaged(`${nulls} of ${count} values are missing, ${present} are there`);
    const body = bytes.subarray(levels);
    const page =
      second.is_compressed === false ? body : unpacked(body, header.uncompressed_page_size - levels, chunk);
    checkValues(readerOf(page), present, second.encoding, known, chunk);
    return count;
  }
  return damaged(`it has a page of kind ${header.type}`);
}

function checkValues(reader: PageReader, count: number, encoding: string, known: number, chunk: Chunk): void {
  const { type } = chunk.meta;
  const { element } = chunk.leaf;
  const end = reader.view.byteLength;
  switch (encoding) {
    case 'PLAIN':
      checkPlain(reader, count, chunk);
      return;
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY': {
      if (count === 0 && end === 0) return;
      if (end < 1) damaged('a page is empty');
      const width = reader.view.getUint8(reader.offset++);
      if (width === 0) {
        if (count > 0 && known === 0) damaged('values of a dictionary that is not there');
        return;
      }
      walkRuns(reader, width, count, end, known);
      return;
    }
    case 'RLE': {
      if (type !== 'BOOLEAN') damaged(`${encoding} holds no ${type}`);
      walkRuns(reader, 1, count, lengthAt(reader), 2);
      return;
    }
    case 'BYTE_STREAM_SPLIT':
      if (count * widthOf(chunk) > end - reader.offset) damaged('a page has fewer values than it says');
      return;
    case 'DELTA_BINARY_PACKED':
      if (type !== 'INT32' && type !== 'INT64') damaged(`${encoding} holds no ${type}`);
      walkDeltas(reader, count);
      return;
    case 'DELTA_LENGTH_BYTE_ARRAY': {
      let total = 0;
      walkDeltas(reader, count, (length) => {
        total += checkLength(length, end, element);
      });
      if (total > end - reader.offset) damaged('texts lie outside of their page');
      return;
    }
    case 'DELTA_BYTE_ARRAY':
      checkPrefixed(reader, count, chunk);
      return;
    default:
      damaged(`the encoding ${encoding} is unknown`);
  }
}

/** Texts that start as the one before: each may repeat no more than there was. */
function checkPrefixed(reader: PageReader, count: number, { leaf, budget }: Chunk): void {
  const prefixes = new Int32Array(count);
  walkDeltas(reader, count, (length, k) => {
    prefixes[k] = length;
  });
  let before = 0;
  let total = 0;
  walkDeltas(reader, count, (suffix, k) => {
    const prefix = prefixes[k] as number;
    if (prefix < 0 || prefix > before) damaged('a text repeats more than there was');
    total += checkLength(suffix, reader.view.byteLength, leaf.element);
    before = prefix + suffix;
    budget.bytes -= before;
    if (budget.bytes < 0) damaged('its texts are too long');
  });
  if (total > reader.view.byteLength - reader.offset) damaged('texts lie outside of their page');
}

function checkPlain(reader: PageReader, count: number, chunk: Chunk): void {
  const { view } = reader;
  const end = view.byteLength;
  if (chunk.meta.type !== 'BYTE_ARRAY') {
    if (count * widthOf(chunk) > end - reader.offset) damaged('a page has fewer values than it says');
    return;
  }
  let at = reader.offset;
  for (let k = 0; k < count; k++) {
    if (at + 4 > end) damaged('a page has fewer values than it says');
    at += 4 + checkLength(view.getInt32(at, true), end - at - 4, chunk.leaf.element);
  }
}

/** Bytes of a value in the plain encoding. */
function widthOf({ meta, leaf }: Chunk): number {
  const length = leaf.element.type_length ?? 0;
  switch (meta.type) {
    case 'BOOLEAN':
      return 1 / 8;
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT64':
    case 'DOUBLE':
      return 8;
    case 'INT96':
      return 12;
    case 'FIXED_LEN_BYTE_ARRAY':
      return length > 0
        ? checkLength(length, Number.POSITIVE_INFINITY, leaf.element)
        : damaged(`values of ${length} bytes`);
    default:
      return damaged(`the type ${meta.type} is unknown`);
  }
}

/** Decimals are made in quadratic time, so long ones are none. */
const longestDecimal = 64;

function checkLength(length: number, most: number, { converted_type }: SchemaTree['element']): number {
  if (!(length >= 0 && length <= most)) damaged('texts lie outside of their page');
  if (converted_type === 'DECIMAL' && length > longestDecimal) damaged(`a decimal of ${length} bytes`);
  return length;
}

function countOf(count: number, left: number): number {
  return count >= 0 && count <= left ? count : damaged(`a page of ${count} values where ${left} are left`);
}

/** The end of what is headed by its length in four bytes. */
function lengthAt(reader: PageReader): number {
  if (reader.offset + 4 > reader.view.byteLength) damaged('runs lie outside of their page');
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  return reader.offset + length;
}

function readerOf(bytes: Uint8Array): PageReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}
