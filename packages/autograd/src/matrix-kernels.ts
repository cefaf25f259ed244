/** The float64 matrix operations that acyclicity is made of, all on `[d * d]`; a backend may bring faster ones. */
export interface MatrixKernels {
  /** A · B, in a new array; what is exactly 0 in every term is exactly 0 in the sum */
  product(a: Float64Array, b: Float64Array, d: number): Float64Array;
  /** M becomes L·U, without pivoting, L with a unit diagonal; `false` where a pivot is not positive */
  factorise(m: Float64Array, d: number): boolean;
  /** (L·U)⁻ᵀ from what `factorise` left, in a new array */
  inverseTransposed(factors: Float64Array, d: number): Float64Array;
}
