import type { MatrixKernels } from '../../matrix-kernels.ts';

/** sI − A = L·U without pivoting, L with a unit diagonal; both in one array. */
export interface Factors {
  readonly lu: Float64Array;
  readonly d: number;
}

/**
 * The factors of sI − A for A ≥ 0, or `undefined` where ρ(A) ≥ s. A matrix with non-positive entries off the diagonal
 * is a non-singular M-matrix if and only if all its pivots are positive (Berman and Plemmons 1994, theorem 6.2.3), and
 * then elimination needs no pivoting.
 */
export function factorise(
  a: Float64Array,
  d: number,
  s: number,
  kernels: MatrixKernels,
): Factors | undefined {
  const lu = new Float64Array(d * d);
  for (let at = 0; at < lu.length; at++) lu[at] = -(a[at] as number);
  for (let i = 0; i < d; i++) lu[i * d + i] = (lu[i * d + i] as number) + s;
  return kernels.factorise(lu, d) ? { lu, d } : undefined;
}

/**
 * (sI − A) x = b, or its transpose; `b` becomes x.
 *
 * @param first - entries of `b` before it are 0, as in a column of the identity
 */
export function solve({ lu, d }: Factors, b: Float64Array, which: 'itself' | 'transposed', first = 0): void {
  if (which === 'itself') {
    for (let i = first; i < d; i++) {
      const row = i * d;
      let x = b[i] as number;
      for (let j = first; j < i; j++) x -= (lu[row + j] as number) * (b[j] as number);
      b[i] = x;
    }
    for (let i = d - 1; i >= 0; i--) {
      const row = i * d;
      let x = b[i] as number;
      for (let j = i + 1; j < d; j++) x -= (lu[row + j] as number) * (b[j] as number);
      b[i] = x / (lu[row + i] as number);
    }
    return;
  }
  for (let i = first; i < d; i++) {
    let x = b[i] as number;
    for (let j = first, at = first * d + i; j < i; j++, at += d) x -= (lu[at] as number) * (b[j] as number);
    b[i] = x / (lu[i * d + i] as number);
  }
  for (let i = d - 1; i >= 0; i--) {
    let x = b[i] as number;
    for (let j = i + 1, at = (i + 1) * d + i; j < d; j++, at += d) x -= (lu[at] as number) * (b[j] as number);
    b[i] = x;
  }
}
