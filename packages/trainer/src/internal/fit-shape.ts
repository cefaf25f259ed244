import type { Points } from './points.ts';
import { families, type Shape } from './shapes.ts';

/** Each family at its best: from the best of a grid of starts, downhill. */
export function fittedShapes(points: Points, low: number, high: number): Shape[] {
  const left = new Float64Array(points.x.length);
  return families.map((family) => {
    let best: readonly number[] = [];
    let squares = Number.POSITIVE_INFINITY;
    for (const inside of family.starts(low, high)) {
      const found = remainder(points, { family, inside }, left);
      if (found < squares) [best, squares] = [inside, found];
    }
    return refined(points, { family, inside: best }, low, high);
  });
}

/** Small enough for a difference to be a derivative. */
const nudge = 1e-4;
/** What a step has to bring in −2 log likelihood for another to follow. */
const leastGain = 0.02;
const mostRounds = 15;

/**
 * A shape with its inner parameters moved to where the points want them, by Levenberg and Marquardt's steps on what the best
 * coefficients leave of y.
 *
 * @see Golub and Pereyra (1973), The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
 * separate, SIAM J. Numer. Anal. 10, 413–432
 */
export function refined(points: Points, { family, inside }: Shape, low: number, high: number): Shape {
  if (inside.length === 0) return { family, inside };
  const n = points.x.length;
  // the rate moves by factors, the place by parts of the range
  const moved = (from: readonly number[], by: readonly number[]): number[] =>
    from.map((value, k) =>
      k === 0 ? value * Math.exp(by[0] as number) : value + (high - low) * (by[k] as number),
    );
  let best = inside;
  let left = new Float64Array(n);
  let trial = new Float64Array(n);
  let squares = remainder(points, { family, inside }, left);
  const slopes = inside.map(() => new Float64Array(n));
  let damping = 1e-2;
  for (let round = 0, gain = 1; round < mostRounds && gain * points.mass > leastGain; round++) {
    for (const [k, slope] of slopes.entries()) {
      const by = inside.map((_, i) => (i === k ? nudge : 0));
      remainder(points, { family, inside: moved(best, by) }, slope);
      for (let r = 0; r < n; r++) slope[r] = ((slope[r] as number) - (left[r] as number)) / nudge;
    }
    gain = 0;
    for (let tries = 0; tries < 6 && gain === 0; tries++) {
      const next = moved(best, dampedStep(points.weight, slopes, left, damping));
      const found = remainder(points, { family, inside: next }, trial);
      if (found < squares) {
        gain = 1 - found / squares;
        [best, squares, left, trial] = [next, found, trial, left];
        damping = Math.max(1e-6, damping / 8);
      } else damping *= 8;
    }
  }
  return { family, inside: best };
}

/** −(J′WJ + damping · its diagonal)⁻¹ J′W left, for one or two columns of J. */
function dampedStep(
  weight: Float64Array,
  [a, b]: readonly Float64Array[],
  left: Float64Array,
  damping: number,
): number[] {
  const [aa, al] = [
    inner(weight, a as Float64Array, a as Float64Array),
    inner(weight, a as Float64Array, left),
  ];
  const first = (1 + damping) * aa + 1e-300;
  if (b === undefined) return [bounded(-al / first)];
  const [ab, bb, bl] = [inner(weight, a as Float64Array, b), inner(weight, b, b), inner(weight, b, left)];
  const second = (1 + damping) * bb + 1e-300;
  const determinant = first * second - ab * ab;
  return [bounded((ab * bl - second * al) / determinant), bounded((ab * al - first * bl) / determinant)];
}

const bounded = (step: number): number => Math.max(-0.5, Math.min(0.5, step));

let first = new Float64Array(512);
let second = new Float64Array(512);

/**
 * Writes what a regression on a constant, a line and a shape's bends leaves of y, and returns Σ weight · left².
 */
export function remainder(points: Points, { family, inside }: Shape, left: Float64Array): number {
  const { x, weight, slope, residual, mass } = points;
  const n = x.length;
  if (first.length < n) [first, second] = [new Float64Array(n), new Float64Array(n)];
  family.draw(inside, x, first, second);
  left.set(residual);
  let squares = points.squares;
  for (let m = 0; m < family.bends; m++) {
    const column = m === 0 ? first : second;
    let [sum, before] = [0, 0];
    for (let r = 0; r < n; r++) {
      const w = (weight[r] as number) * (column[r] as number);
      sum += w;
      before += w * (column[r] as number);
    }
    for (let r = 0; r < n; r++) column[r] = (column[r] as number) - sum / mass;
    subtract(column, slope, inner(weight, column, slope));
    if (m === 1) subtract(column, first, inner(weight, column, first));
    const length = inner(weight, column, column);
    // a bend that others already say
    if (length <= 1e-10 * before) column.fill(0);
    else {
      const root = Math.sqrt(length);
      for (let r = 0; r < n; r++) column[r] = (column[r] as number) / root;
      const along = inner(weight, column, left);
      subtract(left, column, along);
      squares -= along * along;
    }
  }
  return Number.isFinite(squares) ? Math.max(0, squares) : Number.POSITIVE_INFINITY;
}

/** Σ weight · a · b over the points. */
function inner(weight: Float64Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < weight.length; r++) sum += (weight[r] as number) * (a[r] as number) * (b[r] as number);
  return sum;
}

function subtract(from: Float64Array, column: Float64Array, times: number): void {
  for (let r = 0; r < column.length && r < from.length; r++)
    from[r] = (from[r] as number) - times * (column[r] as number);
}
