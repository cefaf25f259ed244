/**
 * Refuses Arrow data whose inner lengths point outside of it, before the library sees them: it makes arrays of whatever
 * length a file promises. Only lengths are looked at, with the layout of Arrow's flatbuffers.
 *
 * @throws {@link Error} with what is wrong
 * @see the Arrow columnar format, "Serialization and Interprocess Communication (IPC)", and its Schema.fbs, Message.fbs and File.fbs
 */
export function checkArrow(bytes: Uint8Array): void {
  const budget = { left: 1_000_000 };
  const isFile = [...'ARROW1'].every((letter, k) => bytes[k] === letter.charCodeAt(0));
  if (isFile) checkFile(bytes, budget);
  else checkStream(bytes, budget);
}

/** Tables that may still be visited: damaged files can refer to one many times. */
interface Budget {
  left: number;
}

const damaged = (what: string): never => {
  throw new Error(`it is damaged: ${what}`);
};

function checkStream(bytes: Uint8Array, budget: Budget): void {
  for (let at = 0; at < bytes.length; ) {
    const next = checkMessage(bytes, at, budget);
    if (next === undefined) return;
    at = next;
  }
}

function checkFile(bytes: Uint8Array, budget: Budget): void {
  const view = viewOf(bytes);
  const end = bytes.length - 10;
  if (end < 8) damaged('it is too short');
  const length = view.getInt32(end, true);
  if (length <= 0 || length > end - 8) damaged('its footer lies outside of it');
  const footer = flat(bytes.subarray(end - length, end), budget);
  const root = footer.root();
  const schema = footer.table(root, 1);
  if (schema !== undefined) checkSchema(footer, schema);
  footer.vector(root, 4, 4);
  for (const field of [2, 3]) {
    const blocks = footer.vector(root, field, 24);
    for (let k = 0; k < blocks.length; k++) {
      const offset = footer.int64(blocks.at + 24 * k);
      if (offset < 8 || offset >= end) damaged('a block lies outside of it');
      checkMessage(bytes, offset, budget);
    }
  }
}

/** @returns where the next message starts; `undefined` after the last one */
function checkMessage(bytes: Uint8Array, from: number, budget: Budget): number | undefined {
  const view = viewOf(bytes);
  let at = from;
  const word = (): number => {
    if (at + 4 > bytes.length) return 0;
    at += 4;
    return view.getInt32(at - 4, true);
  };
  let length = word();
  if (length === -1) length = word();
  if (length === 0) return undefined;
  if (length < 0 || at + length > bytes.length) damaged('a message lies outside of it');
  const message = flat(bytes.subarray(at, at + length), budget);
  const root = message.root();
  const kind = message.byte(root, 1);
  const header = message.table(root, 2);
  const body = message.longField(root, 3);
  if (body < 0 || at + length + body > bytes.length) damaged('the body of a message lies outside of it');
  if (header !== undefined) {
    const content = bytes.subarray(at + length, at + length + body);
    if (kind === 1) checkSchema(message, header);
    else if (kind === 2) checkBatch(message, message.table(header, 1), content);
    else if (kind === 3) checkBatch(message, header, content);
    else damaged(`it has a message of kind ${kind}`);
  }
  return at + length + body;
}

function checkSchema(buffer: Flat, schema: number): void {
  for (const field of buffer.tables(schema, 1)) checkField(buffer, field, 0);
  checkPairs(buffer, schema, 2);
  buffer.vector(schema, 3, 8);
}

function checkField(buffer: Flat, field: number, depth: number): void {
  if (depth > 60) damaged('its types are nested too deeply');
  buffer.vector(field, 0, 1);
  const type = buffer.table(field, 3);
  if (type !== undefined && buffer.byte(field, 2) === 14) buffer.vector(type, 1, 4);
  const dictionary = buffer.table(field, 4);
  if (dictionary !== undefined) buffer.table(dictionary, 1);
  for (const child of buffer.tables(field, 5)) checkField(buffer, child, depth + 1);
  checkPairs(buffer, field, 6);
}

function checkPairs(buffer: Flat, table: number, field: number): void {
  for (const pair of buffer.tables(table, field)) {
    buffer.vector(pair, 0, 1);
    buffer.vector(pair, 1, 1);
  }
}

/** Rows that a batch may have without a byte for eight of them, as columns of nulls have. */
const bareRows = 2 ** 20;

function checkBatch(buffer: Flat, batch: number | undefined, body: Uint8Array): void {
  if (batch === undefined) return;
  const compressed = buffer.table(batch, 3) !== undefined;
  const view = viewOf(body);
  const regions = buffer.vector(batch, 2, 16);
  let unpacked = 0;
  for (let k = 0; k < regions.length; k++) {
    const offset = buffer.int64(regions.at + 16 * k);
    const length = buffer.int64(regions.at + 16 * k + 8);
    if (offset < 0 || length < 0 || offset + length > body.length)
      damaged('a buffer lies outside of its batch');
    const promised = compressed && length >= 8 ? Number(view.getBigInt64(offset, true)) : length;
    unpacked += Math.max(length, promised);
  }
  const most = Math.max(bareRows, 8 * unpacked);
  const nodes = buffer.vector(batch, 1, 16);
  const lengths = Array.from({ length: nodes.length }, (_, k) => buffer.int64(nodes.at + 16 * k));
  for (const rows of [buffer.longField(batch, 0), ...lengths])
    if (rows < 0 || rows > most) damaged(`a batch promises ${rows} rows`);
  buffer.vector(batch, 4, 8);
}

interface Flat {
  int64(at: number): number;
  vector(table: number, field: number, stride: number): { readonly at: number; readonly length: number };
  root(): number;
  table(table: number, field: number): number | undefined;
  tables(table: number, field: number): readonly number[];
  byte(table: number, field: number): number;
  longField(table: number, field: number): number;
}

/** Reads of a flatbuffer, each held against its size. */
function flat(bytes: Uint8Array, budget: Budget): Flat {
  const view = viewOf(bytes);
  const inside = (at: number, size: number): number => {
    if (!(at >= 0 && at + size <= bytes.length)) damaged('a reference leads outside of it');
    return at;
  };
  const int32 = (at: number): number => view.getInt32(inside(at, 4), true);
  const int64 = (at: number): number => Number(view.getBigInt64(inside(at, 8), true));
  const visit = (at: number): number => {
    if (--budget.left < 0) damaged('it refers to its parts too often');
    return inside(at, 4);
  };
  /** Where a field of a table is stored; 0 if it is not. */
  function slot(table: number, field: number): number {
    const layout = inside(table - int32(table), 4);
    const size = view.getUint16(layout, true);
    const entry = 4 + 2 * field;
    if (entry + 2 > size) return 0;
    const offset = view.getUint16(inside(layout + entry, 2), true);
    return offset === 0 ? 0 : inside(table + offset, 1);
  }
  function vector(
    table: number,
    field: number,
    stride: number,
  ): { readonly at: number; readonly length: number } {
    const at = slot(table, field);
    if (at === 0) return { at: 0, length: 0 };
    const base = at + int32(at);
    const length = int32(base);
    if (length < 0) damaged('a list has a negative length');
    inside(base + 4, length * stride);
    return { at: base + 4, length };
  }
  return {
    int64,
    vector,
    root: (): number => visit(int32(0)),
    table(table: number, field: number): number | undefined {
      const at = slot(table, field);
      return at === 0 ? undefined : visit(at + int32(at));
    },
    tables(table: number, field: number): readonly number[] {
      const { at, length } = vector(table, field, 4);
      return Array.from({ length }, (_, k) => visit(at + 4 * k + int32(at + 4 * k)));
    },
    byte(table: number, field: number): number {
      const at = slot(table, field);
      return at === 0 ? 0 : (bytes[at] as number);
    },
    longField(table: number, field: number): number {
      const at = slot(table, field);
      return at === 0 ? 0 : int64(at);
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
