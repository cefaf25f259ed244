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
