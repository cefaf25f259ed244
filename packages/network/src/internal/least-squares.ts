/** Coefficients of a ridge regression, and which columns were left out because others already give them. */
export interface LeastSquares {
  readonly coefficients: Float64Array;
  readonly aliased: readonly number[];
  /** Σ residual² */
  readonly residualSquares: number;
  /** trace of the hat matrix, the intercept not counted */
  readonly freedom: number;
}

/** Z′Z and Z′y of columns `[features][rows]` over some rows. */
export interface NormalEquations {
  readonly gram: Float64Array[];
  readonly cross: Float64Array;
}

export function normalEquations(
  columns: readonly Float64Array[],
  y: Float64Array,
): NormalEquations {
  const gram = columns.map((a, i) => {
    const row = new Float64Array(columns.length);
    for (let j = 0; j <= i; j++) row[j] = dot(a, columns[j] as Float64Array);
    return row;
  });
  for (const [i, row] of gram.entries()) {
    for (let j = i + 1; j < row.length; j++) row[j] = (gram[j] as Float64Array)[i] as number;
  }
  return { gram, cross: Float64Array.from(columns, (a) => dot(a, y)) };
}

/**
 * Minimises ‖y − Zβ‖² + Σ penalty ∘ β², by Cholesky with refinement on the true residuals, which takes back the
 * digits that squaring the condition number costs. Columns whose pivot vanishes get the coefficient 0.
 */
export function leastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  penalty: Float64Array,
  { gram, cross }: NormalEquations = normalEquations(columns, y),
): LeastSquares {
  const p = columns.length;
  const factor = gram.map((row, i) => {
    const copy = row.slice();
    copy[i] = (copy[i] as number) + (penalty[i] as number);
    return copy;
  });
  const dead = cholesky(factor);
  const coefficients = solve(factor, dead, cross);
  let residual = residualOf(columns, y, coefficients);
  for (let round = 0; round < 2; round++) {
    const gradient = Float64Array.from(
      columns,
      (a, i) => dot(a, residual) - (penalty[i] as number) * (coefficients[i] as number),
    );
    const correction = solve(factor, dead, gradient);
    for (let i = 0; i < p; i++) coefficients[i] = (coefficients[i] as number) + (correction[i] as number);
    residual = residualOf(columns, y, coefficients);
  }
  let freedom = 0;
  for (let i = 0; i < p; i++) {
    if (dead[i] === 1) continue;
    freedom += (penalty[i] as number) === 0 && penalty.every((l) => l === 0) ? 1 : (solve(factor, dead, gram[i] as Float64Array)[i] as number);
  }
  return {
    coefficients,
    aliased: [...dead.keys()].filter((i) => dead[i] === 1),
    residualSquares: dot(residual, residual),
    freedom,
  };
}

/** In place, lower triangle; marks columns with a vanishing pivot. */
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
    if (dead[i] === 1) {
      x[i] = 0;
      continue;
    }
    const row = factor[i] as Float64Array;
    let value = x[i] as number;
    for (let k = 0; k < i; k++) if (dead[k] === 0) value -= (row[k] as number) * (x[k] as number);
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

function residualOf(columns: readonly Float64Array[], y: Float64Array, coefficients: Float64Array): Float64Array {
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
