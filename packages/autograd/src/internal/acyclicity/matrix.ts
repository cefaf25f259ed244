/** A · B for square matrices by rows; entries of A that are 0 cost nothing. */
export function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      const x = a[i * d + k] as number;
      if (x === 0) continue;
      for (let j = 0; j < d; j++) out[i * d + j] = (out[i * d + j] as number) + x * (b[k * d + j] as number);
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
