import { chiSquareTail } from './distributions.ts';
import { standardise } from './moments.ts';
import { residualsOf } from './residuals.ts';

/**
 * The p-value of a variable having one Gaussian regression on its parents, with one variance, in all regimes: a
 * likelihood ratio. Parents that do not vary within a regime count for no coefficient there.
 *
 * @param regimes - a label per row
 */
export function invariance(
  values: Float64Array,
  parents: readonly Float64Array[],
  regimes: Float64Array,
): number {
  const labels = [...new Set(regimes)];
  const counted = new Set(
    labels.filter((label) => regimes.filter((of) => of === label).length >= parents.length + 5),
  );
  if (counted.size < 2) return 1;
  const scaled = standardise([...parents, values]);
  const fit = (keep: (label: number) => boolean): { n: number; variance: number; rank: number } => {
    const columns = scaled.map((column) => centred(column.filter((_, r) => keep(regimes[r]!))));
    const chosen = columns.map((_, k) => (k < parents.length ? [] : [...parents.keys()]));
    const left = residualsOf(columns, chosen).at(-1)!;
    return { n: left.length, variance: meanSquare(left), rank: rankOf(columns.slice(0, -1)) };
  };
  const all = fit((label) => counted.has(label));
  let statistic = 0;
  let parameters = 0;
  for (const wanted of counted) {
    const own = fit((label) => label === wanted);
    if (!(own.variance > 0)) return 1;
    statistic += own.n * Math.log(all.variance / own.variance);
    parameters += own.rank + 2;
  }
  return chiSquareTail(statistic, Math.max(1, parameters - all.rank - 2));
}

function rankOf(columns: readonly Float64Array[]): number {
  let rank = 0;
  for (const [k, column] of columns.entries()) {
    const left = residualsOf(
      [...columns.slice(0, k), column],
      columns.slice(0, k + 1).map((_, v) => (v < k ? [] : Array.from({ length: k }, (_x, w) => w))),
    ).at(-1)!;
    if (meanSquare(left) > 1e-12 * Math.max(meanSquare(column), 1e-300)) rank++;
  }
  return rank;
}

function centred(x: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.map((value) => value - mean);
}

function meanSquare(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value * value, 0) / x.length;
}
