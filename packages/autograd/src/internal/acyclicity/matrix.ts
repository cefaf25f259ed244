import type { MatrixKernels } from '../../matrix-kernels.ts';

/** Given E = M − I: M² − I = 2E + E², which keeps a diagonal of exact zeros. */
export function squaredLessIdentity(
  e: Float64Array,
  d: number,
  product: MatrixKernels['product'],
): Float64Array {
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
