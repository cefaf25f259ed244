import { cholesky, dot, solve } from './cholesky.ts';

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

/** y − Zβ. */
export function residualOf(
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
