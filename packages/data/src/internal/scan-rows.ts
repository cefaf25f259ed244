import { refuse } from './refuse.ts';
import { category, number, type StatisticsSink, skip } from './statistics-sink.ts';

/** How the bytes of a file without quotes are split. */
export interface ScanRules {
  readonly source: string;
  /** one ASCII byte */
  readonly delimiter: number;
  /** whether an empty cell is a missing value */
  readonly emptyIsMissing: boolean;
}

const newline = 10;
const carriage = 13;
const powers = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** Levels by the hash of their bytes, so that a level seen before is not decoded again. */
interface LevelCache {
  readonly bytes: Uint8Array;
  readonly level: number;
}

/**
 * Reads rows of UTF-8 bytes without quotes straight into a sink: a number of up to 15 digits comes out to the bit, one of
 * up to 18 to within a unit in the last place; whatever is not plainly a number is decoded and read as text.
 *
 * Splitting with a library, a string per cell, takes several times as long as everything else in such a pass.
 */
export function createRowScanner(
  rules: ScanRules,
  sink: StatisticsSink,
): {
  /** Reads whole lines; `bytes` ends after a line feed. @returns the line that follows */
  scan(bytes: Uint8Array, line: number): number;
} {
  const { source, delimiter, emptyIsMissing } = rules;
  const { kinds, values } = sink;
  const width = kinds.length;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const caches = Array.from({ length: width }, () => new Map<number, LevelCache>());

  function text(bytes: Uint8Array, from: number, to: number, line: number): string {
    try {
      return decoder.decode(bytes.subarray(from, to)).trim();
    } catch (cause) {
      return refuse(
        'encoding',
        source,
        `line ${line} is not UTF-8. Save it as UTF-8, or name its encoding.`,
        { line },
        cause,
      );
    }
  }

  function levelOf(bytes: Uint8Array, from: number, to: number, column: number, line: number): number {
    let hash = 2166136261;
    for (let p = from; p < to; p++) hash = Math.imul(hash ^ (bytes[p] as number), 16777619);
    const cache = caches[column] as Map<number, LevelCache>;
    const known = cache.get(hash);
    if (known !== undefined && sameBytes(known.bytes, bytes, from, to)) return known.level;
    const level = sink.read(column, text(bytes, from, to, line), line);
    if (known === undefined && cache.size < 4096) cache.set(hash, { bytes: bytes.slice(from, to), level });
    return level;
  }

  function ragged(bytes: Uint8Array, from: number, line: number): never {
    let cells = 1;
    for (let p = from; bytes[p] !== newline; p++) if (bytes[p] === delimiter) cells++;
    return refuse(
      'ragged',
      source,
      `line ${line} has ${cells} cells, the first row names ${width} columns. Add or remove cells.`,
      {
        line,
        cells,
        columns: width,
      },
    );
  }

  return {
    scan(bytes, firstLine) {
      let line = firstLine;
      let p = 0;
      const end = bytes.length;
      let high = 0;
      while (p < end) {
        const start = p;
        const blank = blankLine(bytes, p, width === 1, delimiter);
        if (blank > 0) {
          p = blank;
          line++;
          continue;
        }
        const at = sink.at();
        for (let j = 0; j < width; j++) {
          const from = p;
          const kind = kinds[j];
          let c = bytes[p] as number;
          let value = Number.NaN;
          let plain = false;
          if (kind === number) {
            const negative = c === 45;
            if (negative) c = bytes[++p] as number;
            // up to 18 digits, nine to a 32-bit integer
            let high9 = 0;
            let low9 = 0;
            let digits = 0;
            let point = -1;
            for (; ; c = bytes[++p] as number) {
              const digit = (c - 48) >>> 0;
              if (digit < 10) {
                if (digits < 9) high9 = (high9 * 10 + digit) | 0;
                else low9 = (low9 * 10 + digit) | 0;
                if (++digits > 18) break;
              } else if (c === 46 && point < 0) point = p;
              else break;
            }
            plain = digits > 0 && digits <= 18 && (c === delimiter || c === newline || c === carriage);
            if (plain) {
              value = digits <= 9 ? high9 : high9 * (powers[digits - 9] as number) + low9;
              if (point >= 0) value /= powers[p - point - 1] as number;
              if (negative) value = -value;
            } else if (digits === 0 && !negative && c === delimiter && p === from && emptyIsMissing)
              plain = true;
          }
          if (!plain) {
            while (c !== delimiter && c !== newline) {
              high |= c;
              c = bytes[++p] as number;
            }
            if (kind !== skip) {
              const to = c === newline && p > from && bytes[p - 1] === carriage ? p - 1 : p;
              value =
                kind === category
                  ? levelOf(bytes, from, to, j, line)
                  : sink.read(j, text(bytes, from, to, line), line);
            }
          }
          (values[j] as Float64Array)[at] = value;
          if (c === carriage) {
            c = bytes[++p] as number;
            if (c !== newline) {
              // a carriage return within the cell: read the cell as text
              while (c !== delimiter && c !== newline) c = bytes[++p] as number;
              (values[j] as Float64Array)[at] = sink.read(j, text(bytes, from, p, line), line);
            }
          }
          if (c === (j === width - 1 ? newline : delimiter)) p++;
          else ragged(bytes, start, line);
        }
        sink.endRow(line);
        line++;
      }
      if (high >= 128) text(bytes, 0, end, firstLine); // columns that are skipped must be text, too
      return line;
    },
  };
}

/** Where the line after a blank one starts, 0 if it is not blank. */
function blankLine(bytes: Uint8Array, from: number, emptyOnly: boolean, delimiter: number): number {
  let p = from;
  if (!emptyOnly) while (bytes[p] === 32 || (bytes[p] === 9 && delimiter !== 9)) p++;
  if (bytes[p] === carriage) p++;
  return bytes[p] === newline ? p + 1 : 0;
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  for (let k = 0; k < known.length; k++) if (known[k] !== bytes[from + k]) return false;
  return true;
}
