import { decompressZstd } from 'hyparquet-compressors';

/** The largest window that a frame may ask for, 128 MB: as much as zstd itself grants without being told to. */
const largestWindow = 2 ** 27;

/**
 * Unpacks one Zstandard frame whose length is known from elsewhere. The library believes what the frame says of itself,
 * so that is held against the length first.
 *
 * @see RFC 8878, section 3.1.1
 */
export function zstdFrame(data: Uint8Array, length: number): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 6 || view.getUint32(0, true) !== 0xfd2fb528) throw new Error('no Zstandard frame');
  const flags = view.getUint8(4);
  const single = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] as number;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  const sizeAt = (single ? 5 : 6) + dictionary;
  if (sizeAt + sizeBytes > data.length) throw new Error('the Zstandard frame is cut off');
  if (sizeBytes === 0) {
    const exponent = 10 + (view.getUint8(5) >> 3);
    if (2 ** exponent * (1 + (view.getUint8(5) & 7) / 8) > largestWindow)
      throw new Error('the Zstandard frame asks for too large a window');
  }
  const promised = [
    (): number => (single ? view.getUint8(sizeAt) : length),
    (): number => view.getUint16(sizeAt, true) + 256,
    (): number => view.getUint32(sizeAt, true),
    (): number => Number(view.getBigUint64(sizeAt, true)),
  ][flags >> 6] as () => number;
  if (promised() !== length) throw new Error(`${length} bytes were promised, the frame holds ${promised()}`);
  checkBlocks(data, sizeAt + sizeBytes, length);
  const out = sizeBytes === 0 ? decompressZstd(data) : decompressZstd(data, new Uint8Array(length));
  if (out.length !== length) throw new Error(`${length} bytes were promised, ${out.length} unpacked`);
  return out.byteOffset === 0 ? out : out.slice();
}

/** Blocks that repeat one byte, and those stored as they are, must not make more than the whole. */
function checkBlocks(data: Uint8Array, start: number, length: number): void {
  let made = 0;
  for (let at = start, last = false; !last; ) {
    if (at + 3 > data.length) throw new Error('the Zstandard frame is cut off');
    const head = (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
    const size = head >> 3;
    const kind = (head >> 1) & 3;
    last = (head & 1) === 1;
    if (kind < 2) made += size;
    if (made > length) throw new Error('the Zstandard frame is longer than it says');
    at += 3 + (kind === 1 ? 1 : size);
  }
}
