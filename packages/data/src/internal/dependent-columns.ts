/** A column that others explain. */
export interface Dependence {
  readonly column: number;
  /** the columns that it depends on, those that matter */
  readonly on: readonly number[];
  /** share of its variance that they leave, 0 … 1 */
  readonly unexplained: number;
}

/** Below this share of own variance a column is almost a function of others: a variance inflation of 1000. */
const threshold = 1e-3;

/**
 * Columns that are almost linear functions of those before them, by a Cholesky decomposition of the correlations with
 * the column of the largest own variance taken first.
 *
 * @param correlation - `[d][d]`
 */
export function dependentColumns(correlation: readonly Float64Array[]): readonly Dependence[] {
  const d = correlation.length;
  const factor: Float64Array[] = []; // one row per column taken, over all columns
  const taken: number[] = [];
  const own = new Float64Array(d).fill(1);
  const left = new Set(Array.from({ length: d }, (_, j) => j));
  const found: Dependence[] = [];
  while (left.size > 0) {
    let pivot = -1;
    for (const j of left)
      if (pivot < 0 || (own[j] as number) > (own[pivot] as number) * (1 + 1e-9)) pivot = j;
    left.delete(pivot);
    const unexplained = Math.max(0, own[pivot] as number);
    if (unexplained < threshold) {
      found.push({ column: pivot, on: contributors(factor, taken, pivot), unexplained });
      continue;
    }
    const row = new Float64Array(d);
    const scale = Math.sqrt(unexplained);
    for (const j of [...left, pivot]) {
      let value = correlation[pivot]?.[j] as number;
      for (const earlier of factor) value -= (earlier[pivot] as number) * (earlier[j] as number);
      row[j] = value / scale;
    }
    for (const j of left) own[j] = (own[j] as number) - (row[j] as number) ** 2;
    factor.push(row);
    taken.push(pivot);
  }
  return found;
}

/** Regression coefficients of a column on those taken, by back substitution; small ones are left out. */
function contributors(factor: readonly Float64Array[], taken: readonly number[], column: number): number[] {
  const k = taken.length;
  const beta = new Float64Array(k);
  for (let i = k - 1; i >= 0; i--) {
    const row = factor[i] as Float64Array;
    let value = row[column] as number;
    for (let m = i + 1; m < k; m++) value -= (row[taken[m] as number] as number) * (beta[m] as number);
    beta[i] = value / (row[taken[i] as number] as number);
  }
  const largest = beta.reduce((most, b) => Math.max(most, Math.abs(b)), 0);
  return taken.filter((_, i) => Math.abs(beta[i] as number) > 0.01 * largest);
}
