import { quoteName } from '@cfe/base';
import { type CellRules, refuseText, sortLevels } from './column-builder.ts';
import { createMomentSums, type MomentSums } from './moment-sums.ts';
import { parseNumber } from './parse-number.ts';
import { refuse } from './refuse.ts';

/** What is done with a column's cells. */
export const skip = 0;
export const number = 1;
export const category = 2;

/** More levels than this are no categories to count. */
const mostLevels = 100_000;
const batchRows = 4096;

/** By number column. */
interface Extremes {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Rows that are summed as they come; nothing is kept of them but sums and counts. */
export interface StatisticsSink {
  /** by column of the file: skip, number or category */
  readonly kinds: Uint8Array;
  /** by column of the file, what the current row's value is written to, at `at()` */
  readonly values: readonly Float64Array[];
  at(): number;
  /** The value of any trimmed cell: NaN where missing. */
  read(column: number, cell: string, line: number): number;
  /** The index of a present level. */
  level(column: number, cell: string): number;
  endRow(line: number): void;
  finish(): SinkResult;
}

export interface SinkResult {
  readonly rows: number;
  /** of the number columns, in order; by regime label where there are regimes */
  readonly overall: MomentSums | undefined;
  readonly regimes: ReadonlyMap<string, { readonly rows: number; readonly sums: MomentSums }>;
  readonly extremes: Extremes;
  /** by category column of the file */
  readonly levels: ReadonlyMap<
    number,
    { readonly names: readonly string[]; readonly counts: readonly number[] }
  >;
  /** by asked pair, by the columns of the file: counts by the levels' indices */
  readonly pairs: readonly Map<number, number>[];
  /** missing values by column of the file */
  readonly missing: Float64Array;
}

/** Levels of a pair are packed into one number. */
export const pairBase: number = 2 ** 24;

export function createStatisticsSink(options: {
  readonly rules: readonly CellRules[];
  readonly kinds: Uint8Array;
  readonly dropIncomplete: boolean;
  readonly regime: number | undefined;
  readonly pairs: readonly (readonly [number, number])[];
}): StatisticsSink {
  const { rules, kinds, dropIncomplete, regime, pairs } = options;
  const numbers = [...kinds.keys()].filter((j) => kinds[j] === number && j !== regime);
  const d = numbers.length;
  const values = rules.map(() => new Float64Array(batchRows));
  const batch = numbers.map((j) => values[j] as Float64Array);
  const gathered = numbers.map(() => new Float64Array(batchRows));
  const levels = rules.map(() => new Map<string, number>());
  const counts = rules.map((): number[] => []);
  const pairCounts = pairs.map(() => new Map<number, number>());
  const overall = regime === undefined ? createMomentSums(d) : undefined;
  const byRegime = new Map<number, { rows: number; sums: ReturnType<typeof createMomentSums> }>();
  const extremes = {
    min: new Float64Array(d).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(d).fill(Number.NEGATIVE_INFINITY),
  };
  let filled = 0;
  let rows = 0;
  const missing = new Float64Array(kinds.length);

  function level(column: number, cell: string): number {
    const own = levels[column] as Map<string, number>;
    const known = own.get(cell);
    if (known !== undefined) return known;
    if (own.size === mostLevels) {
      const { source, name } = rules[column] as CellRules;
      refuse(
        'too-many-levels',
        source,
        `${quoteName(name)} has more than ${mostLevels} different texts. Leave it out with types: 'ignore'.`,
        {
          column: name,
        },
      );
    }
    const next = own.size;
    own.set(cell.length < 13 ? cell : cell.split('').join(''), next);
    (counts[column] as number[]).push(0);
    return next;
  }

  function add(to: ReturnType<typeof createMomentSums>, picked: readonly number[] | undefined): void {
    if (picked === undefined) {
      to.add(batch, 0, filled);
      return;
    }
    for (const [k, column] of batch.entries()) {
      const target = gathered[k] as Float64Array;
      for (let i = 0; i < picked.length; i++) target[i] = column[picked[i] as number] as number;
    }
    to.add(gathered, 0, picked.length);
  }

  function flush(): void {
    if (filled === 0) return;
    for (const [k, column] of batch.entries()) {
      let low = extremes.min[k] as number;
      let high = extremes.max[k] as number;
      for (let r = 0; r < filled; r++) {
        const x = column[r] as number;
        if (x < low) low = x;
        if (x > high) high = x;
      }
      extremes.min[k] = low;
      extremes.max[k] = high;
    }
    for (let j = 0; j < kinds.length; j++) {
      if (kinds[j] === skip) continue;
      const column = values[j] as Float64Array;
      let gaps = 0;
      for (let r = 0; r < filled; r++) if (Number.isNaN(column[r])) gaps++;
      missing[j] = (missing[j] as number) + gaps;
      if (kinds[j] !== category) continue;
      const own = counts[j] as number[];
      for (let r = 0; r < filled; r++) {
        const k = column[r] as number;
        if (!Number.isNaN(k)) own[k] = (own[k] as number) + 1;
      }
    }
    for (const [p, [a, b]] of pairs.entries()) {
      const own = pairCounts[p] as Map<number, number>;
      for (let r = 0; r < filled; r++) {
        const cell =
          ((values[a] as Float64Array)[r] as number) * pairBase + ((values[b] as Float64Array)[r] as number);
        if (!Number.isNaN(cell)) own.set(cell, (own.get(cell) ?? 0) + 1);
      }
    }
    const gaps = dropIncomplete ? gapsIn(batch, filled) : undefined;
    if (overall !== undefined) {
      const kept = gaps && Array.from({ length: filled }, (_, r) => r).filter((r) => gaps[r] === 0);
      add(overall, kept === undefined || kept.length === filled ? undefined : kept);
    } else {
      const groups = new Map<number, number[]>();
      const labels = values[regime as number] as Float64Array;
      for (let r = 0; r < filled; r++) {
        const k = labels[r] as number;
        const group = groups.get(k) ?? [];
        groups.set(k, group);
        group.push(r);
      }
      for (const [k, group] of groups) {
        const own = byRegime.get(k) ?? { rows: 0, sums: createMomentSums(d) };
        byRegime.set(k, own);
        own.rows += group.length;
        add(own.sums, gaps === undefined ? group : group.filter((r) => gaps[r] === 0));
      }
    }
    filled = 0;
  }

  return {
    kinds,
    values,
    at: () => filled,
    level,
    read(column, cell, line) {
      const rule = rules[column] as CellRules;
      if (cell.length < 40 && rule.missing.has(cell.toLowerCase())) return Number.NaN;
      if (kinds[column] === category) return level(column, cell);
      const value = parseNumber(cell, rule.decimalComma);
      return Number.isNaN(value) ? refuseText(rule, cell, line) : value;
    },
    endRow(line) {
      if (regime !== undefined && Number.isNaN((values[regime] as Float64Array)[filled])) {
        const { source, name } = rules[regime] as CellRules;
        refuse(
          'regime-missing',
          source,
          `line ${line} has no regime: ${quoteName(name)} is missing there. Fill it, or leave the row out.`,
          {
            line,
            column: name,
          },
        );
      }
      rows++;
      if (++filled === batchRows) flush();
    },
    finish() {
      flush();
      const names = (j: number): string[] => [...(levels[j] as Map<string, number>).keys()];
      const regimeNames = regime === undefined ? [] : names(regime);
      return {
        rows,
        overall: overall?.sums,
        regimes: new Map(
          sortLevels(regimeNames).map((name) => {
            const own = byRegime.get(regimeNames.indexOf(name)) as {
              rows: number;
              sums: ReturnType<typeof createMomentSums>;
            };
            return [name, { rows: own.rows, sums: own.sums.sums }];
          }),
        ),
        extremes,
        levels: new Map(
          [...kinds.keys()]
            .filter((j) => kinds[j] === category)
            .map((j) => [j, { names: names(j), counts: counts[j] as number[] }]),
        ),
        pairs: pairCounts,
        missing,
      };
    },
  };
}

function gapsIn(batch: readonly Float64Array[], rows: number): Uint8Array {
  const gaps = new Uint8Array(rows);
  for (const column of batch) for (let r = 0; r < rows; r++) if (Number.isNaN(column[r])) gaps[r] = 1;
  return gaps;
}
