import type { AcyclicityValue } from '../../acyclicity.ts';
import type { MatrixKernels } from '../../matrix-kernels.ts';
import { identityPlusTransposed, squaredLessIdentity, trace } from './matrix.ts';

/** tr (I + A/d)^d − d and its gradient ((I + A/d)^(d−1))ᵀ, carried out on powers less the identity. */
export function polynomial(a: Float64Array, d: number, { product }: MatrixKernels): AcyclicityValue {
  const m = a.map((x) => x / d);
  const power = powerLessIdentity(m, d, Math.max(0, d - 1), product);
  // (I + M)^d − I = F + M + F·M with F = (I + M)^(d−1) − I
  let value = trace(power, d) + trace(m, d);
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) value += (power[i * d + k] as number) * (m[k * d + i] as number);
  return Number.isFinite(value)
    ? { value, gradient: identityPlusTransposed(power, d) }
    : { value: Infinity, gradient: new Float64Array(d * d).fill(Number.NaN) };
}

/** (I + M)ⁿ − I by repeated squaring. */
function powerLessIdentity(
  m: Float64Array,
  d: number,
  n: number,
  product: MatrixKernels['product'],
): Float64Array {
  if (n === 0) return new Float64Array(d * d);
  if (n === 1) return m;
  const half = squaredLessIdentity(powerLessIdentity(m, d, Math.floor(n / 2), product), d, product);
  if (n % 2 === 0) return half;
  const out = product(half, m, d);
  for (let at = 0; at < out.length; at++)
    out[at] = (out[at] as number) + (half[at] as number) + (m[at] as number);
  return out;
}
