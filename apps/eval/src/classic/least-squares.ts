import { Matrix, QrDecomposition } from 'ml-matrix';

/** Intercept and slopes of an ordinary regression, by QR. */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): number[] {
  const design = new Matrix(y.length, columns.length + 1);
  for (let r = 0; r < y.length; r++) {
    design.set(r, 0, 1);
    for (const [c, column] of columns.entries()) design.set(r, c + 1, column[r] as number);
  }
  return new QrDecomposition(design).solve(Matrix.columnVector(Array.from(y))).to1DArray();
}
