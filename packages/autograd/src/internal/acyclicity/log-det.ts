import type { AcyclicityValue } from '../../acyclicity.ts';
import type { MatrixKernels } from '../../matrix-kernels.ts';
import { factorise } from './m-matrix.ts';

/** −ln det(I − A/s) and its gradient (sI − A)⁻ᵀ; ∞ where ρ(A) ≥ s. */
export function logDet(a: Float64Array, d: number, kernels: MatrixKernels, s: number): AcyclicityValue {
  const factors = factorise(a, d, s, kernels);
  if (factors === undefined) return { value: Infinity, gradient: new Float64Array(d * d).fill(Number.NaN) };
  let value = 0;
  for (let i = 0; i < d; i++) value -= Math.log((factors.lu[i * d + i] as number) / s);
  return { value: value === 0 ? 0 : value, gradient: kernels.inverseTransposed(factors.lu, d) };
}
