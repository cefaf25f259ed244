import { quoteName } from '@cfe/base';
import type { ColumnReading, ColumnType } from '../column-reading.ts';
import type { TableColumn } from '../table.ts';
import { mostLevels, sortLevels } from './column-builder.ts';
import { refuse } from './refuse.ts';

/** What is known of a typed column before its values are looked at. */
export interface ValueRules {
  readonly source: string;
  readonly name: string;
  readonly type?: ColumnType | undefined;
  readonly unit?: string | undefined;
  /** whether the file says that these are levels */
  readonly levels?: boolean;
}

/** A column from typed values, null and NaN where missing: numbers are numbers, truth values and repeated texts categories. */
export function columnFromValues(
  rules: ValueRules,
  values: ArrayLike<unknown>,
): { readonly reading: ColumnReading; readonly column?: TableColumn } {
  const { name, type, unit } = rules;
  const held = unit === undefined ? {} : { unit };
  const rows = values.length;
  let missing = 0;
  let sample: unknown;
  for (let r = 0; r < rows; r++) {
    if (isMissing(values[r])) missing++;
    else sample ??= values[r];
  }
  const ignored = (reason: string): { reading: ColumnReading } => ({
    reading: { name, kind: 'ignored', reason, missing },
  });
  if (type === 'ignore') return ignored('left out as asked.');
  if (sample === undefined) return ignored('left out: it has no values.');
  const numeric = typeof sample === 'number' || typeof sample === 'bigint' || sample instanceof Date;
  const nested = !numeric && typeof sample === 'object';
  if (nested) return ignored('left out: its values are nested.');
  if (sample instanceof Date && type !== 'continuous') {
    return ignored("left out: dates. Read as 'continuous' they are milliseconds since 1970.");
  }
  if (numeric && type !== 'categorical') {
    const numbers = numbersOf(rules, values);
    return {
      reading: {
        name,
        kind: 'continuous',
        reason: sample instanceof Date ? 'dates, in milliseconds since 1970.' : 'numbers.',
        missing,
      },
      column: { variable: { name, kind: 'continuous' }, values: numbers, ...held },
    };
  }
  if (type === 'continuous') {
    const row = firstPresent(values);
    refuse(
      'not-a-number',
      rules.source,
      `row ${row} of ${quoteName(name)} is ${quoteName(String(sample))}, not a number. Read the column as categories.`,
      {
        column: name,
        row,
      },
    );
  }
  const seen = new Set<string>();
  for (let r = 0; r < rows; r++) if (!isMissing(values[r])) seen.add(String(values[r]));
  const present = rows - missing;
  if (type === undefined && rules.levels !== true && seen.size > mostLevels && seen.size > present / 10) {
    return ignored(
      `left out: text with ${seen.size} distinct values, such as ${quoteName(String(sample))} in row ${firstPresent(values)}.`,
    );
  }
  const levels = sortLevels([...seen]);
  const index = new Map(levels.map((level, k) => [level, k]));
  const codes = Float64Array.from({ length: rows }, (_, r) =>
    isMissing(values[r]) ? Number.NaN : (index.get(String(values[r])) as number),
  );
  const shown = `${levels.slice(0, 6).map(quoteName).join(', ')}${levels.length > 6 ? ', …' : ''}`;
  return {
    reading: { name, kind: 'categorical', reason: `categories: ${shown}.`, missing },
    column: { variable: { name, kind: 'categorical', levels }, values: codes, ...held },
  };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function firstPresent(values: ArrayLike<unknown>): number {
  for (let r = 0; r < values.length; r++) if (!isMissing(values[r])) return r;
  return 0;
}

function numbersOf({ source, name }: ValueRules, values: ArrayLike<unknown>): Float64Array {
  const out = new Float64Array(values.length);
  for (let r = 0; r < out.length; r++) {
    const value = values[r];
    const plain = value instanceof Date ? value.getTime() : Number(value ?? Number.NaN);
    if (typeof value === 'bigint' && !Number.isSafeInteger(plain)) {
      refuse(
        'unsafe-integer',
        source,
        `row ${r} of ${quoteName(name)} is ${value}, more than a number can hold exactly. Read the column as categories, or leave it out.`,
        {
          column: name,
          row: r,
        },
      );
    }
    if (plain === Number.POSITIVE_INFINITY || plain === Number.NEGATIVE_INFINITY) {
      refuse('infinite', source, `row ${r} of ${quoteName(name)} is ${plain}. Remove or cap it.`, {
        column: name,
        row: r,
      });
    }
    out[r] = plain;
  }
  return out;
}
