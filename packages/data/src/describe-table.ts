import { meanAndSd } from './internal/mean-and-sd.ts';
import type { Table } from './table.ts';

/** A column at a glance. */
export type ColumnSummary = {
  readonly name: string;
  readonly unit?: string;
  /** values present */
  readonly count: number;
  readonly missing: number;
} & (
  | {
      readonly kind: 'continuous';
      readonly mean: number;
      /** 1/n convention */
      readonly sd: number;
      readonly min: number;
      readonly quartiles: readonly [number, number, number];
      readonly max: number;
    }
  | { readonly kind: 'categorical'; readonly levels: Readonly<Record<string, number>> }
);

/**
 * Every column at a glance: mean, spread and quartiles of numbers (linear interpolation, R's type 7), rows by level
 * of categories.
 *
 * @example
 * import { describeTable, parseCsv } from '@cfe/data';
 * const [x] = describeTable(parseCsv('x\n1\n2\n3\n\n4\n'));
 * x; // → { name: 'x', count: 4, missing: 0, kind: 'continuous', mean: 2.5, sd: 1.118034, min: 1, quartiles: [1.75, 2.5, 3.25], max: 4 }
 */
export function describeTable(table: Table): readonly ColumnSummary[] {
  return table.names.map((name): ColumnSummary => {
    const variable = table.variable(name);
    const present = table.column(name).filter((value) => !Number.isNaN(value));
    const unit = table.unit(name);
    const shared = {
      name,
      ...(unit === undefined ? {} : { unit }),
      count: present.length,
      missing: table.missing(name),
    };
    if (variable.kind === 'categorical') {
      const counts = new Float64Array(variable.levels.length);
      for (const value of present) counts[value] = (counts[value] as number) + 1;
      const levels = Object.fromEntries(variable.levels.map((level, k) => [level, counts[k] as number]));
      return { ...shared, kind: 'categorical', levels };
    }
    const sorted = present.sort();
    const n = sorted.length;
    const { mean, sd } = meanAndSd(sorted);
    return {
      ...shared,
      kind: 'continuous',
      mean,
      sd,
      min: sorted[0] ?? Number.NaN,
      quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)],
      max: sorted[n - 1] ?? Number.NaN,
    };
  });
}

/** @param sorted - ascending */
function quantile(sorted: Float64Array, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const below = sorted[low];
  const above = sorted[Math.min(low + 1, sorted.length - 1)];
  return below === undefined || above === undefined ? Number.NaN : below + (at - low) * (above - below);
}
