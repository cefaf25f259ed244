import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { additiveCurves } from '../src/internal/additive-curves.ts';
import { drawCurves } from '../src/internal/curve-units.ts';
import { leastSquares } from '../src/internal/least-squares.ts';
import { drawProducts, findProducts, unitsOf } from '../src/internal/products.ts';
import { splineBasis } from '../src/internal/spline-basis.ts';

const n = 1000;

function rows(f: (x: number) => number, seed: number, noise = 0.5) {
  const rng = createRng(seed);
  const x = Float64Array.from({ length: n }, () => 1.5 * rng.normal());
  return { x, y: x.map((v) => f(v) + noise * rng.normal()) };
}

test('a spline with no second differences is no curve, and beyond its ends it goes straight on', () => {
  const basis = splineBasis(-2, 3, 10);
  const weights = Array.from({ length: basis.width }, (_, k) => Math.sin(3 * k));
  const row = new Float64Array(basis.width);
  const f = (x: number): number => {
    basis.write(x, row);
    return row.reduce((sum, b, k) => sum + b * (weights[k] as number), 0);
  };
  expect(f(4) - f(3.5)).toBeCloseTo(f(5) - f(4.5), 9);
  expect(f(-3) - f(-2.5)).toBeCloseTo(f(-4) - f(-3.5), 9);
  // twice continuously differentiable at a knot
  const bend = (x: number): number => (f(x + 1e-3) - 2 * f(x) + f(x - 1e-3)) / 1e-6;
  expect(bend(0.5 - 2e-3)).toBeCloseTo(bend(0.5 + 2e-3), 1);
});

describe.each([
  ['line', (x: number) => 1 - 0.7 * x],
  ['square', (x: number) => 0.6 * x * x - x],
  ['odd wave', (x: number) => x + 0.5 * Math.sin(2 * x)],
  ['wave', (x: number) => x + Math.sin(2 * x + 1)],
  ['step', (x: number) => 2 * Math.tanh(4 * (x - 0.7))],
] as const)('a %s', (kind, f) => {
  test('is told apart, and estimated as well as its parameters allow', () => {
    let squares = 0;
    for (let seed = 0; seed < 5; seed++) {
      const { x, y } = rows(f, seed);
      const found = additiveCurves([x], y, [true], [0])(8);
      expect(found.curves[0]?.kind).toBe(kind);
      const { slope, bend = () => 0 } = found.curves[0] as (typeof found.curves)[number];
      for (const v of x) squares += (found.intercept + slope * v + bend(v) - f(v)) ** 2 / (5 * n);
    }
    // at most 5 parameters, each σ²/n; mean of five data sets, so that twice is far in the tail
    expect(squares).toBeLessThan((2 * 5 * 0.25) / n);
  });
});

test('where noise hides which shape it is, a mean of them is little further off than a fit that knows', () => {
  const f = (x: number): number => 0.7 * (x + 0.5 * Math.sin(2 * x));
  let [squares, known] = [0, 0];
  for (let seed = 0; seed < 30; seed++) {
    const { x, y } = rows(f, seed, 1);
    const { curves } = additiveCurves([x], y, [true], [0])(8);
    const { slope, bend = () => 0 } = curves[0] as (typeof curves)[number];
    const wave = x.map((v) => Math.sin(2 * v));
    const { coefficients } = leastSquares([new Float64Array(n).fill(1), x, wave], y);
    const error = (g: (v: number) => number): number => {
      const differences = x.map((v) => g(v) - f(v));
      const mean = differences.reduce((a, b) => a + b, 0) / n;
      return differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
    };
    squares += error((v) => slope * v + bend(v));
    known += error((v) => (coefficients[1] as number) * v + (coefficients[2] as number) * Math.sin(2 * v));
  }
  expect(Math.sqrt(squares / known)).toBeLessThan(1.5);
});

test('a curve of no known shape stays a spline', () => {
  const { x, y } = rows((v) => Math.sin(v * Math.abs(v)) + 0.3 * v, 1, 0.2);
  expect(additiveCurves([x], y, [true], [0])(8).curves[0]?.kind).toBe('spline');
});

test('few units draw curves closer than sampling error, and share themselves out', () => {
  const curves = [
    { slope: 0.5, bend: (v: number) => 0.5 * Math.sin(2 * v), kind: 'wave', low: -4, high: 4 },
    { slope: 1, kind: 'line', low: -3, high: 3 },
    { slope: -1, bend: (v: number) => 0.3 * v * v, kind: 'square', low: -3, high: 3 },
  ];
  const samples = curves.map((_, k) => rows(() => 0, k).x);
  const { units, slopes, constant } = drawCurves(curves, samples, 16, 0.01);
  expect(units).toHaveLength(16);
  for (let x = -2.5; x <= 2.5; x += 0.1) {
    const at = [x, -x, 0.8 * x];
    const said =
      constant +
      at.reduce((sum, v, k) => sum + (slopes[k] as number) * v, 0) +
      units.reduce(
        (sum, { inward, bias, weight }) =>
          sum + weight * Math.tanh(inward.reduce((t, w, k) => t + w * (at[k] as number), bias)),
        0,
      );
    const meant = curves.reduce(
      (sum, { slope, bend }, k) => sum + slope * (at[k] as number) + (bend?.(at[k] as number) ?? 0),
      0,
    );
    expect(Math.abs(said - meant)).toBeLessThan(0.05);
  }
});

describe('products', () => {
  // the 99.9% quantile of χ² with so many degrees of freedom, roughly
  const quantile = (freedom: number): number => freedom + 3.1 * Math.sqrt(2 * freedom) + 4;
  const rng = createRng(3);
  const t = Float64Array.from({ length: n }, () => (rng.uniform() < 0.4 ? 1.2 : -0.8));
  const [a, b, c] = Array.from({ length: 3 }, () => Float64Array.from({ length: n }, () => rng.normal())) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const inputs = [t, a, b, c];
  const design = [new Float64Array(n).fill(1), ...inputs];
  const drawnAt = (found: NonNullable<ReturnType<typeof findProducts>>, weights: Float64Array) => {
    const { units, slopes, constant } = drawProducts(found, weights, inputs);
    expect(units).toHaveLength(unitsOf(found, inputs));
    return t.map(
      (_, r) =>
        constant +
        inputs.reduce((sum, column, k) => sum + (slopes[k] as number) * (column[r] as number), 0) +
        units.reduce(
          (sum, { inward, bias, weight }) =>
            sum +
            weight *
              Math.tanh(inward.reduce((u, w, k) => u + w * ((inputs[k] as Float64Array)[r] as number), bias)),
          0,
        ),
    );
  };
  const meantAt = (found: NonNullable<ReturnType<typeof findProducts>>, weights: Float64Array) =>
    t.map((_, r) =>
      found.columns.reduce((sum, column, k) => sum + (weights[k] as number) * (column[r] as number), 0),
    );

  test('beside curves they are fitted together, and those without them as if they had not been asked for', () => {
    const own = createRng(8);
    const noise = t.map(() => 0.3 * own.normal());
    const y = t.map(
      (v, r) => Math.sin(2 * (a[r] as number)) + 0.8 * v * (b[r] as number) + (noise[r] as number),
    );
    const found = findProducts(inputs, [0, 1, 2, 3], design, y, quantile);
    expect(found).toBeDefined();
    const fit = additiveCurves(inputs, y, [true, true, true, true], [0, 0, 0, 0]);
    const before = fit(8).squares;
    const { squares, products, curves } = fit(8, found);
    const least = noise.reduce((sum, e) => sum + e * e, 0);
    expect(squares / least).toBeGreaterThan(0.95);
    expect(squares / least).toBeLessThan(1.05);
    expect(products).toHaveLength(found!.columns.length);
    expect(curves[1]?.bend).toBeDefined();
    expect(before).toBeGreaterThan(3 * least);
    expect(fit(8).squares).toBe(before);
  });

  test('a two-valued input that changes what others do is found, and drawn by one unit', () => {
    const y = t.map((v, r) => 0.5 * v * (a[r] as number) - 0.4 * v * (b[r] as number) + rng.normal());
    const found = findProducts(inputs, [0, 1, 2, 3], design, y, quantile);
    expect(found?.blocks).toEqual([{ modifier: 0, others: [1, 2, 3] }]);
    if (found === undefined) return;
    const weights = Float64Array.of(0.5, -0.4, 0);
    expect(unitsOf(found, inputs)).toBe(1);
    const [said, meant] = [drawnAt(found, weights), meantAt(found, weights)];
    // (0.05 · s)² / 3 of a product of at most 4 spreads
    for (const [r, v] of meant.entries()) expect(Math.abs((said[r] as number) - v)).toBeLessThan(0.05);
  });

  test('a product of two numbers is found, and drawn by four', () => {
    const y = a.map((v, r) => 0.5 * v * (c[r] as number) + rng.normal());
    const found = findProducts(inputs, [0, 1, 2, 3], design, y, quantile);
    expect([1, 3]).toContain(found?.blocks[0]?.modifier);
    expect(found?.blocks).toHaveLength(1);
    if (found === undefined) return;
    const weights = Float64Array.from(found.columns, (_, k) => 0.3 + 0.1 * k);
    const [said, meant] = [drawnAt(found, weights), meantAt(found, weights)];
    for (const [r, v] of meant.entries()) expect(Math.abs((said[r] as number) - v)).toBeLessThan(0.12);
  });

  test('none is found where there is none, nor between levels of one parent', () => {
    const noise = a.map(() => rng.normal());
    expect(findProducts(inputs, [0, 1, 2, 3], design, noise, quantile)).toBeUndefined();
    const product = a.map((v, r) => v * (b[r] as number));
    expect(findProducts([a, b], [0, 0], design, product, quantile)).toBeUndefined();
  });
});

test('a curve that has no value beyond the data, such as a root, is drawn from where it has', () => {
  const x = Float64Array.from({ length: 200 }, (_, r) => (r / 199) ** 2);
  const curve = { slope: 0, bend: Math.sqrt, kind: 'root', low: 0, high: 1 };
  const { units, slopes, constant } = drawCurves([curve], [x], 4, 0.01);
  const drawn = (v: number): number =>
    units.reduce(
      (sum, { inward, bias, weight }) => sum + weight * Math.tanh((inward[0] as number) * v + bias),
      constant + (slopes[0] as number) * v,
    );
  expect(units).toHaveLength(4);
  for (const v of [0.1, 0.4, 0.9]) expect(Math.abs(drawn(v) - Math.sqrt(v))).toBeLessThan(0.03);
});
