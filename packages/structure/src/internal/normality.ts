import { chiSquareTail } from './distributions.ts';

/**
 * The p-value of normality by skewness and kurtosis, each through its own normalising transformation.
 *
 * @see D'Agostino, Belanger and D'Agostino (1990), The American Statistician 44, 316–321
 */
export function normality(x: Float64Array): number {
  const n = x.length;
  const mean = x.reduce((sum, value) => sum + value, 0) / n;
  let [m2, m3, m4] = [0, 0, 0];
  for (const value of x) {
    const e = value - mean;
    m2 += e * e;
    m3 += e * e * e;
    m4 += e ** 4;
  }
  m2 /= n;
  m3 /= n;
  m4 /= n;
  if (!(m2 > 0) || n < 20) return 1;
  const skew = m3 / m2 ** 1.5;
  const y = skew * Math.sqrt(((n + 1) * (n + 3)) / (6 * (n - 2)));
  const beta2 = (3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3)) / ((n - 2) * (n + 5) * (n + 7) * (n + 9));
  const w2 = -1 + Math.sqrt(2 * (beta2 - 1));
  const z1 = Math.asinh(y / Math.sqrt(2 / (w2 - 1))) / Math.sqrt(0.5 * Math.log(w2));
  const b2 = m4 / (m2 * m2);
  const expected = (3 * (n - 1)) / (n + 1);
  const variance = (24 * n * (n - 2) * (n - 3)) / ((n + 1) ** 2 * (n + 3) * (n + 5));
  const t = (b2 - expected) / Math.sqrt(variance);
  const beta1 =
    ((6 * (n * n - 5 * n + 2)) / ((n + 7) * (n + 9))) *
    Math.sqrt((6 * (n + 3) * (n + 5)) / (n * (n - 2) * (n - 3)));
  const a = 6 + (8 / beta1) * (2 / beta1 + Math.sqrt(1 + 4 / beta1 ** 2));
  const ratio = (1 - 2 / a) / (1 + t * Math.sqrt(2 / (a - 4)));
  const z2 = (1 - 2 / (9 * a) - Math.cbrt(ratio)) / Math.sqrt(2 / (9 * a));
  return chiSquareTail(z1 * z1 + z2 * z2, 2);
}
