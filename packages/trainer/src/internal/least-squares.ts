/** What a regression found. */
export interface LeastSquares {
  /** 0 for a column that others already give */
  readonly coefficients: Float64Array;
  /** Σ residual² */
  readonly squares: number;
  /** columns that count */
  readonly rank: number;
}

/**
 * Minimises ‖y − Zβ‖² by Cholesky of Z′Z, with two rounds of refinement on the true residuals, which take back the digits
 * that squaring the condition number costs.
 *
 * @param columns - `[features][n]`, the constant among them where one is wanted
 */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): LeastSquares {
  const p = columns.length;
  const factor = columns.map((a, i) =>
    Float64Array.from({ length: p }, (_, k) => (k <= i ? dot(a, columns[k] as Float64Array) : 0)),
  );
  const dead = cholesky(factor);
  const coefficients = solve(
    factor,
    dead,
    Float64Array.from(columns, (a) => dot(a, y)),
  );
  for (let round = 0; round < 2; round++) {
    const residual = residualOf(columns, y, coefficients);
    const correction = solve(
      factor,
      dead,
      Float64Array.from(columns, (a) => dot(a, residual)),
    );
    for (let i = 0; i < p; i++) coefficients[i] = (coefficients[i] as number) + (correction[i] as number);
  }
  const residual = residualOf(columns, y, coefficients);
  return { coefficients, squares: dot(residual, residual), rank: dead.filter((x) => x === 0).length };
}

/** In place, lower triangle; marks columns whose pivot vanishes. */
function cholesky(a: Float64Array[]): Uint8Array {
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

function solve(factor: readonly Float64Array[], dead: Uint8Array, right: Float64Array): Float64Array {
  const x = right.slice();
  const p = factor.length;
  for (let i = 0; i < p; i++) {
    const row = factor[i] as Float64Array;
    let value = x[i] as number;
    for (let k = 0; k < i; k++) if (dead[k] === 0) value -= (row[k] as number) * (x[k] as number);
    x[i] = dead[i] === 1 ? 0 : value / (row[i] as number);
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

function residualOf(
  columns: readonly Float64Array[],
  y: Float64Array,
  coefficients: Float64Array,
): Float64Array {
  const out = y.slice();
  for (const [i, column] of columns.entries()) {
    const c = coefficients[i] as number;
    if (c === 0) continue;
    for (let r = 0; r < out.length; r++) out[r] = (out[r] as number) - c * (column[r] as number);
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let r = 0; r < a.length; r++) total += (a[r] as number) * (b[r] as number);
  return total;
}
