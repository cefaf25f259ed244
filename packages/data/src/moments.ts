import { type Columns, InputError, quoteName, ShapeError } from '@cfe/base';
import { createMomentSums, type MomentSums, reshift } from './internal/moment-sums.ts';
import type { Table } from './table.ts';

/** Counts, means and covariances of some columns, as sums that can be merged. Plain data. */
export interface Moments {
  readonly names: readonly string[];
  readonly sums: MomentSums;
}

/** Means and covariances, in the order of `names`. NaN where there is no row to tell. */
export interface Covariances {
  readonly names: readonly string[];
  /** `[d]`, over the rows where the column is present */
  readonly means: Float64Array;
  /** `[d][d]`, each over the rows where both columns are present */
  readonly covariance: readonly Float64Array[];
  /** `[d][d]`, −1 … 1 */
  readonly correlation: readonly Float64Array[];
  /** `[d][d]`, rows behind each entry */
  readonly rows: readonly Float64Array[];
}

/** What to do with missing values: refuse them, leave out incomplete rows, or use for each pair what it has. */
export type MissingPolicy = 'refuse' | 'drop' | 'pairwise';

/**
 * The moments of a table's continuous columns, or of any columns: one pass, mergeable with {@link mergeMoments}.
 *
 * @param options.names - default: all continuous columns of a table, all columns of anything else
 * @param options.missing - default `'refuse'`
 * @param options.regime - only the rows of this regime, by its index
 * @throws {@link InputError} if values are missing and none of the policies was chosen
 * @example
 * import { covariances, moments, parseCsv } from '@cfe/data';
 * const { means, covariance } = covariances(moments(parseCsv('x,y\n1,2\n3,6\n')));
 * means; // → Float64Array [2, 4]
 * covariance[0]; // → Float64Array [1, 2]
 */
export function moments(
  table: Table | Columns,
  options: {
    readonly names?: readonly string[] | undefined;
    readonly missing?: MissingPolicy | undefined;
    readonly regime?: number | undefined;
  } = {},
): Moments {
  const names = options.names ?? continuousNames(table);
  const columns = rowsUsed(table, names, options);
  const accumulator = createMomentSums(names.length);
  accumulator.add(columns, 0, columns[0]?.length ?? 0);
  return { names: [...names], sums: accumulator.sums };
}

/**
 * The moments of the rows behind `a` and behind `b` together, to rounding the same as those of all rows at once.
 *
 * @throws {@link ShapeError} if they are of different columns
 * @see Chan, Golub and LeVeque (1983), The American Statistician 37, 242–247
 * @example
 * import { covariances, mergeMoments, moments, parseCsv } from '@cfe/data';
 * const [a, b] = ['x\n1\n2\n', 'x\n6\n'].map((text) => moments(parseCsv(text)));
 * covariances(mergeMoments(a!, b!)).means; // → Float64Array [3]
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.names.length !== b.names.length || a.names.some((name, j) => name !== b.names[j])) {
    throw new ShapeError('data/moments-names', 'mergeMoments: the two are moments of different columns.', {
      a: a.names,
      b: b.names,
    });
  }
  const shift = a.sums.shift.map((s, j) => (Number.isNaN(s) ? (b.sums.shift[j] as number) : s));
  const left = reshift(a.sums, shift);
  const right = reshift(b.sums, shift);
  const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((v, k) => v + (y[k] as number));
  return {
    names: a.names,
    sums: {
      shift,
      count: add(left.count, right.count),
      sum: add(left.sum, right.sum),
      cross: add(left.cross, right.cross),
    },
  };
}

/**
 * Means, covariances and correlations from moments.
 *
 * @param options.denominator - `'n'` (default, as {@link standardise} has it) or `'n-1'`
 * @example
 * import { covariances, moments, parseCsv } from '@cfe/data';
 * const { means, covariance } = covariances(moments(parseCsv('x,y\n1,2\n3,6\n')));
 * means; // → Float64Array [2, 4]
 * covariance[0]; // → Float64Array [1, 2]
 */
export function covariances(
  { names, sums }: Moments,
  options: { readonly denominator?: 'n' | 'n-1' } = {},
): Covariances {
  const d = names.length;
  const less = options.denominator === 'n-1' ? 1 : 0;
  const at = (i: number, j: number): number => {
    const n = sums.count[i * d + j] as number;
    const product = ((sums.sum[i * d + j] as number) * (sums.sum[j * d + i] as number)) / n;
    return ((sums.cross[i * d + j] as number) - product) / (n - less);
  };
  const square = (entry: (i: number, j: number) => number): Float64Array[] =>
    names.map((_, i) => Float64Array.from(names, (_, j) => entry(i, j)));
  const covariance = square(at);
  return {
    names,
    means: Float64Array.from(names, (_, j) => {
      const jj = j * d + j;
      return (sums.shift[j] as number) + (sums.sum[jj] as number) / (sums.count[jj] as number);
    }),
    covariance,
    correlation: square((i, j) => {
      const spread = Math.sqrt((covariance[i]?.[i] as number) * (covariance[j]?.[j] as number));
      if (i === j) return spread > 0 ? 1 : Number.NaN;
      return Math.max(-1, Math.min(1, (covariance[i]?.[j] as number) / spread));
    }),
    rows: square((i, j) => sums.count[i * d + j] as number),
  };
}

function continuousNames(table: Table | Columns): readonly string[] {
  return 'variables' in table
    ? table.variables.filter(({ kind }) => kind === 'continuous').map(({ name }) => name)
    : table.names;
}

/** Columns of the rows that count. */
function rowsUsed(
  table: Table | Columns,
  names: readonly string[],
  options: { readonly missing?: MissingPolicy | undefined; readonly regime?: number | undefined },
): readonly Float64Array[] {
  const { missing = 'refuse', regime } = options;
  const columns = names.map((name) => table.column(name));
  const regimes = 'regimes' in table ? table.regimes : undefined;
  if (regime !== undefined && regimes?.list[regime] === undefined) {
    throw new InputError('data/regime-index', `moments: there is no regime ${regime}.`, { regime });
  }
  const kept: number[] = [];
  let all = true;
  for (let r = 0; r < table.rows; r++) {
    const gap = columns.findIndex((column) => Number.isNaN(column[r]));
    const inside = regime === undefined || regimes?.of[r] === regime;
    if (inside && gap >= 0 && missing === 'refuse') {
      throw new InputError(
        'data/missing-values',
        `moments: row ${r} of ${quoteName(names[gap] as string)} is missing. Choose what to do: missing: 'drop' or 'pairwise', or impute first.`,
        { row: r, column: names[gap] },
      );
    }
    if (inside && (gap < 0 || missing === 'pairwise')) kept.push(r);
    else all = false;
  }
  return all ? columns : columns.map((column) => Float64Array.from(kept, (r) => column[r] as number));
}
