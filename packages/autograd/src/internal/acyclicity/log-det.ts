import type { AcyclicityValue } from '../../acyclicity.ts';
import { factorise, solve } from './m-matrix.ts';

/** −ln det(I − A/s) and its gradient (sI − A)⁻ᵀ; ∞ where ρ(A) ≥ s. */
export function logDet(a: Float64Array, d: number, s: number): AcyclicityValue {
  const factors = factorise(a, d, s);
  if (factors === undefined) return { value: Infinity, gradient: new Float64Array(d * d).fill(Number.NaN) };
  let value = 0;
  for (let i = 0; i < d; i++) value -= Math.log((factors.lu[i * d + i] as number) / s);
  const gradient = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    // Row i of the inverse's transpose is column i of the inverse.
    const column = gradient.subarray(i * d, (i + 1) * d);
    column[i] = 1;
    solve(factors, column, 'itself', i);
  }
  return { value: value === 0 ? 0 : value, gradient };
}
