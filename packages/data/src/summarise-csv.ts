import { breather, InputError, type RunOptions, throwUnknownName } from '@cfe/base';
import type { ColumnReading } from './column-reading.ts';
import type { Contingency } from './contingency.ts';
import type { CellRules } from './internal/column-builder.ts';
import { createCsvReader, emptyMarks } from './internal/csv-reader.ts';
import { createTextSource } from './internal/decode-text.ts';
import { trimCell } from './internal/parse-number.ts';
import { createRowScanner } from './internal/scan-rows.ts';
import { createRowSplitter, type RowSplitter } from './internal/split-rows.ts';
import {
  category,
  createStatisticsSink,
  number,
  pairBase,
  type SinkResult,
  type StatisticsSink,
  skip,
} from './internal/statistics-sink.ts';
import { type Moments, mergeMoments } from './moments.ts';
import type { CsvOptions } from './parse-csv.ts';

/** What to sum. */
export interface CsvStatisticsOptions extends CsvOptions, Pick<RunOptions, 'signal' | 'onProgress'> {
  /** rows with a missing number: used for the pairs that they have (default), or left out of the moments */
  readonly incomplete?: 'pairwise' | 'drop' | undefined;
  /** a column whose values name the regimes: moments are then also kept for each */
  readonly regime?: string | undefined;
  /** pairs of categorical columns whose combinations are counted */
  readonly contingency?: readonly (readonly [string, string])[] | undefined;
}

/** Statistics of a file that need not fit into memory. */
export interface CsvStatistics {
  readonly rows: number;
  /** what each column was taken for, judged by the first rows */
  readonly columns: readonly ColumnReading[];
  /** of the columns of numbers, all rows; mergeable with those of other files */
  readonly moments: Moments;
  /** smallest and largest value by column of numbers */
  readonly range: Readonly<Record<string, readonly [min: number, max: number]>>;
  /** rows by level of each categorical column */
  readonly levels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** as asked, in that order */
  readonly contingency: readonly Contingency[];
  /** rows and moments by regime */
  readonly regimes: Readonly<Record<string, { readonly rows: number; readonly moments: Moments }>>;
}

/** What a column is, is judged by this much of the file. */
const sampleBytes = 1 << 20;

/**
 * Means, covariances and counts of a CSV in one pass and constant memory: the file may be larger than memory.
 *
 * What a column holds is judged by the first mebibyte, or said by `types`; a later cell that contradicts is an error with
 * its line and column, never skipped. Numbers of more than 15 digits are read to within a unit in the last place.
 *
 * @param pieces - cut anywhere; bytes without quotes are read fastest
 * @throws {@link InputError} as `parseCsv`; `signal.reason` once aborted
 * @example
 * import { covariances, summariseCsvStream } from '@cfe/data';
 * const { rows, moments, levels } = await summariseCsvStream(['x,y,k\n1,2,a\n', '3,6,b\n5,4,a\n']);
 * rows; // → 3
 * covariances(moments).means; // → Float64Array [3, 4]
 * levels.k; // → { a: 2, b: 1 }
 */
export async function summariseCsvStream(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  options: CsvStatisticsOptions = {},
): Promise<CsvStatistics> {
  const breathe = breather(options.signal);
  let waiting: (string | Uint8Array)[] = [];
  let size = 0;
  let done = 0;
  let pass: Pass | undefined;
  for await (const piece of pieces) {
    const wait = breathe();
    if (wait !== undefined) await wait;
    done += piece.length;
    options.onProgress?.({ phase: 'read', done });
    if (pass !== undefined) {
      pass.push(piece);
      continue;
    }
    waiting.push(piece);
    size += piece.length;
    if (size < sampleBytes) continue;
    pass = startPass(waiting, options, false);
    waiting = [];
  }
  pass ??= startPass(waiting, options, true);
  return pass.end();
}

interface Pass {
  push(piece: string | Uint8Array): void;
  end(): CsvStatistics;
}

interface Layout {
  readonly names: readonly string[];
  readonly delimiter: string;
  readonly readings: readonly ColumnReading[];
}

function startPass(
  sample: readonly (string | Uint8Array)[],
  options: CsvStatisticsOptions,
  whole: boolean,
): Pass {
  const layout = judge(sample, options, whole);
  const { names, delimiter } = layout;
  const source = options.source ?? 'the text';
  const missing = new Set((options.missing ?? emptyMarks).map((mark) => mark.toLowerCase()));
  const decimalComma = options.decimalComma ?? delimiter === ';';
  const indexOf = (name: string): number => {
    const j = names.indexOf(name);
    return j >= 0 ? j : throwUnknownName(source, 'column', name, names);
  };
  const regime = options.regime === undefined ? undefined : indexOf(options.regime);
  const kinds = Uint8Array.from(layout.readings, ({ kind }) =>
    kind === 'continuous' ? number : kind === 'categorical' ? category : skip,
  );
  if (regime !== undefined) kinds[regime] = category;
  const pairs = (options.contingency ?? []).map(([a, b]): [number, number] => {
    const pair: [number, number] = [indexOf(a), indexOf(b)];
    const wrong = pair.find((j) => kinds[j] !== category);
    if (wrong === undefined) return pair;
    throw new InputError(
      'data/not-categorical',
      `${source}: ${JSON.stringify(names[wrong])} is no column of categories. Name it in types as 'categorical'.`,
      { column: names[wrong] },
    );
  });
  const rules = names.map((name, j): CellRules => ({ source, name, position: j + 1, missing, decimalComma }));
  const sink = createStatisticsSink({
    rules,
    kinds,
    dropIncomplete: options.incomplete === 'drop',
    regime,
    pairs,
  });
  const feed = feeder(sink, layout, options, missing.has(''));
  for (const piece of sample) feed.push(piece);
  return {
    push: feed.push,
    end() {
      feed.end();
      return resultOf(sink.finish(), layout, kinds, pairs, regime);
    },
  };
}

/** What the columns are, from the complete rows among the first bytes. */
function judge(
  sample: readonly (string | Uint8Array)[],
  options: CsvStatisticsOptions,
  whole: boolean,
): Layout {
  let found: { names: readonly string[]; delimiter: string } | undefined;
  const reader = createCsvReader(options, (names, delimiter) => {
    found = { names, delimiter };
  });
  for (const piece of sample) reader.push(piece);
  const readings = whole ? reader.end().columns : reader.soFar();
  return { ...(found ?? { names: [], delimiter: ',' }), readings };
}

interface Feed {
  push(piece: string | Uint8Array): void;
  end(): void;
}

/** Bytes without quotes go through the scanner; from the first quote or other encoding on, through Papa Parse. */
function feeder(
  sink: StatisticsSink,
  layout: Layout,
  options: CsvStatisticsOptions,
  emptyIsMissing: boolean,
): Feed {
  const source = options.source ?? 'the text';
  const { delimiter, names } = layout;
  const scanner = createRowScanner({ source, delimiter: delimiter.charCodeAt(0), emptyIsMissing }, sink);
  let rest = new Uint8Array(0);
  let line = 1;
  let pending = options.names === undefined; // the header has not passed yet
  let slow:
    | { readonly splitter: RowSplitter; readonly decode: ReturnType<typeof createTextSource> }
    | undefined;
  let fast = options.encoding === undefined && delimiter.length === 1 && delimiter.charCodeAt(0) < 128;

  function startSlow(): NonNullable<typeof slow> {
    const splitter = createRowSplitter(
      { source, delimiter, names: pending ? undefined : names, firstLine: line },
      {
        header: () => {},
        row(cells, at) {
          const r = sink.at();
          for (let j = 0; j < cells.length; j++)
            if (sink.kinds[j] !== skip)
              (sink.values[j] as Float64Array)[r] = sink.read(j, trimCell(cells[j] as string), at);
          sink.endRow(at);
        },
      },
    );
    return { splitter, decode: createTextSource(source, options.encoding, line) };
  }

  /** Whether the bytes so far can be scanned; asked once, when the first ones come. */
  function plain(bytes: Uint8Array): boolean {
    if (bytes[0] === 0xff || bytes[0] === 0xfe) return false;
    return bytes.includes(10);
  }

  return {
    push(piece) {
      if (typeof piece === 'string') fast = false;
      else if (slow === undefined && fast) {
        let bytes = rest.length === 0 ? piece : joined(rest, piece);
        if (pending) {
          fast = plain(bytes);
          const after = bytes.indexOf(10) + 1;
          if (fast && !bytes.subarray(0, after).includes(34) && !isBlank(bytes.subarray(0, after))) {
            pending = false;
            line = 2;
            bytes = bytes.subarray(after);
          } else fast = false;
        }
        if (fast && bytes.includes(34)) fast = false;
        if (fast) {
          const cut = bytes.lastIndexOf(10) + 1;
          line = scanner.scan(bytes.subarray(0, cut), line);
          rest = bytes.slice(cut);
          return;
        }
        slow = startSlow();
        rest = new Uint8Array(0);
        slow.splitter.push(slow.decode.push(bytes));
        return;
      }
      slow ??= startSlow();
      slow.splitter.push(typeof piece === 'string' ? piece : slow.decode.push(piece));
    },
    end() {
      if (slow !== undefined) {
        slow.splitter.push(slow.decode.end());
        slow.splitter.end();
      } else if (rest.length > 0) scanner.scan(joined(rest, Uint8Array.of(10)), line);
    },
  };
}

function resultOf(
  result: SinkResult,
  { names, readings }: Layout,
  kinds: Uint8Array,
  pairs: readonly (readonly [number, number])[],
  regime: number | undefined,
): CsvStatistics {
  const numbers = names.filter((_, j) => kinds[j] === number);
  const regimes = Object.fromEntries(
    Array.from(result.regimes, ([name, { rows, sums }]) => [
      name,
      { rows, moments: { names: numbers, sums } },
    ]),
  );
  const [first, ...others] = Object.values(regimes).map(({ moments }): Moments => moments);
  const moments =
    result.overall === undefined
      ? others.reduce(mergeMoments, first as Moments)
      : { names: numbers, sums: result.overall };
  const levelsOf = (j: number): { readonly names: readonly string[]; readonly counts: readonly number[] } =>
    result.levels.get(j) ?? { names: [], counts: [] };
  const columns = readings.map((reading, j): ColumnReading => {
    if (kinds[j] === skip) return reading;
    if (j === regime) return { ...reading, kind: 'categorical', reason: 'names the regimes.', missing: 0 };
    return { ...reading, missing: result.missing[j] as number };
  });
  return {
    rows: result.rows,
    columns,
    moments,
    regimes,
    range: Object.fromEntries(
      numbers.map((name, k) => [
        name,
        [result.extremes.min[k] as number, result.extremes.max[k] as number] as const,
      ]),
    ),
    levels: Object.fromEntries(
      Array.from(result.levels, ([j, { names: own, counts }]) => [
        names[j] as string,
        Object.fromEntries(own.map((level, k) => [level, counts[k] as number])),
      ]),
    ),
    contingency: pairs.map(([a, b], p): Contingency => {
      const levels = [levelsOf(a).names, levelsOf(b).names];
      const counts = new Float64Array(
        (levels[0] as readonly string[]).length * (levels[1] as readonly string[]).length,
      );
      let counted = 0;
      for (const [cell, n] of result.pairs[p] as Map<number, number>) {
        counts[Math.floor(cell / pairBase) * (levels[1] as readonly string[]).length + (cell % pairBase)] = n;
        counted += n;
      }
      return {
        names: [names[a] as string, names[b] as string],
        levels,
        counts,
        incomplete: result.rows - counted,
      };
    }),
  };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 32);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
