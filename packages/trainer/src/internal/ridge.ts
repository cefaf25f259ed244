/** A ridge regression at the most likely strength. */
export interface Ridge {
  readonly coefficients: Float64Array;
  /** Σ residual² */
  readonly squares: number;
  /** trace of the hat matrix */
  readonly freedom: number;
  readonly strength: number;
}

/** Strengths tried, in units of one row; half a decade apart. */
const strengths = Array.from({ length: 15 }, (_, k) => 10 ** (-3 + k / 2));

/**
 * Minimises ‖y − Zβ‖² + strength · Σ penalised β², the strength by restricted maximum likelihood.
 *
 * @param columns - `[features][n]`
 * @param isPenalised - by column; the others are free
 * @returns `undefined` if the columns leave no rows to judge by
 * @see Reiss and Ogden (2009), J. R. Statist. Soc. B 71, 505–523; Wood (2011), J. R. Statist. Soc. B 73, 3–36
 */
export function ridge(
  columns: readonly Float64Array[],
  y: Float64Array,
  isPenalised: (column: number) => boolean,
): Ridge | undefined {
  const n = y.length;
  const p = columns.length;
  const gram = columns.map((a, i) => {
    const row = new Float64Array(p);
    for (let k = 0; k <= i; k++) row[k] = dot(a, columns[k] as Float64Array);
    return row;
  });
  for (let i = 0; i < p; i++) {
    for (let k = i + 1; k < p; k++) (gram[i] as Float64Array)[k] = (gram[k] as Float64Array)[i] as number;
  }
  const cross = Float64Array.from(columns, (a) => dot(a, y));
  const total = dot(y, y);
  let best: Ridge | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const strength of strengths) {
    const factor = gram.map((row, i) => {
      const copy = row.slice();
      if (isPenalised(i)) copy[i] = (copy[i] as number) + strength;
      return copy;
    });
    const dead = cholesky(factor);
    const coefficients = solve(factor, dead, cross);
    let freedom = 0;
    for (let i = 0; i < p; i++) freedom += solve(factor, dead, gram[i] as Float64Array)[i] as number;
    let squares = total;
    for (let i = 0; i < p; i++) {
      const c = coefficients[i] as number;
      squares += c * (dot(gram[i] as Float64Array, coefficients) - 2 * (cross[i] as number));
    }
    squares = Math.max(squares, 0);
    if (freedom > 0.7 * n) continue;
    const score = restrictedLikelihood(factor, dead, coefficients, squares, strength, n, isPenalised);
    if (!(score < lowest)) continue;
    lowest = score;
    best = { coefficients, squares, freedom, strength };
  }
  return best;
}

/**
 * −2 log of the restricted likelihood, up to a constant: the free coefficients integrated out, the penalised ones normal with
 * variance σ² / strength. Less prone to wiggle by chance than cross-validation.
 */
function restrictedLikelihood(
  factor: readonly Float64Array[],
  dead: Uint8Array,
  coefficients: Float64Array,
  squares: number,
  strength: number,
  n: number,
  isPenalised: (column: number) => boolean,
): number {
  let [logDeterminant, free, penalised, total] = [0, 0, 0, squares];
  for (let i = 0; i < factor.length; i++) {
    if (dead[i] === 1) continue;
    logDeterminant += 2 * Math.log((factor[i] as Float64Array)[i] as number);
    if (isPenalised(i)) {
      penalised += 1;
      total += strength * (coefficients[i] as number) ** 2;
    } else free += 1;
  }
  return (n - free) * Math.log(total) + logDeterminant - penalised * Math.log(strength);
}

/** Cholesky's factor in place, lower triangle; marks columns whose pivot vanishes, since others already give them. */
export function cholesky(a: readonly Float64Array[]): Uint8Array {
  const dead = new Uint8Array(a.length);
  for (let j = 0; j < a.length; j++) {
    const row = a[j] as Float64Array;
    const before = row[j] as number;
    let pivot = before;
    for (let k = 0; k < j; k++) if (dead[k] === 0) pivot -= (row[k] as number) ** 2;
    if (!(pivot > 1e-11 * before)) {
      dead[j] = 1;
      continue;
    }
    const diagonal = Math.sqrt(pivot);
    row[j] = diagonal;
    for (let i = j + 1; i < a.length; i++) {
      const below = a[i] as Float64Array;
      let value = below[j] as number;
      for (let k = 0; k < j; k++) if (dead[k] === 0) value -= (below[k] as number) * (row[k] as number);
      below[j] = value / diagonal;
    }
  }
  return dead;
}

/** The solution with a factor of {@link cholesky}; 0 for marked columns. */
export function solve(factor: readonly Float64Array[], dead: Uint8Array, right: Float64Array): Float64Array {
  const x = right.slice();
  const p = factor.length;
  for (let i = 0; i < p; i++) {
    if (dead[i] === 1) {
      x[i] = 0;
      continue;
    }
    const row = factor[i] as Float64Array;
    let value = x[i] as number;
    for (let k = 0; k < i; k++) value -= (row[k] as number) * (x[k] as number); // 0 where dead
    x[i] = value / (row[i] as number);
  }
  for (let i = p - 1; i >= 0; i--) {
    if (dead[i] === 1) continue;
    let value = x[i] as number;
    for (let k = i + 1; k < p; k++) {
      if (dead[k] === 0) value -= ((factor[k] as Float64Array)[i] as number) * (x[k] as number);
    }
    x[i] = value / ((factor[i] as Float64Array)[i] as number);
  }
  return x;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] as number) * (b[r] as number);
  return sum;
}
