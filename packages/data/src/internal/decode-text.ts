import { refuse } from './refuse.ts';

/** Bytes that come in pieces, as text. */
export interface TextSource {
  push(bytes: Uint8Array): string;
  end(): string;
}

/**
 * A strict decoder: UTF-8 unless a byte order mark says UTF-16 or another encoding was asked for. What is no text
 * (zero bytes, a workbook, an archive) is refused by name.
 *
 * @param encoding - a WHATWG label such as `'windows-1252'`
 */
export function createTextSource(source: string, encoding?: string, firstLine = 1): TextSource {
  let decoder: TextDecoder | undefined;
  let label = encoding ?? 'utf-8';
  let head = new Uint8Array(0);
  let line = firstLine;
  let carried: readonly number[] = []; // the last bytes, so that an invalid one at a seam is found

  function start(bytes: Uint8Array): void {
    const known = formatOf(bytes);
    if (known !== undefined) refuse('binary', source, `this is ${known}, not text. Save it as CSV in UTF-8.`);
    if (encoding === undefined) label = markOf(bytes) ?? 'utf-8';
    if (label === 'utf-8' && bytes.subarray(0, 4096).includes(0)) {
      refuse('binary', source, 'this is not text: it has zero bytes. Save it as CSV in UTF-8.');
    }
    try {
      decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
    } catch (cause) {
      refuse(
        'encoding',
        source,
        `there is no encoding ${JSON.stringify(label)}. Try 'utf-8' or 'windows-1252'.`,
        {},
        cause,
      );
    }
  }

  function decode(bytes: Uint8Array, last: boolean): string {
    try {
      const text = (decoder as TextDecoder).decode(bytes, { stream: !last });
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) line++;
      carried = [...carried, ...bytes.subarray(-4)].slice(-4);
      return text;
    } catch (cause) {
      const at = line + newlinesBeforeFault(bytes, carried);
      const remedy =
        label === 'utf-8'
          ? "Save it as UTF-8, or name its encoding, such as 'windows-1252' for a file from Western Europe."
          : 'Name its real encoding.';
      return refuse(
        'encoding',
        source,
        `line ${at} is not ${label.toUpperCase()}. ${remedy}`,
        { line: at, encoding: label },
        cause,
      );
    }
  }

  return {
    push(bytes) {
      if (decoder === undefined) {
        head = concat(head, bytes);
        if (head.length < 4) return '';
        start(head);
        return decode(head, false);
      }
      return decode(bytes, false);
    },
    end() {
      if (decoder === undefined) {
        start(head);
        return decode(head, true);
      }
      return decode(new Uint8Array(0), true);
    },
  };
}

function newlinesBeforeFault(bytes: Uint8Array, carried: readonly number[]): number {
  const text = new TextDecoder('utf-8').decode(concat(Uint8Array.from(carried), bytes));
  const fault = text.indexOf('\uFFFD');
  const skipped = carried.filter((byte) => byte === 10).length;
  return Math.max(0, text.slice(0, Math.max(0, fault)).split('\n').length - 1 - skipped);
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function formatOf(bytes: Uint8Array): string | undefined {
  const starts = (...prefix: number[]): boolean => prefix.every((byte, k) => bytes[k] === byte);
  if (starts(0x50, 0x4b, 3, 4)) return 'a zip archive or a workbook (.xlsx)';
  if (starts(0x1f, 0x8b)) return 'gzip-compressed';
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) return 'an old workbook (.xls)';
  if (starts(0x50, 0x41, 0x52, 0x31)) return 'Parquet';
  if (starts(0x25, 0x50, 0x44, 0x46)) return 'a PDF';
  return undefined;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
