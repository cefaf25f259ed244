import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { type AcyclicityKind, acyclicity } from './index.ts';

const kinds: readonly AcyclicityKind[] = ['exponential', 'polynomial', 'log-det', 'spectral'];
const closeTo = (have: number, want: number, digits = 1e-13): void =>
  expect(Math.abs(have - want)).toBeLessThanOrEqual(digits * Math.max(1, Math.abs(want)));

describe('closed forms on one cycle', () => {
  // A cycle of length k with product p has the eigenvalues p^(1/k) times the k-th roots of unity.
  const rng = createRng(3);
  for (const k of [2, 3, 5]) {
    const weights = Array.from({ length: k }, () => 0.3 + 0.7 * rng.uniform());
    const p = weights.reduce((a, b) => a * b);
    const r = p ** (1 / k);
    const angles = Array.from({ length: k }, (_, q) => (2 * Math.PI * q) / k);
    const truth: Record<AcyclicityKind, number> = {
      exponential: angles.reduce((s, t) => s + Math.exp(r * Math.cos(t)) * Math.cos(r * Math.sin(t)), 0) - k,
      // tr (I + A/k)^k − k = k · (k choose k) (r/k)^k: only the k-th power of A has a diagonal
      polynomial: k * (r / k) ** k,
      'log-det': k * Math.log(1.3) - Math.log(1.3 ** k - p),
      spectral: r,
    };
    // ∂/∂aᵢ is the same multiple of 1/aᵢ for every edge of the cycle: h depends on the product alone
    const slope: Record<AcyclicityKind, number> = {
      exponential: angles.reduce(
        (s, t) => s + (r / k) * (Math.exp(r * Math.cos(t)) * Math.cos(r * Math.sin(t) + t)),
        0,
      ),
      polynomial: k * (r / k) ** k,
      'log-det': p / (1.3 ** k - p),
      spectral: r / k,
    };
    test.for(kinds)(`${k} edges, %s`, (kind) => {
      const strengths = new Float64Array(k * k);
      for (const [i, w] of weights.entries()) strengths[i * k + ((i + 1) % k)] = w;
      const { value, gradient } = acyclicity(kind, { of: 'strengths', s: 1.3 }).evaluate(strengths);
      closeTo(value, truth[kind]);
      for (const [i, w] of weights.entries())
        closeTo(gradient[i * k + ((i + 1) % k)] as number, slope[kind] / w);
      const signed = strengths.map((x, at) => (at % 2 ? 1 : -1) * Math.sqrt(x));
      const squared = acyclicity(kind, { s: 1.3 }).evaluate(signed);
      closeTo(squared.value, truth[kind]);
      for (let at = 0; at < k * k; at++)
        closeTo(squared.gradient[at] as number, 2 * signed[at]! * gradient[at]!);
    });
  }
});

test.for(kinds)(
  '%s is 0 exactly on graphs that have an order, and on no other: all 4,096 graphs on 4 nodes',
  (kind) => {
    const h = acyclicity(kind, { of: 'strengths', s: 4 });
    const pairs = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => j !== i).map((j) => i * 4 + j));
    const rng = createRng(5);
    let acyclic = 0;
    for (let code = 0; code < 4096; code++) {
      const a = new Float64Array(16);
      for (const [bit, at] of pairs.entries()) if ((code >> bit) & 1) a[at] = 0.2 + 0.8 * rng.uniform();
      const ordered = hasOrder(a, 4);
      if (ordered) acyclic++;
      const { value } = h.evaluate(a);
      if (ordered) expect(value).toBe(0);
      else expect(value).toBeGreaterThan(1e-6);
    }
    expect(acyclic).toBe(543); // the number of labelled DAGs on 4 nodes
  },
);

/** By removing roots until none is left. */
function hasOrder(a: Float64Array, d: number): boolean {
  const left = new Set(Array.from({ length: d }, (_, i) => i));
  for (;;) {
    const root = [...left].find((j) => [...left].every((i) => a[i * d + j] === 0));
    if (root === undefined) return left.size === 0;
    left.delete(root);
  }
}

describe('random matrices', () => {
  const d = 9;
  const random = (seed: number): Float64Array => {
    const rng = createRng(seed);
    return Float64Array.from({ length: d * d }, (_, at) =>
      at % (d + 1) === 0 || rng.uniform() < 0.5 ? 0 : 0.5 * rng.normal(),
    );
  };

  test.for(kinds)('%s: gradients agree with central differences', (kind) => {
    const h = acyclicity(kind, { s: 4 });
    for (const seed of [1, 2, 3]) {
      const w = random(seed);
      const { gradient } = h.evaluate(w);
      for (let at = 0; at < w.length; at++) {
        const step = 1e-5;
        const moved = (by: number): number => h.evaluate(w.with(at, w[at]! + by)).value;
        const slope = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
        closeTo(gradient[at]!, slope, 1e-9);
      }
    }
  });

  test.for(kinds)('%s: renaming the nodes changes nothing', (kind) => {
    const w = random(4);
    const order = [3, 1, 4, 0, 8, 5, 2, 6, 7];
    const renamed = w.map((_, at) => w[order[Math.floor(at / d)]! * d + order[at % d]!]!);
    const h = acyclicity(kind, { s: 4 });
    closeTo(h.evaluate(renamed).value, h.evaluate(w).value);
  });

  test('the spectral radius is that of a dominant eigenvalue, found by brute force', () => {
    const w = random(6);
    // ρ = lim ‖Aⁿ‖^(1/n): square forty times and take the root
    let power = w.map((x) => x * x);
    let scale = 0;
    for (let round = 0; round < 40; round++) {
      const next = new Float64Array(d * d);
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++)
          for (let k = 0; k < d; k++) next[i * d + j]! += power[i * d + k]! * power[k * d + j]!;
      const size = Math.max(...next);
      scale = 2 * scale + Math.log(size);
      power = next.map((x) => x / size);
    }
    closeTo(acyclicity('spectral').evaluate(w).value, Math.exp(scale / 2 ** 40), 1e-10);
  });

  test('the largest of several strongly connected parts counts, and only it has a gradient', () => {
    const a = new Float64Array(25);
    for (const [i, j, w] of [
      [0, 1, 2],
      [1, 0, 2],
      [1, 2, 9],
      [2, 3, 9],
      [3, 4, 3],
      [4, 3, 3],
    ] as const)
      a[i * 5 + j] = w;
    const { value, gradient } = acyclicity('spectral', { of: 'strengths' }).evaluate(a);
    closeTo(value, 3);
    expect([...gradient.keys()].filter((at) => gradient[at] !== 0)).toEqual([
      3 * 5 + 3,
      3 * 5 + 4,
      4 * 5 + 3,
      4 * 5 + 4,
    ]);
    closeTo(gradient[3 * 5 + 4]!, 0.5);
  });

  test('log-det is infinite outside its domain, and nowhere inside', () => {
    const h = acyclicity('log-det', { of: 'strengths', s: 2 });
    expect(h.evaluate([0, 2, 1.999, 0]).value).toBeLessThan(Infinity);
    const outside = h.evaluate([0, 2, 2.001, 0]);
    expect(outside.value).toBe(Infinity);
    expect(outside.gradient.every(Number.isNaN)).toBe(true);
    // det(sI − A) is positive again beyond two eigenvalues: the sign of the determinant alone would not notice
    expect(h.evaluate([0, 5, 0, 0, 5, 0, 0, 0, 0, 0, 0, 5, 0, 0, 5, 0]).value).toBe(Infinity);
  });

  test('a DAG of 60 nodes with strong edges is 0 to the last bit', () => {
    const rng = createRng(8);
    const n = 60;
    const w = Float64Array.from({ length: n * n }, (_, at) =>
      Math.floor(at / n) < at % n ? 2 * rng.normal() : 0,
    );
    for (const kind of kinds) expect(acyclicity(kind).evaluate(w).value).toBe(0);
  });
});

test('bad input is refused', () => {
  expect(() => acyclicity('nilpotent' as never)).toThrow(
    expect.objectContaining({ code: 'autograd/acyclicity' }),
  );
  expect(() => acyclicity('log-det', { s: 0 })).toThrow(
    expect.objectContaining({ code: 'autograd/acyclicity' }),
  );
  const h = acyclicity('exponential', { of: 'strengths' });
  expect(() => h.evaluate([0, 1, 0])).toThrow(expect.objectContaining({ code: 'autograd/acyclicity-shape' }));
  expect(() => h.evaluate([0, Number.NaN, 0, 0])).toThrow(/weight of 0 → 1 is NaN/);
  expect(() => h.evaluate([0, -1, 0, 0])).toThrow(/≥ 0/);
  expect(h.evaluate([])).toEqual({ value: 0, gradient: new Float64Array(0) });
});
