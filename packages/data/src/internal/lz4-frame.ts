/**
 * Unpacks an LZ4 frame. Checksums are passed over: the format around it has its own way to notice damage.
 *
 * @param length - of what comes out
 * @param block - unpacks one block on its own
 * @see the LZ4 frame format, version 1.6.4
 */
export function lz4Frame(
  data: Uint8Array,
  length: number,
  block: (input: Uint8Array, length: number) => Uint8Array,
): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.byteLength < 7 || view.getUint32(0, true) !== 0x184d2204) throw new Error('no LZ4 frame');
  const flags = view.getUint8(4);
  const independent = (flags & 0x20) !== 0;
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  const largest = 1 << (8 + 2 * ((view.getUint8(5) >> 4) & 7));
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const out = new Uint8Array(length);
  let filled = 0;
  let joined: Uint8Array[] = [];
  while (at + 4 <= data.byteLength) {
    const word = view.getUint32(at, true);
    if (word === 0) break;
    const size = word & 0x7fffffff;
    const raw = data.subarray(at + 4, at + 4 + size);
    if (raw.length < size) throw new Error('the LZ4 frame is cut off');
    at += 4 + size + blockChecksum;
    if (!independent) {
      // blocks that refer to each other are one block whose parts are put end to end
      if ((word & 0x80000000) !== 0) throw new Error('LZ4 blocks that are linked and stored are not read');
      joined = [...joined, raw];
      continue;
    }
    const stored = (word & 0x80000000) !== 0;
    const part = stored ? raw : block(raw, Math.min(largest, length - filled));
    const keep = stored ? raw.length : Math.min(largest, length - filled);
    if (filled + keep > length) throw new Error('the LZ4 frame is longer than it says');
    out.set(part.subarray(0, keep), filled);
    filled += keep;
  }
  if (!independent) return block(concat(joined), length);
  if (filled < length) throw new Error('the LZ4 frame is shorter than it says');
  return out;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
