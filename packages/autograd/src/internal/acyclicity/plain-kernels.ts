import type { MatrixKernels } from '../../matrix-kernels.ts';
import { solve } from './m-matrix.ts';

/** The matrix operations as plain loops. */
export const plainKernels: MatrixKernels = { product, factorise, inverseTransposed };

/** A · B for square matrices, four rows of B at a time; those whose entries of A are all 0 cost nothing. */
function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
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

function factorise(lu: Float64Array, d: number): boolean {
  for (let k = 0; k < d; k++) {
    const pivot = lu[k * d + k] as number;
    if (!(pivot > 0)) return false;
    for (let i = k + 1; i < d; i++) {
      const below = lu[i * d + k] as number;
      if (below === 0) continue;
      const factor = below / pivot;
      lu[i * d + k] = factor;
      for (let j = k + 1, at = i * d + j, from = k * d + j; j < d; j++, at++, from++)
        lu[at] = (lu[at] as number) - factor * (lu[from] as number);
    }
  }
  return true;
}

function inverseTransposed(lu: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    // Row i of the inverse's transpose is column i of the inverse.
    const column = out.subarray(i * d, (i + 1) * d);
    column[i] = 1;
    solve({ lu, d }, column, 'itself', i);
  }
  return out;
}
