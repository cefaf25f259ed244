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
export function factorise(a: Float64Array, d: number, s: number): Factors | undefined {
  const lu = new Float64Array(d * d);
  for (let at = 0; at < lu.length; at++) lu[at] = -(a[at] as number);
  for (let i = 0; i < d; i++) lu[i * d + i] = (lu[i * d + i] as number) + s;
  for (let k = 0; k < d; k++) {
    const pivot = lu[k * d + k] as number;
    if (!(pivot > 0)) return undefined;
    for (let i = k + 1; i < d; i++) {
      const below = lu[i * d + k] as number;
      if (below === 0) continue;
      const factor = below / pivot;
      lu[i * d + k] = factor;
      for (let j = k + 1; j < d; j++)
        lu[i * d + j] = (lu[i * d + j] as number) - factor * (lu[k * d + j] as number);
    }
  }
  return { lu, d };
}

/** (sI − A) x = b, or its transpose; `b` becomes x. */
export function solve({ lu, d }: Factors, b: Float64Array, which: 'itself' | 'transposed'): void {
  const at = (i: number, j: number): number => lu[i * d + j] as number;
  if (which === 'itself') {
    for (let i = 0; i < d; i++)
      for (let j = 0; j < i; j++) b[i] = (b[i] as number) - at(i, j) * (b[j] as number);
    for (let i = d - 1; i >= 0; i--) {
      for (let j = i + 1; j < d; j++) b[i] = (b[i] as number) - at(i, j) * (b[j] as number);
      b[i] = (b[i] as number) / at(i, i);
    }
    return;
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) b[i] = (b[i] as number) - at(j, i) * (b[j] as number);
    b[i] = (b[i] as number) / at(i, i);
  }
  for (let i = d - 1; i >= 0; i--)
    for (let j = i + 1; j < d; j++) b[i] = (b[i] as number) - at(j, i) * (b[j] as number);
}
