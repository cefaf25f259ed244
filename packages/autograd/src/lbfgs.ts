import { InputError } from '@cfe/base';
import { wolfeSearch } from './internal/wolfe-search.ts';

/** A function to minimise: its value and gradient at x. What it returns may be reused by its next call. */
export type Objective = (x: Float64Array) => {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
};

/** When to stop, and how much to remember. */
export interface LbfgsOptions {
  /** stops where no entry of the gradient is larger; default 1e-6 */
  readonly gradientTolerance?: number | undefined;
  /** stops where a step lowers the value by less than this, relative to max(1, |value|); default 1e-12 */
  readonly valueTolerance?: number | undefined;
  /** default 500 */
  readonly maxSteps?: number | undefined;
  /** number of past steps that shape the next; default 10 */
  readonly memory?: number | undefined;
}

/** Where the search is. */
export interface LbfgsState {
  readonly x: Float64Array;
  readonly value: number;
  /** largest |entry| of the gradient at x */
  readonly gradientNorm: number;
  /** steps taken */
  readonly steps: number;
  /** calls of the function */
  readonly evaluations: number;
}

/** Where the search ended, and why. */
export interface LbfgsResult extends LbfgsState {
  readonly status: 'converged' | 'max-steps' | 'diverged';
  /** what a person should read */
  readonly message: string;
}

/**
 * Minimises a smooth function of many variables: limited-memory BFGS with a line search that satisfies the strong
 * Wolfe conditions. Where the function is not finite (outside its domain) the line search comes closer.
 *
 * Runs to the end without a pause; `lbfgsSteps` hands control back after every step.
 *
 * @param f - value and gradient; called with a copy of its own
 * @param start - not written to
 * @returns the best point found; never worse than the start
 * @throws {@link InputError} if the function is not finite at the start, or an option is out of range
 * @see Nocedal and Wright (2006), Numerical Optimization, algorithms 7.4, 7.5, 3.5 and 3.6
 * @example
 * import { lbfgs } from '@cfe/autograd';
 * const valley = ([a, b]: Float64Array) => ({ // Rosenbrock (1960)
 *   value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
 *   gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
 * });
 * const result = lbfgs(valley, [-1.2, 1], { gradientTolerance: 1e-9 });
 * result.status; // → converged
 * result.x; // → [1.00000, 1.00000]
 */
export function lbfgs(f: Objective, start: ArrayLike<number>, options: LbfgsOptions = {}): LbfgsResult {
  const search = lbfgsSteps(f, start, options);
  for (;;) {
    const { done, value } = search.next();
    if (done === true) return value;
  }
}

/**
 * The same search, a step at a time: yields where it is after each, so that the caller can report, let other work
 * run, or stop; returns where it ended.
 *
 * @throws {@link InputError} as `lbfgs`
 * @example
 * import { lbfgsSteps } from '@cfe/autograd';
 * const bowl = (x: Float64Array) => ({ value: x[0] ** 4, gradient: [4 * x[0] ** 3] });
 * for (const { steps, value } of lbfgsSteps(bowl, [3])) if (steps === 5 || value < 1e-3) break;
 */
export function* lbfgsSteps(
  f: Objective,
  start: ArrayLike<number>,
  options: LbfgsOptions = {},
): Generator<LbfgsState, LbfgsResult, void> {
  const { gradientTolerance, valueTolerance, maxSteps, memory } = checked(options);
  const n = start.length;
  let evaluations = 0;
  const at = (x: Float64Array): Point => {
    evaluations += 1;
    const { value, gradient } = f(x.slice());
    return { x, value, gradient: Float64Array.from(gradient) };
  };
  let here = at(Float64Array.from(start));
  if (!Number.isFinite(here.value) || !here.gradient.every(Number.isFinite) || here.gradient.length !== n) {
    throw new InputError(
      'autograd/lbfgs-start',
      `lbfgs: at the start the function is ${here.value} with a gradient of ${here.gradient.length} entries; it must be finite, with a finite gradient of ${n}. Start inside its domain.`,
      { value: here.value, variables: n },
    );
  }
  const pairs: Pair[] = [];
  let steps = 0;
  const state = (): LbfgsState => ({
    x: here.x,
    value: here.value,
    gradientNorm: largest(here.gradient),
    steps,
    evaluations,
  });
  const end = (status: LbfgsResult['status'], message: string): LbfgsResult => ({
    ...state(),
    status,
    message,
  });

  while (largest(here.gradient) > gradientTolerance) {
    if (steps >= maxSteps) return end('max-steps', `Stopped after ${steps} steps, before it had converged.`);
    let direction = newDirection(here.gradient, pairs);
    let slope = dot(direction, here.gradient);
    if (!(slope < 0)) {
      pairs.length = 0;
      direction = here.gradient.map((g) => -g);
      slope = dot(direction, here.gradient);
    }
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    const from = here;
    const along = (t: number): Point => at(from.x.map((x, i) => x + t * (direction[i] as number)));
    const found = wolfeSearch(from, slope, first, along, (point) => dot(direction, point.gradient));
    if (found === undefined) {
      if (pairs.length > 0) {
        pairs.length = 0; // once more from here, straight down
        continue;
      }
      return end(
        'converged',
        'No step along the gradient lowers the value any further: it is as low as rounding allows.',
      );
    }
    steps += 1;
    remember(pairs, from, found, memory);
    here = found;
    yield state();
    if (here.value === -Infinity) return end('diverged', 'The function has no lower bound.');
    if (from.value - here.value <= valueTolerance * Math.max(1, Math.abs(here.value)))
      return end('converged', 'The last step hardly lowered the value.');
  }
  return end('converged', `No entry of the gradient is above ${gradientTolerance}.`);
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** One step s and the change y of the gradient along it. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  /** s · y, positive by the Wolfe conditions */
  readonly curvature: number;
}

function remember(pairs: Pair[], from: Point, to: Point, memory: number): void {
  const s = to.x.map((x, i) => x - (from.x[i] as number));
  const y = to.gradient.map((g, i) => g - (from.gradient[i] as number));
  const curvature = dot(s, y);
  if (!(curvature > 1e-16 * dot(y, y))) return;
  pairs.push({ s, y, curvature });
  if (pairs.length > memory) pairs.shift();
}

/** −H·gradient by the two-loop recursion (algorithm 7.4). */
function newDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const weights = pairs.map(() => 0);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, curvature } = pairs[k] as Pair;
    weights[k] = dot(s, q) / curvature;
    addScaled(q, -(weights[k] as number), y);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.y, last.y);
    for (let i = 0; i < q.length; i++) q[i] = scale * (q[i] as number);
  }
  for (const [k, { s, y, curvature }] of pairs.entries())
    addScaled(q, (weights[k] as number) - dot(y, q) / curvature, s);
  return q;
}

function checked(options: LbfgsOptions): Required<{ [K in keyof LbfgsOptions]: number }> {
  const { gradientTolerance = 1e-6, valueTolerance = 1e-12, maxSteps = 500, memory = 10 } = options;
  const all = { gradientTolerance, valueTolerance, maxSteps, memory };
  for (const [name, value] of Object.entries(all)) {
    const counts = name === 'maxSteps' || name === 'memory';
    if (value >= (name === 'memory' ? 1 : 0) && (!counts || Number.isInteger(value))) continue;
    throw new InputError(
      'autograd/lbfgs-options',
      `lbfgs: ${name} must be a ${counts ? 'whole ' : ''}number ≥ ${name === 'memory' ? 1 : 0}, got ${value}.`,
      { name, value },
    );
  }
  return all;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(a: Float64Array, scale: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + scale * (b[i] as number);
}

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] as number));
  return most;
}
