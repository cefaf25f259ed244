/**
 * Cholesky's factor in place, lower triangle; marks columns whose pivot vanishes, since others already give them, and fills
 * their row and column with 0.
 */
export function cholesky(a: readonly Float64Array[]): Uint8Array {
  const dead = new Uint8Array(a.length);
  for (let j = 0; j < a.length; j++) {
    const row = a[j] as Float64Array;
    const before = row[j] as number;
    const pivot = before - dot(row, row, 0, j);
    const isDead = !(pivot > 1e-11 * before);
    const diagonal = isDead ? 1 : Math.sqrt(pivot);
    if (isDead) {
      dead[j] = 1;
      row.fill(0, 0, j);
    }
    row[j] = diagonal;
    for (let i = j + 1; i < a.length; i++) {
      const below = a[i] as Float64Array;
      below[j] = isDead ? 0 : ((below[j] as number) - dot(below, row, 0, j)) / diagonal;
    }
  }
  return dead;
}

/** The solution with a factor of {@link cholesky}; 0 for marked columns. */
export function solve(factor: readonly Float64Array[], dead: Uint8Array, right: Float64Array): Float64Array {
  const x = right.slice();
  const p = factor.length;
  for (let i = 0; i < p; i++) {
    const row = factor[i] as Float64Array;
    x[i] = dead[i] === 1 ? 0 : ((x[i] as number) - dot(row, x, 0, i)) / (row[i] as number);
  }
  for (let i = p - 1; i >= 0; i--) {
    const row = factor[i] as Float64Array;
    const value = (x[i] as number) / (row[i] as number);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (row[k] as number) * value;
  }
  return x;
}

/** The diagonal of (LL′)⁻¹, with a factor of {@link cholesky}; 0 for marked columns. */
export function inverseDiagonal(factor: readonly Float64Array[], dead: Uint8Array): Float64Array {
  const p = factor.length;
  const out = new Float64Array(p);
  const column = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    if (dead[k] === 1) continue;
    const own = 1 / ((factor[k] as Float64Array)[k] as number);
    column[k] = own;
    let sum = own * own;
    for (let i = k + 1; i < p; i++) {
      const row = factor[i] as Float64Array;
      const value = -dot(row, column, k, i) / (row[i] as number); // 0 where dead
      column[i] = value;
      sum += value * value;
    }
    out[k] = sum;
  }
  return out;
}

/** Σ a·b from one place to before another; four sums at once, so that none waits for the one before. */
export function dot(a: Float64Array, b: Float64Array, from = 0, to: number = a.length): number {
  let [s, t, u, v] = [0, 0, 0, 0];
  let r = from;
  for (; r + 3 < to; r += 4) {
    s += (a[r] as number) * (b[r] as number);
    t += (a[r + 1] as number) * (b[r + 1] as number);
    u += (a[r + 2] as number) * (b[r + 2] as number);
    v += (a[r + 3] as number) * (b[r + 3] as number);
  }
  for (; r < to; r++) s += (a[r] as number) * (b[r] as number);
  return s + t + (u + v);
}
