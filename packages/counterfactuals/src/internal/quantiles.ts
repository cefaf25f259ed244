/** Inverse of the standard normal distribution by Newton steps; to 1e-12. */
function normalQuantile(p: number): number {
  let z = 0;
  for (let step = 0; step < 60; step++) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const change = (p - normalDistribution(z)) / density;
    z += Math.max(-1, Math.min(1, change));
    if (Math.abs(change) < 1e-13) break;
  }
  return z;
}

/** Φ(z) = ½ + φ(z)(z + z³/3 + z⁵/15 + …), Marsaglia (2004); exactly 0 or 1 beyond |z| = 12. */
export function normalDistribution(z: number): number {
  if (Math.abs(z) > 12) return z > 0 ? 1 : 0;
  let [sum, term, previous] = [z, z, Number.NaN];
  for (let k = 3; sum !== previous && k < 400; k += 2) {
    previous = sum;
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-0.5 * z * z - 0.9189385332046728);
}

/**
 * Inverse of Student's t distribution with a whole number of degrees of freedom, by bisection of its closed form; from
 * 1,000 degrees on by the Cornish–Fisher series.
 *
 * @see Abramowitz and Stegun (1964), 26.7.3, 26.7.4 and 26.7.5
 */
export function tQuantile(p: number, degreesOfFreedom: number): number {
  const v = degreesOfFreedom;
  if (p < 0.5) return -tQuantile(1 - p, v);
  if (v > 1000) {
    const z = normalQuantile(p);
    return z + (z ** 3 + z) / (4 * v) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v * v);
  }
  // θ = atan(t / √v) has a bounded range, so bisection needs no bracket
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (0.5 + 0.5 * centralShare(middle, v) < p) low = middle;
    else high = middle;
  }
  return Math.sqrt(v) * Math.tan((low + high) / 2);
}

/** P(|T| ≤ √v · tan θ). */
function centralShare(theta: number, v: number): number {
  const [sine, cosine] = [Math.sin(theta), Math.cos(theta)];
  let term = v % 2 === 0 ? 1 : cosine;
  let sum = v === 1 ? 0 : term;
  for (let k = v % 2 === 0 ? 2 : 3; k <= v - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return v % 2 === 0 ? sine * sum : (2 / Math.PI) * (theta + sine * sum);
}
