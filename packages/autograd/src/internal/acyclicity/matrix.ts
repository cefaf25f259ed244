/** A · B for square matrices, four rows of B at a time; those whose entries of A are all 0 cost nothing. */
export function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const row = i * d;
    let k = 0;
    for (; k + 4 <= d; k += 4) {
      const x0 = a[row + k] as number;
      const x1 = a[row + k + 1] as number;
      const x2 = a[row + k + 2] as number;
      const x3 = a[row + k + 3] as number;
      if (x0 === 0 && x1 === 0 && x2 === 0 && x3 === 0) continue;
      for (let j = 0, from = k * d; j < d; j++, from++)
        out[row + j] =
          (out[row + j] as number) +
          x0 * (b[from] as number) +
          x1 * (b[from + d] as number) +
          x2 * (b[from + 2 * d] as number) +
          x3 * (b[from + 3 * d] as number);
    }
    for (; k < d; k++) {
      const x = a[row + k] as number;
      if (x === 0) continue;
      for (let j = 0, from = k * d; j < d; j++, from++)
        out[row + j] = (out[row + j] as number) + x * (b[from] as number);
    }
  }
  return out;
}

/** Given E = M − I: M² − I = 2E + E², which keeps a diagonal of exact zeros. */
export function squaredLessIdentity(e: Float64Array, d: number): Float64Array {
  const out = product(e, e, d);
  for (let at = 0; at < out.length; at++) out[at] = (out[at] as number) + 2 * (e[at] as number);
  return out;
}

/** (I + E)ᵀ. */
export function identityPlusTransposed(e: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) out[j * d + i] = (e[i * d + j] as number) + (i === j ? 1 : 0);
  return out;
}

export function trace(a: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += a[i * d + i] as number;
  return sum;
}
