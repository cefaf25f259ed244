/** Numbers in either precision; an executor computes in the one it was made for and reads both. */
export type Floats = Float64Array | Float32Array;

/** The precision of an executor's arithmetic and of what it returns. */
export type Dtype = 'float64' | 'float32';

/** Zeros in a precision, `[length]`. */
export function floats(dtype: Dtype, length: number): Floats {
  return dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
}
