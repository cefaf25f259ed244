/** Independent normal noise of mean 0, and what is known of it after linear forms of it were seen. */
export interface GaussianNoise {
  /**
   * Conditions on row · w = value.
   *
   * @param magnitude - of the numbers whose difference `value` is, so that their rounding is no contradiction
   * @returns `false` if that is impossible
   */
  observe(row: Float64Array, value: number, magnitude: number): boolean;
  /** the mean of row · w */
  meanOf(row: Float64Array): number;
  /** f with variance of row · w = f · f, and covariance of two forms the product of theirs */
  spreadOf(row: Float64Array): Float64Array;
}

/** Below this share of what a form varied by at first, it counts as known already. */
const rounding = 1e-9;

/**
 * Keeps S with covariance S Sᵀ: seeing row · w projects a = Sᵀ row out of S, S ← S − (S a) aᵀ / aᵀa. So a covariance never
 * turns negative, and a form that is known already (a = 0) needs no inverse of a singular matrix.
 *
 * @see Potter's square-root measurement update: Bierman (1977), Factorization Methods for Discrete Sequential Estimation, chapter 5
 */
export function gaussianNoise(sd: readonly number[]): GaussianNoise {
  const n = sd.length;
  const mean = new Float64Array(n);
  // diagonal until something was seen
  let factor: Float64Array[] | undefined;

  function spreadOf(row: Float64Array): Float64Array {
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const weight = row[i] as number;
      if (weight === 0) continue;
      if (factor === undefined) out[i] = weight * (sd[i] as number);
      else {
        const own = factor[i] as Float64Array;
        for (let k = 0; k < n; k++) out[k] = (out[k] as number) + weight * (own[k] as number);
      }
    }
    return out;
  }

  function meanOf(row: Float64Array): number {
    let total = 0;
    for (let i = 0; i < n; i++) total += (row[i] as number) * (mean[i] as number);
    return total;
  }

  return {
    spreadOf,
    meanOf,
    observe(row, value, magnitude) {
      const a = spreadOf(row);
      const residual = value - meanOf(row);
      const size = Math.hypot(...a);
      const first = Math.hypot(...row.map((weight, i) => weight * (sd[i] as number)));
      if (size <= rounding * first || size === 0) {
        return Math.abs(residual) <= 1e-8 * Math.max(first, magnitude, 1e-300);
      }
      factor ??= sd.map((value, i) => {
        const own = new Float64Array(n);
        own[i] = value;
        return own;
      });
      for (let i = 0; i < n; i++) {
        const own = factor[i] as Float64Array;
        let along = 0;
        for (let k = 0; k < n; k++) along += (own[k] as number) * ((a[k] as number) / size);
        mean[i] = (mean[i] as number) + along * (residual / size);
        for (let k = 0; k < n; k++) own[k] = (own[k] as number) - along * ((a[k] as number) / size);
      }
      return true;
    },
  };
}
