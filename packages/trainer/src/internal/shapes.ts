/** A curve of one variable with a few parameters. */
export interface Shape {
  readonly family: Family;
  /** parameters inside, such as a wave's frequency */
  readonly inside: readonly number[];
}

/** What shapes of one kind have in common: a straight line and one or two bends beside it. */
export interface Family {
  readonly name: string;
  /** coefficients and parameters inside, beside the constant */
  readonly freedom: number;
  readonly bends: 1 | 2;
  /** parameters to begin at, given the ends of the data; the first is a rate, the second a place */
  readonly starts: (low: number, high: number) => readonly (readonly number[])[];
  /** writes the bends at x, `[bends][points]` */
  readonly draw: (
    inside: readonly number[],
    x: Float64Array,
    first: Float64Array,
    second: Float64Array,
  ) => void;
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

/** Shapes that curves in models have. */
export const families: readonly Family[] = [
  {
    name: 'square',
    freedom: 2,
    bends: 1,
    starts: () => [[]],
    draw(_, x, square) {
      for (let r = 0; r < x.length; r++) square[r] = (x[r] as number) ** 2;
    },
  },
  {
    name: 'cube',
    freedom: 3,
    bends: 2,
    starts: () => [[]],
    draw(_, x, square, cube) {
      for (let r = 0; r < x.length; r++) {
        square[r] = (x[r] as number) ** 2;
        cube[r] = (square[r] as number) * (x[r] as number);
      }
    },
  },
  {
    name: 'wave',
    freedom: 4,
    bends: 2,
    starts: turns,
    draw([rate = 1], x, sine, cosine) {
      for (let r = 0; r < x.length; r++) {
        sine[r] = Math.sin(rate * (x[r] as number));
        cosine[r] = Math.cos(rate * (x[r] as number));
      }
    },
  },
  {
    name: 'odd wave',
    freedom: 3,
    bends: 1,
    starts: turns,
    draw([rate = 1], x, sine) {
      for (let r = 0; r < x.length; r++) sine[r] = Math.sin(rate * (x[r] as number));
    },
  },
  {
    name: 'step',
    freedom: 4,
    bends: 1,
    starts: places(1.5, 4, 10, 20),
    draw([rate = 1, place = 0], x, step) {
      // tanh, from the exponential, which is a third of its price
      for (let r = 0; r < x.length; r++)
        step[r] = 1 - 2 / (1 + Math.exp(2 * rate * ((x[r] as number) - place)));
    },
  },
  {
    name: 'exponential',
    freedom: 3,
    bends: 1,
    starts: (low, high) => [-8, -4, -2, -1, 1, 2, 4, 8].map((rate) => [rate / (high - low)]),
    draw([rate = 1], x, growth) {
      for (let r = 0; r < x.length; r++) growth[r] = Math.exp(rate * (x[r] as number));
    },
  },
  {
    name: 'hinge',
    freedom: 4,
    bends: 1,
    starts: places(6, 25),
    draw([rate = 1, place = 0], x, hinge) {
      for (let r = 0; r < x.length; r++) {
        const t = rate * ((x[r] as number) - place);
        hinge[r] = (Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)))) / rate;
      }
    },
  },
  {
    name: 'bump',
    freedom: 4,
    bends: 1,
    starts: places(3, 8),
    draw([rate = 1, place = 0], x, bump) {
      for (let r = 0; r < x.length; r++) {
        const t = rate * ((x[r] as number) - place);
        bump[r] = Math.exp(-0.5 * t * t);
      }
    },
  },
];

/** A shape's bends at x, `[bends][points]`. */
export function bendsOf({ family, inside }: Shape, x: Float64Array): Float64Array[] {
  const made = Array.from({ length: family.bends }, () => new Float64Array(x.length));
  family.draw(inside, x, made[0] as Float64Array, made[family.bends - 1] as Float64Array);
  return made;
}

/** The weighted sum of a shape's bends, as a function of x. */
export function bendAt({ family, inside }: Shape, weights: Float64Array): (x: number) => number {
  const [at, a, b] = [new Float64Array(1), new Float64Array(1), new Float64Array(1)];
  return (x) => {
    at[0] = x;
    family.draw(inside, at, a, b);
    return (weights[0] as number) * (a[0] as number) + (weights[1] ?? 0) * (b[0] as number);
  };
}
