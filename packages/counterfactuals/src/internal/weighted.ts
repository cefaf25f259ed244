/** Σ wᵢ xᵢ for weights that sum to 1; exactly x where all values are x. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const first = values[0] ?? Number.NaN;
  let sum = 0;
  for (let r = 0; r < values.length; r++) sum += (weights[r] as number) * ((values[r] as number) - first);
  return first + sum;
}

/** Σ wᵢ (xᵢ − x̄)(yᵢ − ȳ). */
export function weightedCovariance(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  const [mx, my] = [weightedMean(x, weights), weightedMean(y, weights)];
  let sum = 0;
  for (let r = 0; r < x.length; r++)
    sum += (weights[r] as number) * ((x[r] as number) - mx) * ((y[r] as number) - my);
  return sum;
}

/**
 * The p-quantile of weighted draws, linear between the midpoints of their weights: of equal weights, Hyndman and
 * Fan's type 5.
 */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number>, p: number): number {
  const order = Int32Array.from({ length: values.length }, (_, r) => r).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  let below = 0;
  let last: { readonly at: number; readonly value: number } | undefined;
  for (const r of order) {
    const w = weights[r] as number;
    const here = { at: below + w / 2, value: values[r] as number };
    if (here.at >= p) {
      if (last === undefined || here.at === last.at) return here.value;
      return last.value + ((p - last.at) / (here.at - last.at)) * (here.value - last.value);
    }
    if (w > 0) last = here;
    below += w;
  }
  return last?.value ?? Number.NaN;
}

/** The share of weight on each level, `[levels]`. */
export function levelShares(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  levels: number,
): Float64Array {
  const shares = new Float64Array(levels);
  for (let r = 0; r < values.length; r++)
    shares[values[r] as number] = (shares[values[r] as number] as number) + (weights[r] as number);
  return shares;
}
