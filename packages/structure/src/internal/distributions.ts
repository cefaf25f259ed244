import { logGamma } from './log-gamma.ts';

/** P(χ² > x) with `df` degrees of freedom: the regularised upper incomplete gamma function Q(df/2, x/2). */
export function chiSquareTail(x: number, df: number): number {
  if (!(x > 0)) return 1;
  return upperGamma(df / 2, x / 2);
}

/** P(|Z| > z) for a standard normal Z. */
export function normalTails(z: number): number {
  return z === 0 ? 1 : upperGamma(0.5, (z * z) / 2);
}

/** Q(a, x), by its series below a + 1 and Lentz's continued fraction above; relative error about 1e-12. */
function upperGamma(a: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && term > sum * 1e-16; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return front * h;
}
