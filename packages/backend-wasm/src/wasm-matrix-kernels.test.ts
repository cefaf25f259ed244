import { type AcyclicityKind, acyclicity } from '@cfe/autograd';
import { createRng } from '@cfe/base';
import { expect, test } from 'vitest';
import { wasmMatrixKernels } from './wasm-matrix-kernels.ts';

const kinds: readonly AcyclicityKind[] = ['exponential', 'polynomial', 'log-det', 'spectral'];
const kernels = wasmMatrixKernels();

/** Weights of d variables, each edge with this probability; `'earlier'` lets only earlier ones point to later ones, by a shuffled order. */
function weightsOf(d: number, share: number, edges: 'any' | 'earlier'): Float64Array {
  const rng = createRng(d);
  const place = Array.from({ length: d }, (_, j) => (j * 7 + 3) % d);
  return Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    const open = edges === 'any' ? i !== j : (place[i] as number) < (place[j] as number);
    return open && rng.uniform() < share ? rng.normal() / Math.sqrt(2 * d) : 0;
  });
}

test.for(kinds)('%s agrees with the plain loops, in value and gradient', (kind) => {
  for (const d of [0, 1, 2, 3, 5, 8, 17, 40])
    for (const share of [0.1, 0.9]) {
      const weights = weightsOf(d, share, 'any');
      const plain = acyclicity(kind).evaluate(weights);
      const fast = acyclicity(kind, { kernels }).evaluate(weights);
      const size = Math.max(1e-300, ...plain.gradient.map(Math.abs));
      expect(Math.abs(fast.value - plain.value)).toBeLessThanOrEqual(
        1e-13 * Math.max(plain.value, size / 100),
      );
      for (const [at, own] of fast.gradient.entries())
        expect(Math.abs(own - (plain.gradient[at] as number))).toBeLessThanOrEqual(1e-11 * size);
    }
});

test.for(kinds)('%s of an acyclic graph is exactly 0', (kind) => {
  for (const d of [2, 5, 10, 41]) {
    const weights = weightsOf(d, 0.7, 'earlier');
    expect(acyclicity(kind, { kernels }).evaluate(weights).value).toBe(0);
  }
});

test('beyond its domain the log-determinant is infinite here too', () => {
  const { value, gradient } = acyclicity('log-det', { kernels }).evaluate([0, 2, 2, 0]);
  expect(value).toBe(Infinity);
  expect(gradient.every(Number.isNaN)).toBe(true);
});
