import type { AcyclicityValue } from '../../acyclicity.ts';
import type { MatrixKernels } from '../../matrix-kernels.ts';
import { factorise, solve } from './m-matrix.ts';
import { strongComponents } from './strong-components.ts';

/**
 * ρ(A) for A ≥ 0 and its gradient u vᵀ / (uᵀv), u and v the left and right Perron vectors. ρ is the largest over the
 * strongly connected parts, on each of which Perron's theorem holds; without a cycle it is exactly 0.
 */
export function spectral(a: Float64Array, d: number, kernels: MatrixKernels): AcyclicityValue {
  let best: Perron | undefined;
  let nodes: readonly number[] = [];
  for (const part of strongComponents(a, d)) {
    if (part.length === 1 && a[(part[0] as number) * (d + 1)] === 0) continue;
    const block = Float64Array.from(part.flatMap((i) => part.map((j) => a[i * d + j] as number)));
    const found = perron(block, part.length, kernels);
    if (best === undefined || found.root > best.root) [best, nodes] = [found, part];
  }
  const gradient = new Float64Array(d * d);
  if (best === undefined) return { value: 0, gradient };
  const { root, left, right } = best;
  let scale = 0;
  for (let k = 0; k < nodes.length; k++) scale += (left[k] as number) * (right[k] as number);
  for (const [p, i] of nodes.entries())
    for (const [q, j] of nodes.entries())
      gradient[i * d + j] = ((left[p] as number) * (right[q] as number)) / scale;
  return { value: root, gradient };
}

interface Perron {
  readonly root: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/**
 * Noda's inverse iteration on an irreducible matrix: λ = maxᵢ (Ax)ᵢ/xᵢ is above ρ and falls to it quadratically, while
 * x stays positive (Noda 1971, Numerische Mathematik 17, 382–386).
 */
function perron(a: Float64Array, n: number, kernels: MatrixKernels): Perron {
  if (n === 1) return { root: a[0] as number, left: Float64Array.of(1), right: Float64Array.of(1) };
  const right = new Float64Array(n).fill(1);
  const left = new Float64Array(n).fill(1);
  let root = 0;
  let width = Infinity;
  for (let round = 0; round < 100; round++) {
    const [low, high] = quotients(a, n, right);
    root = 0.5 * (low + high);
    const stuck = high - low >= width;
    width = high - low;
    const done = width <= 4e-15 * high || (stuck && width <= 1e-10 * high);
    // A hair above ρ the factors exist, and the solve turns any start into the Perron vectors.
    let factors = factorise(a, n, high * (1 + 1e-15), kernels);
    for (let raise = 1e-15; factors === undefined; raise *= 4)
      factors = factorise(a, n, high * (1 + raise), kernels);
    solve(factors, right, 'itself');
    solve(factors, left, 'transposed');
    normalise(right);
    normalise(left);
    if (done) break;
  }
  return { root, left, right };
}

/** The smallest and largest (Ax)ᵢ / xᵢ, which enclose ρ (Collatz and Wielandt). */
function quotients(a: Float64Array, n: number, x: Float64Array): [number, number] {
  let low = Infinity;
  let high = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (a[i * n + j] as number) * (x[j] as number);
    const quotient = sum / (x[i] as number);
    low = Math.min(low, quotient);
    high = Math.max(high, quotient);
  }
  return [low, high];
}

function normalise(x: Float64Array): void {
  const size = x.reduce((most, value) => Math.max(most, value), 0);
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) / size;
}
