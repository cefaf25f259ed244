import { InputError } from '@cfe/base';
import { crc32 } from './internal/crc32.ts';

/**
 * The contents of a model file.
 *
 * The container: `CFEMODEL`, a version, the header's length, the header (JSON, UTF-8, padded with spaces to a multiple of 8),
 * float64 numbers, and the CRC-32 of all that came before. Everything is little-endian.
 *
 * | bytes | |
 * | --- | --- |
 * | 0–7 | `CFEMODEL` |
 * | 8–11 | version of the container, 1 |
 * | 12–15 | length h of the header, a multiple of 8 |
 * | 16 … 16 + h | header |
 * | … | n float64 |
 * | last 8 | CRC-32, then four zeros |
 */
export interface ModelFile {
  /** JSON, to be checked by whoever reads it */
  readonly header: unknown;
  readonly numbers: Float64Array;
}

const magic = new TextEncoder().encode('CFEMODEL');
const version = 1;
const start = 16;
const end = 8;
/** Longest header that is read, in bytes. */
const longestHeader = 2 ** 26;

export function isModelFile(bytes: Uint8Array): boolean {
  return magic.every((byte, k) => bytes[k] === byte);
}

/**
 * A container's bytes: a JSON header and float64 numbers, the same on every platform.
 *
 * @example
 * import { readModelFile, writeModelFile } from '@cfe/network';
 * const bytes = writeModelFile({ kind: 'mine', count: 2 }, [Float64Array.of(1, NaN)]);
 * readModelFile(bytes, (header) => (header as { count: number }).count).numbers; // → Float64Array [1, NaN]
 */
export function writeModelFile(header: unknown, arrays: readonly Float64Array[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = 8 * Math.ceil(text.length / 8);
  const count = arrays.reduce((sum, array) => sum + array.length, 0);
  const bytes = new Uint8Array(start + headerLength + 8 * count + end);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, version, true);
  view.setUint32(12, headerLength, true);
  bytes.fill(0x20, start, start + headerLength);
  bytes.set(text, start);
  let at = start + headerLength;
  for (const array of arrays) {
    for (const x of array) {
      view.setFloat64(at, x, true);
      at += 8;
    }
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true);
  return bytes;
}

/**
 * Reads a container. `numbersIn(header)` says how many numbers a header announces; nothing is allocated for them before
 * that many have been seen to be there.
 *
 * @throws {@link InputError} if it is no such file, of a later version, cut short, or damaged
 */
export function readModelFile(bytes: Uint8Array, numbersIn: (header: unknown) => number): ModelFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isModelFile(bytes)) throw bad('no-model', 'this is not a CFE model: it does not begin with CFEMODEL');
  if (bytes.length < start + end)
    throw bad('truncated', `it ends after ${bytes.length} bytes, in its preamble`);
  const found = view.getUint32(8, true);
  if (found !== version) {
    throw bad(
      'version',
      `it is of container version ${found}; this program reads version ${version}. Read it with the program that wrote it, or a newer one`,
    );
  }
  const headerLength = view.getUint32(12, true);
  if (headerLength % 8 !== 0 || headerLength > longestHeader) {
    throw bad('damaged', `its header claims ${headerLength} bytes`);
  }
  const body = start + headerLength;
  if (bytes.length < body + end) throw bad('truncated', `it ends after ${bytes.length} bytes, in its header`);
  const header = parsed(bytes.subarray(start, body));
  const count = numbersIn(header);
  const expected = body + 8 * count + end;
  if (bytes.length !== expected) {
    throw bad(
      bytes.length < expected ? 'truncated' : 'damaged',
      `it has ${bytes.length} bytes; its header announces ${expected}`,
    );
  }
  const at = body + 8 * count;
  if (view.getUint32(at, true) !== crc32(bytes.subarray(0, at)) || view.getUint32(at + 4, true) !== 0) {
    throw bad('damaged', 'its checksum does not match: some of its bytes were changed');
  }
  const numbers = new Float64Array(count);
  for (let k = 0; k < count; k++) numbers[k] = view.getFloat64(body + 8 * k, true);
  return { header, numbers };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw bad('damaged', 'its header is not JSON', cause);
  }
}

/** An error about a file that cannot be read. */
export function bad(what: string, problem: string, cause?: unknown): InputError {
  return new InputError(`network/file-${what}`, `model file: ${problem}.`, {}, { cause });
}
