import { type Complex, complex } from './complex.ts';

const step = 1e-30;

/**
 * The derivative of a real-analytic function by complex-step differentiation, exact to rounding: Im f(x + ih) / h.
 * Unlike a difference quotient it subtracts nothing, so h may be so small that no truncation error is left, and
 * what does not depend on an input gets a derivative of exactly 0.
 * @see Squire and Trapp (1998), SIAM Review 40, 110–112
 */
export function complexStep(f: (x: readonly Complex[]) => Complex, at: ArrayLike<number>): Float64Array {
  const x = Array.from(at, (value) => complex(value));
  return Float64Array.from(x, (value, i) => {
    x[i] = complex(value.re, step);
    const slope = f(x).im / step;
    x[i] = value;
    return slope;
  });
}
