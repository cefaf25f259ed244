/**
 * Cubic B-splines of one variable, knots at its quantiles, the first one left out since the intercept spans it.
 *
 * @param size - number of functions, at least 3
 * @returns `[size][n]`
 */
export function splineBasis(values: Float64Array, size: number): Float64Array[] {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const inner = size - 3;
  const quantile = (q: number): number => sorted[Math.min(n - 1, Math.round(q * (n - 1)))]!;
  const [low, high] = [sorted[0]!, sorted[n - 1]!];
  const knots = [
    ...Array<number>(4).fill(low),
    ...Array.from({ length: inner }, (_, k) => quantile((k + 1) / (inner + 1))),
    ...Array<number>(4).fill(high),
  ];
  const count = inner + 4;
  const basis = Array.from({ length: count }, () => new Float64Array(n));
  const local = new Float64Array(4);
  for (let r = 0; r < n; r++) {
    const x = values[r]!;
    let span = 3;
    while (span < count - 1 && x >= knots[span + 1]!) span++;
    // Cox and de Boor's recursion
    local.fill(0);
    local[0] = 1;
    for (let degree = 1; degree <= 3; degree++) {
      let saved = 0;
      for (let k = 0; k < degree; k++) {
        const right = knots[span + k + 1]!;
        const left = knots[span + k + 1 - degree]!;
        const share = right > left ? local[k]! / (right - left) : 0;
        local[k] = saved + (right - x) * share;
        saved = (x - left) * share;
      }
      local[degree] = saved;
    }
    for (let k = 0; k < 4; k++) basis[span - 3 + k]![r] = local[k]!;
  }
  return basis.slice(1);
}
