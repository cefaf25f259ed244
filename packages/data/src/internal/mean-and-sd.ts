/** Mean and standard deviation (1/n) of the values that are not NaN; exactly 0 for equal values. NaN without any. */
export function meanAndSd(values: Float64Array): { readonly mean: number; readonly sd: number } {
  let first = Number.NaN;
  let n = 0;
  let sum = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    if (n === 0) first = x;
    n++;
    sum += x - first; // about the first value: equal values leave no rounding
  }
  const shift = sum / n;
  let squares = 0;
  for (const x of values) if (!Number.isNaN(x)) squares += (x - first - shift) ** 2;
  return { mean: first + shift, sd: Math.sqrt(squares / n) };
}
