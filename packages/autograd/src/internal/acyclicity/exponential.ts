import type { AcyclicityValue } from '../../acyclicity.ts';
import type { MatrixKernels } from '../../matrix-kernels.ts';
import { identityPlusTransposed, squaredLessIdentity, trace } from './matrix.ts';

const degree = 12;

/**
 * tr(e^A − I) and its gradient (e^A)ᵀ by scaling and squaring (Moler and Van Loan 2003, method 3), carried out on
 * E = e^A − I. A ≥ 0, so that nothing cancels and every entry is accurate, and a nilpotent A gives a trace of exactly 0.
 */
export function exponential(a: Float64Array, d: number, { product }: MatrixKernels): AcyclicityValue {
  let norm = 0;
  for (let i = 0; i < d; i++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += a[i * d + j] as number;
    norm = Math.max(norm, sum);
  }
  const squarings = norm > 0.25 ? Math.ceil(Math.log2(norm / 0.25)) : 0;
  const scaled = a.map((x) => x / 2 ** squarings);
  let e = taylor(scaled, d, product);
  for (let k = 0; k < squarings; k++) e = squaredLessIdentity(e, d, product);
  const value = trace(e, d);
  return Number.isFinite(value)
    ? { value, gradient: identityPlusTransposed(e, d) }
    : { value: Infinity, gradient: new Float64Array(d * d).fill(Number.NaN) };
}

/** Σ Aᵏ/k! for k = 1 … 12, in powers of A³: the rest is below 1e-17 of A where no row sums to more than ¼. */
function taylor(a: Float64Array, d: number, product: MatrixKernels['product']): Float64Array {
  const square = product(a, a, d);
  const cube = product(square, a, d);
  const coefficient = (k: number): number => {
    let c = 1;
    for (let q = 2; q <= k; q++) c /= q;
    return c;
  };
  // From the top: S ← S · A³ + c₍ₖ₎ A³ + c₍ₖ₋₁₎ A² + c₍ₖ₋₂₎ A, for k = 12, 9, 6, 3.
  let sum = new Float64Array(d * d);
  for (let k = degree; k > 0; k -= 3) {
    const [c3, c2, c1] = [coefficient(k), coefficient(k - 1), coefficient(k - 2)];
    const raised = k === degree ? sum : product(sum, cube, d);
    for (let at = 0; at < raised.length; at++) {
      raised[at] =
        (raised[at] as number) +
        c3 * (cube[at] as number) +
        c2 * (square[at] as number) +
        c1 * (a[at] as number);
    }
    sum = raised as Float64Array<ArrayBuffer>;
  }
  return sum;
}
