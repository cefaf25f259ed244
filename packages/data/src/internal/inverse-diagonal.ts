/**
 * The diagonal of the inverse of a symmetric positive semidefinite matrix, by Cholesky decomposition; ∞ everywhere in
 * a matrix that is singular to rounding.
 *
 * @param matrix - `[d][d]`
 */
export function inverseDiagonal(matrix: readonly Float64Array[]): Float64Array {
  const d = matrix.length;
  const factor = matrix.map((row) => Float64Array.from(row));
  for (let j = 0; j < d; j++) {
    const row = factor[j] as Float64Array;
    for (let k = 0; k < j; k++) {
      const other = factor[k] as Float64Array;
      let sum = row[k] as number;
      for (let m = 0; m < k; m++) sum -= (row[m] as number) * (other[m] as number);
      row[k] = sum / (other[k] as number);
    }
    let own = row[j] as number;
    for (let m = 0; m < j; m++) own -= (row[m] as number) ** 2;
    if (!(own > 1e-13)) return new Float64Array(d).fill(Number.POSITIVE_INFINITY);
    row[j] = Math.sqrt(own);
  }
  const diagonal = new Float64Array(d);
  const column = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let sum = i === j ? 1 : 0;
      for (let m = j; m < i; m++) sum -= (factor[i]?.[m] as number) * (column[m] as number);
      column[i] = sum / (factor[i]?.[i] as number);
      diagonal[j] = (diagonal[j] as number) + (column[i] as number) ** 2;
    }
  }
  return diagonal;
}
