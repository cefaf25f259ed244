/** A walk through one page's bytes, held against their end. */
export interface PageReader {
  readonly view: DataView;
  offset: number;
}

const damaged = (what: string): never => {
  throw new Error(`it is damaged: ${what}`);
};

/**
 * Walks runs of repeated and bit-packed values, without keeping them, to where `count` of them are read.
 *
 * @param end - where the runs must have ended
 * @param limit - values must be below it
 * @returns the sum of the values
 * @see Parquet's Encodings.md, "Run Length Encoding / Bit-Packing Hybrid"
 */
export function walkRuns(
  reader: PageReader,
  width: number,
  count: number,
  end: number,
  limit: number,
): number {
  if (width > 32) damaged(`values of ${width} bits`);
  if (end > reader.view.byteLength || end < reader.offset) damaged('runs lie outside of their page');
  let sum = 0;
  const note = (value: number, times: number): void => {
    if (value >= limit) damaged(`value ${value} where only ${limit} are known`);
    sum += value * times;
  };
  for (let seen = 0; seen < count; ) {
    const header = varint(reader, end);
    const left = count - seen;
    if ((header & 1) === 0) {
      const times = header >>> 1;
      if (times > left) damaged(`a run of ${times} values where ${left} are left`);
      const bytes = (width + 7) >> 3;
      if (reader.offset + bytes > end) damaged('a run ends too early');
      let value = 0;
      for (let k = 0; k < bytes; k++) value += byteAt(reader, reader.offset + k) * 2 ** (8 * k);
      reader.offset += bytes;
      if (times > 0) note(value, times);
      seen += times;
    } else {
      const packed = (header >>> 1) * 8;
      if (packed >= left + 512) damaged(`a run of ${packed} values where ${left} are left`);
      const here = Math.min(left, packed);
      if (reader.offset + Math.ceil((here * width) / 8) > end) damaged('a run ends too early');
      unpack(reader, width, here, note);
      reader.offset += (packed / 8) * width;
      seen += here;
    }
  }
  return sum;
}

function unpack(
  { view, offset }: PageReader,
  width: number,
  count: number,
  note: (value: number, times: number) => void,
): void {
  let held = 0;
  let bits = 0;
  let at = offset;
  for (let k = 0; k < count; k++) {
    while (bits < width) {
      held += view.getUint8(at++) * 2 ** bits;
      bits += 8;
    }
    const base = 2 ** width;
    const rest = Math.floor(held / base);
    note(held - rest * base, 1);
    held = rest;
    bits -= width;
  }
}

/**
 * Walks whole numbers that are packed as differences.
 *
 * @param each - gets every value where asked for; whole numbers of 32 bits only
 * @see Parquet's Encodings.md, "Delta Encoding"
 */
export function walkDeltas(
  reader: PageReader,
  count: number,
  each?: (value: number, k: number) => void,
): void {
  const end = reader.view.byteLength;
  const block = varint(reader, end);
  const parts = varint(reader, end);
  varint(reader, end);
  const size = block / parts;
  if (!(block > 0 && block <= 2 ** 20 && parts > 0 && Number.isInteger(size) && size % 8 === 0))
    damaged(`blocks of ${block} values in ${parts} parts`);
  let value = Number(zigzag(reader, end)) | 0;
  if (count > 0) each?.(value, 0);
  for (let k = 1; k < count; ) {
    const least = Number(BigInt.asIntN(32, zigzag(reader, end)));
    const widths = reader.offset;
    reader.offset += parts;
    if (reader.offset > end) damaged('differences end too early');
    for (let part = 0; part < parts && k < count; part++) {
      const width = byteAt(reader, widths + part);
      if (width > 64) damaged(`differences of ${width} bits`);
      const here = Math.min(size, count - k);
      if (reader.offset + Math.ceil((here * width) / 8) > end) damaged('differences end too early');
      if (each !== undefined && width > 32) damaged(`lengths of ${width} bits`);
      if (each !== undefined) {
        unpack(reader, width, here, (difference) => {
          value = (value + least + difference) | 0;
          each(value, k++);
        });
      } else k += here;
      reader.offset += (size * width) / 8;
    }
  }
}

/** A number in groups of seven bits, of 32 bits at most. */
function varint(reader: PageReader, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (reader.offset >= end) damaged('a number is cut off');
    const byte = byteAt(reader, reader.offset++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value < 2 ** 32 ? value : damaged('a number is too large');
  }
  return damaged('a number is too large');
}

function zigzag(reader: PageReader, end: number): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (reader.offset >= end) damaged('a number is cut off');
    const byte = byteAt(reader, reader.offset++);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return (value >> 1n) ^ -(value & 1n);
  }
  return damaged('a number is too large');
}

function byteAt({ view }: PageReader, at: number): number {
  return view.getUint8(at);
}
