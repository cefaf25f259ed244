import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { fittedShapes, remainder } from './fit-shape.ts';
import { leastSquares } from './least-squares.ts';
import { pointsAt } from './points.ts';
import { bendAt, bendsOf, families } from './shapes.ts';

const n = 200;
const rng = createRng(4);
const x = Float64Array.from({ length: n }, () => 3 * rng.normal());
const [low, high] = [Math.min(...x), Math.max(...x)];
const ones = new Float64Array(n).fill(1);

describe.each(families.map((family) => [family.name, family] as const))('a %s', (_, family) => {
  const [inside = []] = family.starts(low, high).slice(-1);

  test('leaves what a regression on the constant, the line and its bends leaves', () => {
    const y = x.map((v) => v * v - 2 * v + rng.normal());
    const columns = [ones, x, ...bendsOf({ family, inside }, x)];
    const { squares } = leastSquares(columns, y);
    const left = new Float64Array(n);
    const found = remainder(pointsAt(x, y, ones), { family, inside }, left);
    expect(found / squares).toBeCloseTo(1, 9);
    expect(left.reduce((sum, e) => sum + e * e, 0) / squares).toBeCloseTo(1, 9);
  });

  test('is found where the points lie on it', () => {
    // between the starts of the grid
    const off = inside.map((value, k) => (k === 0 ? 0.93 * value : value + 0.04 * (high - low)));
    const bend = bendAt({ family, inside: off }, Float64Array.of(1, -0.5));
    const points = pointsAt(
      x,
      x.map((v) => 0.1 * v + bend(v)),
      ones,
    );
    const shape = fittedShapes(points, low, high).find((one) => one.family === family)!;
    expect(remainder(points, shape, new Float64Array(n))).toBeLessThan(1e-4 * points.squares);
  });
});
