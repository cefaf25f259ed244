import type { LayerLayout } from '@cfe/autograd';
import type { Curve } from './additive-curves.ts';
import { cholesky, solve } from './cholesky.ts';

/** A hidden unit of one input or of a sum of them: weight · tanh(Σ inward · input + bias). */
export interface HiddenUnit {
  /** `[inputs]`, most of them 0 */
  readonly inward: Float64Array;
  readonly bias: number;
  readonly weight: number;
}

/** A curve as a few tanh units on top of a line. */
interface Drawn {
  readonly units: readonly { readonly slope: number; readonly centre: number; readonly weight: number }[];
  readonly line: number;
  readonly constant: number;
}

const gridPoints = 100;
/** How far beyond the data a curve is drawn, as a share of their range. */
const beyond = 0.15;

/** All curves of a regression drawn with so many units: what the units are, the slopes beside them and the constant. */
export function drawCurves(
  curves: readonly Curve[],
  samples: readonly Float64Array[],
  units: number,
  tolerance: number,
): { readonly units: readonly HiddenUnit[]; readonly slopes: Float64Array; readonly constant: number } {
  const slopes = Float64Array.from(curves, ({ slope }) => slope);
  const bent = curves.flatMap(({ bend }, k) => (bend === undefined ? [] : [k]));
  const grids = bent.map((k) => gridOf(curves[k] as Curve, samples[k] as Float64Array));
  const shares = shareOut(
    units,
    grids.map((grid, at) =>
      wiggle(grid, (curves[bent[at] as number] as Curve).bend as (x: number) => number, tolerance),
    ),
  );
  const out: HiddenUnit[] = [];
  let constant = 0;
  for (const [at, k] of bent.entries()) {
    const { bend } = curves[k] as Curve;
    const found = drawCurve(
      grids[at] as Float64Array,
      bend as (x: number) => number,
      shares[at] as number,
      tolerance,
    );
    slopes[k] = (slopes[k] as number) + found.line;
    constant += found.constant;
    for (const { slope, centre, weight } of found.units) {
      const inward = new Float64Array(curves.length);
      inward[k] = slope;
      out.push({ inward, bias: -slope * centre, weight });
    }
  }
  return { units: out, slopes, constant };
}

/** Writes units to a mechanism's hidden layer and their weights to its first output; units that are left are silent. */
export function writeUnits(
  hidden: LayerLayout,
  output: LayerLayout,
  units: readonly HiddenUnit[],
  parameters: Float64Array,
): void {
  parameters.fill(0, hidden.weights, hidden.weights + hidden.inputs * hidden.outputs);
  parameters.fill(0, hidden.bias, hidden.bias + hidden.outputs);
  for (const [o, { inward, bias, weight }] of units.entries()) {
    parameters.set(inward, hidden.weights + o * hidden.inputs);
    parameters[hidden.bias + o] = bias;
    parameters[output.weights + o] = weight;
  }
}

/** Half the points spread evenly over the data and a little beyond, half where the data are. */
function gridOf({ bend = () => 0, low, high }: Curve, sample: Float64Array): Float64Array {
  const half = gridPoints / 2;
  const sorted = sample.slice().sort();
  const inside = Float64Array.from(
    { length: half },
    (_, k) => sorted[Math.floor(((k + 0.5) / half) * sorted.length)] as number,
  );
  const values = inside.map(bend);
  const range = Math.max(...values) - Math.min(...values);
  const pad = beyond * (high - low);
  // a curve that would move further beyond the data than within them is not followed there
  const [from, to] = [
    Math.abs(bend(low - pad) - bend(low)) < range ? low - pad : low,
    Math.abs(bend(high + pad) - bend(high)) < range ? high + pad : high,
  ];
  const even = Float64Array.from({ length: half }, (_, k) => from + (k / (half - 1)) * (to - from));
  return Float64Array.from([...even, ...inside]).sort();
}

/** How many bends a curve has, to share out units by: ∫ √|f″| dx, small curvature counting for little. */
function wiggle(grid: Float64Array, f: (x: number) => number, tolerance: number): number {
  const [low, high] = [grid[0] as number, grid[grid.length - 1] as number];
  const step = (high - low) / 60;
  const at = (x: number): number => f(Math.min(high, Math.max(low, x))); // a root has no value beyond the grid
  let total = 0;
  for (let k = 0; k < 60; k++) {
    const x = low + (k + 0.5) * step;
    total += Math.sqrt(Math.max(0, Math.abs(at(x + step) - 2 * f(x) + at(x - step)) - 0.01 * tolerance));
  }
  return total;
}

function shareOut(units: number, by: readonly number[]): number[] {
  const least = Math.min(2, Math.floor(units / Math.max(1, by.length)));
  const total = by.reduce((a, b) => a + b, 0) || 1;
  const left = units - least * by.length;
  const exact = by.map((b) => least + (left * b) / total);
  const shares = exact.map(Math.floor);
  const order = exact.map((e, k) => [e - Math.floor(e), k] as const).sort((a, b) => b[0] - a[0]);
  let rest = units - shares.reduce((a, b) => a + b, 0);
  for (const [, k] of order) {
    if (rest <= 0) break;
    shares[k] = (shares[k] as number) + 1;
    rest--;
  }
  return shares;
}

/** Levenberg and Marquardt's least squares over a grid, from units spread by curvature. */
function drawCurve(grid: Float64Array, f: (x: number) => number, units: number, tolerance: number): Drawn {
  const y = grid.map(f);
  const n = grid.length;
  const p = 3 * units + 2; // slopes, centres, weights, line, constant
  let theta: Float64Array = new Float64Array(p);
  spread(grid, f, units, theta);
  weigh(grid, y, units, theta);
  const residual = new Float64Array(n);
  const jacobian = Array.from({ length: p }, () => new Float64Array(n));
  let squares = residuals(grid, y, units, theta, residual);
  const enough = n * tolerance * tolerance;
  let damping = 1e-2;
  for (let step = 0; step < 60 && squares > enough; step++) {
    slopesOf(grid, units, theta, jacobian);
    const gram = jacobian.map((a, i) => {
      const row = new Float64Array(i + 1);
      for (let k = 0; k <= i; k++) {
        const b = jacobian[k] as Float64Array;
        let sum = 0;
        for (let r = 0; r < n; r++) sum += (a[r] as number) * (b[r] as number);
        row[k] = sum;
      }
      return row;
    });
    const cross = Float64Array.from(jacobian, (a) => {
      let sum = 0;
      for (let r = 0; r < n; r++) sum += (a[r] as number) * (residual[r] as number);
      return sum;
    });
    const before = squares;
    for (let tries = 0; tries < 8; tries++) {
      const factor = gram.map((row, i) => {
        const copy = row.slice();
        copy[i] = (copy[i] as number) * (1 + damping) + 1e-12;
        return copy;
      });
      const change = solve(factor, cholesky(factor), cross);
      const next = theta.map((value, i) => value + (change[i] as number));
      const found = residuals(grid, y, units, next, residual);
      if (found < squares) {
        theta = next;
        squares = found;
        damping = Math.max(1e-9, damping / 5);
        break;
      }
      damping *= 6;
    }
    if (!(squares < before * (1 - 1e-4))) break;
  }
  return {
    units: Array.from({ length: units }, (_, u) => ({
      slope: theta[u] as number,
      centre: theta[units + u] as number,
      weight: theta[2 * units + u] as number,
    })),
    line: theta[p - 2] as number,
    constant: theta[p - 1] as number,
  };
}

/** Centres where the curve bends, slopes by how far apart they lie. */
function spread(grid: Float64Array, f: (x: number) => number, units: number, theta: Float64Array): void {
  const [low, high] = [grid[0] as number, grid[grid.length - 1] as number];
  const cells = 200;
  const step = (high - low) / cells;
  const within = (x: number): number => f(Math.min(high, Math.max(low, x)));
  const mass = Float64Array.from({ length: cells }, (_, k) => {
    const x = low + (k + 0.5) * step;
    return Math.sqrt(Math.abs(within(x + step) - 2 * f(x) + within(x - step)));
  });
  const floor = (0.3 * mass.reduce((a, b) => a + b, 0)) / cells + 1e-12;
  const total = mass.reduce((a, b) => a + b + floor, 0);
  let [at, sum] = [0, 0];
  for (let u = 0; u < units; u++) {
    const wanted = ((u + 0.5) / units) * total;
    while (at < cells - 1 && sum + (mass[at] as number) + floor < wanted)
      sum += (mass[at++] as number) + floor;
    theta[units + u] = low + (at + (wanted - sum) / ((mass[at] as number) + floor)) * step;
  }
  for (let u = 0; u < units; u++) {
    const left = theta[units + Math.max(0, u - 1)] as number;
    const right = theta[units + Math.min(units - 1, u + 1)] as number;
    const gap = units === 1 ? (high - low) / 2 : (right - left) / (u > 0 && u < units - 1 ? 2 : 1);
    theta[u] = 1.6 / Math.max(gap, 1e-6);
  }
}

/** Weights, line and constant by least squares, the units as they are. */
function weigh(grid: Float64Array, y: Float64Array, units: number, theta: Float64Array): void {
  const columns: Float64Array[] = Array.from({ length: units }, (_, u) =>
    grid.map((x) => Math.tanh((theta[u] as number) * (x - (theta[units + u] as number)))),
  );
  columns.push(grid, new Float64Array(grid.length).fill(1));
  const inner = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, v, r) => sum + v * (b[r] as number), 0);
  const factor = columns.map((a, i) =>
    Float64Array.from(
      { length: i + 1 },
      (_, k) => inner(a, columns[k] as Float64Array) + (k === i ? 1e-4 : 0),
    ),
  );
  const found = solve(
    factor,
    cholesky(factor),
    Float64Array.from(columns, (a) => inner(a, y)),
  );
  theta.set(found, 2 * units);
}

function residuals(
  grid: Float64Array,
  y: Float64Array,
  units: number,
  theta: Float64Array,
  out: Float64Array,
): number {
  const p = theta.length;
  let total = 0;
  for (let r = 0; r < grid.length; r++) {
    const x = grid[r] as number;
    let value = (y[r] as number) - (theta[p - 2] as number) * x - (theta[p - 1] as number);
    for (let u = 0; u < units; u++)
      value -=
        (theta[2 * units + u] as number) *
        Math.tanh((theta[u] as number) * (x - (theta[units + u] as number)));
    out[r] = value;
    total += value * value;
  }
  return total;
}

function slopesOf(
  grid: Float64Array,
  units: number,
  theta: Float64Array,
  out: readonly Float64Array[],
): void {
  for (let u = 0; u < units; u++) {
    const [slope, centre, weight] = [
      theta[u] as number,
      theta[units + u] as number,
      theta[2 * units + u] as number,
    ];
    const [bySlope, byCentre, byWeight] = [out[u], out[units + u], out[2 * units + u]] as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let r = 0; r < grid.length; r++) {
      const x = grid[r] as number;
      const t = Math.tanh(slope * (x - centre));
      const d = weight * (1 - t * t);
      bySlope[r] = d * (x - centre);
      byCentre[r] = -d * slope;
      byWeight[r] = t;
    }
  }
  const last = 3 * units;
  (out[last] as Float64Array).set(grid);
  (out[last + 1] as Float64Array).fill(1);
}
