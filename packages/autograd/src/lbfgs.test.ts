import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { acyclicity, lbfgs, lbfgsSteps, type Objective } from './index.ts';

/** Moré, Garbow and Hillstrom (1981), ACM TOMS 7, 17–41: sums of squares with known minima. */
const squares =
  (residuals: (x: readonly number[]) => number[]): Objective =>
  (x) => {
    const value = (y: readonly number[]): number => residuals(y).reduce((s, r) => s + r * r, 0);
    const gradient = Float64Array.from(x, (xi, i) => {
      const h = 1e-6 * Math.max(1, Math.abs(xi));
      const at = (by: number): number => value(x.with(i, xi + by) as unknown as number[]);
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    });
    return { value: value(x as unknown as number[]), gradient };
  };

const classics: readonly [name: string, f: Objective, start: number[], minimum: number][] = [
  ['Rosenbrock', squares(([a, b]) => [10 * (b! - a! * a!), 1 - a!]), [-1.2, 1], 0],
  [
    'Freudenstein and Roth',
    squares(([a, b]) => [-13 + a! + ((5 - b!) * b! - 2) * b!, -29 + a! + ((b! + 1) * b! - 14) * b!]),
    [0.5, -2],
    48.98425367924,
  ],
  ['Beale', squares(([a, b]) => [1.5, 2.25, 2.625].map((y, i) => y - a! * (1 - b! ** (i + 1)))), [1, 1], 0],
  [
    'helical valley',
    squares(([a, b, c]) => {
      const angle = Math.atan2(b!, a!) / (2 * Math.PI);
      return [10 * (c! - 10 * angle), 10 * (Math.hypot(a!, b!) - 1), c!];
    }),
    [-1, 0.1, 0],
    0,
  ],
  [
    'Powell singular',
    squares(([a, b, c, d]) => [
      a! + 10 * b!,
      Math.sqrt(5) * (c! - d!),
      (b! - 2 * c!) ** 2,
      Math.sqrt(10) * (a! - d!) ** 2,
    ]),
    [3, -1, 0, 1],
    0,
  ],
  [
    'Wood',
    squares(([a, b, c, d]) => [
      10 * (b! - a! * a!),
      1 - a!,
      Math.sqrt(90) * (d! - c! * c!),
      1 - c!,
      Math.sqrt(10) * (b! + d! - 2),
      (b! - d!) / Math.sqrt(10),
    ]),
    [-3, -1, -3, -1],
    0,
  ],
];

test.for(classics)('finds the known minimum of %s', ([, f, start, minimum]) => {
  const result = lbfgs(f, start, { valueTolerance: 0, gradientTolerance: 1e-7 });
  expect(result.status).toBe('converged');
  expect(Math.abs(result.value - minimum)).toBeLessThan(1e-8);
  expect(result.steps).toBeLessThan(120);
});

describe('a quadratic in 200 variables with condition number 10⁴', () => {
  const rng = createRng(1);
  const n = 200;
  const stiffness = Float64Array.from({ length: n }, (_, i) => 10 ** ((4 * i) / (n - 1)));
  const centre = Float64Array.from({ length: n }, () => rng.normal());
  const f: Objective = (x) => ({
    value: x.reduce((s, xi, i) => s + 0.5 * stiffness[i]! * (xi - centre[i]!) ** 2, 0),
    gradient: x.map((xi, i) => stiffness[i]! * (xi - centre[i]!)),
  });

  test('is solved to its centre', () => {
    const { x, status } = lbfgs(f, new Float64Array(n), {
      valueTolerance: 0,
      gradientTolerance: 1e-8,
      maxSteps: 2000,
    });
    expect(status).toBe('converged');
    for (let i = 0; i < n; i++) expect(Math.abs(x[i]! - centre[i]!)).toBeLessThan(1e-7);
  });

  test('every step lowers the value', () => {
    let last = f(new Float64Array(n)).value;
    let steps = 0;
    for (const state of lbfgsSteps(f, new Float64Array(n))) {
      expect(state.value).toBeLessThan(last);
      last = state.value;
      expect(state.steps).toBe(++steps);
    }
    expect(steps).toBeGreaterThan(20);
  });

  test('stops after as many steps as allowed and says so; the start is not written to', () => {
    const start = new Float64Array(n);
    const result = lbfgs(f, start, { maxSteps: 3 });
    expect(result).toMatchObject({ status: 'max-steps', steps: 3 });
    expect(result.message).toContain('3 steps');
    expect(start.every((x) => x === 0)).toBe(true);
  });
});

test('a barrier: the line search stays inside the domain', () => {
  // Fits W to a target with a cycle in it, with the log-det barrier: both edges at once are not allowed for long.
  const h = acyclicity('log-det');
  const target = [0, 0.9, 0.9, 0];
  const f: Objective = (w) => {
    const { value, gradient } = h.evaluate(w);
    return {
      value: value + 20 * w.reduce((s, x, i) => s + (x - target[i]!) ** 2, 0),
      gradient: w.map((x, i) => gradient[i]! + 40 * (x - target[i]!)),
    };
  };
  const result = lbfgs(f, [0, 0.1, 0.3, 0]);
  expect(result.status).toBe('converged');
  expect(h.evaluate(result.x).value).toBeLessThan(Infinity);
  expect(result.gradientNorm).toBeLessThan(1e-4);
});

test('a function without a lower bound is called so', () => {
  const result = lbfgs((x) => ({ value: -Math.exp(x[0]!), gradient: [-Math.exp(x[0]!)] }), [0], {
    gradientTolerance: 0,
  });
  expect(result.status).toBe('diverged');
});

test('at a minimum already: no step', () => {
  expect(lbfgs((x) => ({ value: x[0]! ** 2, gradient: [2 * x[0]!] }), [0])).toMatchObject({
    status: 'converged',
    steps: 0,
    evaluations: 1,
  });
  expect(lbfgs(() => ({ value: 1, gradient: [] }), [])).toMatchObject({ status: 'converged', steps: 0 });
});

test('bad input is refused', () => {
  const f: Objective = (x) => ({ value: Math.log(x[0]!), gradient: [1 / x[0]!] });
  expect(() => lbfgs(f, [-1])).toThrow(expect.objectContaining({ code: 'autograd/lbfgs-start' }));
  expect(() => lbfgs(() => ({ value: 0, gradient: [0, 0] }), [1])).toThrow(/gradient of 2 entries/);
  expect(() => lbfgs(f, [1], { memory: 0 })).toThrow(
    expect.objectContaining({ code: 'autograd/lbfgs-options' }),
  );
  expect(() => lbfgs(f, [1], { maxSteps: 1.5 })).toThrow(/whole number/);
  expect(() => lbfgs(f, [1], { gradientTolerance: Number.NaN })).toThrow(/gradientTolerance/);
});
