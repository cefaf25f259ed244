/** A curve of one variable with a few parameters. */
export interface Shape {
  readonly family: Family;
  /** parameters inside, such as a wave's frequency */
  readonly inside: readonly number[];
}

/** What shapes of one kind have in common. */
export interface Family {
  readonly name: string;
  /** coefficients and parameters inside, beside the constant */
  readonly freedom: number;
  /** coefficients, at most 3 */
  readonly width: number;
  /** parameters to begin at, given the ends of the data; the first is a rate, the second a place */
  readonly starts: (low: number, high: number) => readonly (readonly number[])[];
  /** writes what the coefficients multiply, at x */
  readonly features: (inside: readonly number[], x: number, out: Float64Array) => void;
}

const between = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => low + ((k + 0.5) / count) * (high - low));
const places =
  (...rates: number[]) =>
  (low: number, high: number): number[][] =>
    rates.flatMap((rate) => between(low, high, 7).map((place) => [rate / (high - low), place]));
// a quarter of a turn over the data to six turns
const turns = (low: number, high: number): number[][] =>
  between(1, 38, 47).map((angle) => [angle / (high - low)]);

/** Shapes that curves in models have, each with a straight line. */
const families: readonly Family[] = [
  {
    name: 'square',
    freedom: 2,
    width: 2,
    starts: () => [[]],
    features(_, x, out) {
      out[0] = x;
      out[1] = x * x;
    },
  },
  {
    name: 'cube',
    freedom: 3,
    width: 3,
    starts: () => [[]],
    features(_, x, out) {
      out[0] = x;
      out[1] = x * x;
      out[2] = x * x * x;
    },
  },
  {
    name: 'wave',
    freedom: 4,
    width: 3,
    starts: turns,
    features([rate = 1], x, out) {
      out[0] = x;
      out[1] = Math.sin(rate * x);
      out[2] = Math.cos(rate * x);
    },
  },
  {
    name: 'odd wave',
    freedom: 3,
    width: 2,
    starts: turns,
    features([rate = 1], x, out) {
      out[0] = x;
      out[1] = Math.sin(rate * x);
    },
  },
  {
    name: 'step',
    freedom: 4,
    width: 2,
    starts: places(1.5, 4, 10, 20),
    features([rate = 1, place = 0], x, out) {
      out[0] = x;
      out[1] = Math.tanh(rate * (x - place));
    },
  },
  {
    name: 'exponential',
    freedom: 3,
    width: 2,
    starts: (low, high) => [-8, -4, -2, -1, 1, 2, 4, 8].map((rate) => [rate / (high - low)]),
    features([rate = 1], x, out) {
      out[0] = x;
      out[1] = Math.exp(rate * x);
    },
  },
  {
    name: 'hinge',
    freedom: 4,
    width: 2,
    starts: places(6, 25),
    features([rate = 1, place = 0], x, out) {
      const t = rate * (x - place);
      out[0] = x;
      out[1] = (Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)))) / rate;
    },
  },
  {
    name: 'bump',
    freedom: 4,
    width: 2,
    starts: places(3, 8),
    features([rate = 1, place = 0], x, out) {
      out[0] = x;
      out[1] = Math.exp(-0.5 * (rate * (x - place)) ** 2);
    },
  },
];

/** Points that stand for rows: neighbours put together, so that a shape costs the same however many rows there are. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

/** Rows as points: a bin ends where it holds 1/100 of the rows or is 1/100 of the range wide. */
export function pointsOf(x: Float64Array, y: Float64Array, order: Int32Array): Points {
  const n = x.length;
  const [low, high] = [x[order[0] as number] as number, x[order[n - 1] as number] as number];
  const [most, widest] = [Math.max(1, n / 150), (high - low) / 150];
  const points: [number[], number[], number[]] = [[], [], []];
  for (let from = 0; from < n; ) {
    const begin = x[order[from] as number] as number;
    let [sx, sy, to] = [0, 0, from];
    while (to < n && to - from < most && (x[order[to] as number] as number) - begin <= widest) {
      const r = order[to++] as number;
      sx += x[r] as number;
      sy += y[r] as number;
    }
    const m = to - from;
    points[0].push(sx / m);
    points[1].push(sy / m);
    points[2].push(m);
    from = to;
  }
  const [px, py, weight] = points.map((values) => Float64Array.from(values)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return { x: px, y: py, weight };
}

/** Each family at its best, by least squares over a grid of starts and a pattern search from the best of them. */
export function fittedShapes(points: Points, low: number, high: number): Shape[] {
  return families.map((family) => {
    let best: readonly number[] = [];
    let squares = Number.POSITIVE_INFINITY;
    for (const start of family.starts(low, high)) {
      const found = squaresOf(points, { family, inside: start });
      if (found < squares) [best, squares] = [start, found];
    }
    return refined(points, { family, inside: best }, low, high);
  });
}

/** A shape with its inner parameters moved to where the points want them. */
export function refined(points: Points, { family, inside }: Shape, low: number, high: number): Shape {
  let best = inside;
  let squares = squaresOf(points, { family, inside });
  const steps = best.map((value, k) => (k === 0 ? 0.1 * Math.abs(value) : (high - low) / 20));
  const least = best.map((value, k) => 2e-3 * (k === 0 ? Math.abs(value) : (high - low) / 8));
  for (let round = 0; round < 60 && steps.some((step, k) => step > (least[k] as number)); round++) {
    for (let k = 0; k < best.length; k++) {
      const step = steps[k] as number;
      const at = (side: number): number[] => best.map((value, i) => (i === k ? value + side * step : value));
      const found = [at(1), at(-1)].find((inside) => {
        const value = squaresOf(points, { family, inside });
        if (!(value < squares)) return false;
        squares = value;
        return true;
      });
      if (found === undefined) steps[k] = step / 3;
      else {
        best = found;
        steps[k] = 1.5 * step;
      }
    }
  }
  return { family, inside: best };
}

const gram = new Float64Array(25);
const cross = new Float64Array(5);

const row = new Float64Array(3);

/** Σ weight · residual² of a regression on a shape and a constant, or on a straight line. */
export function squaresOf({ x, y, weight }: Points, shape?: Shape): number {
  const p = 1 + (shape?.family.width ?? 1);
  gram.fill(0);
  cross.fill(0);
  let total = 0;
  for (let r = 0; r < x.length; r++) {
    if (shape === undefined) row[0] = x[r] as number;
    else shape.family.features(shape.inside, x[r] as number, row);
    const w = weight[r] as number;
    const v = y[r] as number;
    total += w * v * v;
    for (let i = 0; i < p; i++) {
      const a = w * (i === 0 ? 1 : (row[i - 1] as number));
      cross[i] = (cross[i] as number) + a * v;
      gram[5 * i] = (gram[5 * i] as number) + a;
      for (let k = 1; k <= i; k++) gram[5 * i + k] = (gram[5 * i + k] as number) + a * (row[k - 1] as number);
    }
  }
  // Cholesky, with forward substitution of the right-hand side: what it explains is |L⁻¹Z′y|²
  for (let j = 0; j < p; j++) {
    const before = gram[6 * j] as number;
    let [pivot, right] = [before, cross[j] as number];
    for (let k = 0; k < j; k++) {
      const value = gram[5 * j + k] as number;
      pivot -= value * value;
      right -= value * (cross[k] as number);
    }
    const isDead = !(pivot > 1e-10 * before);
    const diagonal = isDead ? 1 : Math.sqrt(pivot);
    cross[j] = isDead ? 0 : right / diagonal;
    total -= (cross[j] as number) ** 2;
    for (let i = j + 1; i < p; i++) {
      let value = gram[5 * i + j] as number;
      for (let k = 0; k < j; k++) value -= (gram[5 * i + k] as number) * (gram[5 * j + k] as number);
      gram[5 * i + j] = isDead ? 0 : value / diagonal;
    }
  }
  return Number.isFinite(total) ? Math.max(0, total) : Number.POSITIVE_INFINITY;
}
