/** Loss of every block at a point, and the gradient of their sum. Blocks that are not active may be left out. */
export type BlockLoss = (
  x: Float64Array,
  active: Uint8Array,
) => { readonly losses: ArrayLike<number>; readonly gradient: ArrayLike<number> };

/** A block of parameters that a loss of its own depends on, and no other does. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** How one block ended, or goes on. */
export type BlockStatus = 'running' | 'converged' | 'stuck' | 'off';

interface Search {
  status: BlockStatus;
  /** accepted point's loss */
  loss: number;
  readonly x: Float64Array;
  readonly gradient: Float64Array;
  readonly direction: Float64Array;
  slope: number;
  step: number;
  trials: number;
  small: number;
  readonly steps: Float64Array[];
  readonly changes: Float64Array[];
  readonly rho: number[];
}

/**
 * L-BFGS on many independent blocks at once: every call of the loss moves all blocks that are still running, so a
 * function that computes them together is called as often as the slowest block needs, not as often as all need.
 *
 * Armijo's rule with quadratic interpolation; a pair of bad curvature is not remembered. A block has converged when its
 * gradient or its improvement vanishes.
 *
 * @see Nocedal and Wright (2006), Numerical Optimization, algorithms 7.4 and 3.1
 */
export interface BlockLbfgs {
  /** the accepted point of all blocks */
  readonly x: Float64Array;
  status(block: number): BlockStatus;
  loss(block: number): number;
  /** One evaluation. Returns the blocks that accepted a point. */
  step(): number[];
  stop(block: number): void;
  running(): boolean;
}

const memory = 10;

export function blockLbfgs(
  start: Float64Array,
  blocks: readonly (Block | undefined)[],
  loss: BlockLoss,
  {
    tolerance = 1e-6,
    improvement = 1e-7,
    resolution = 1e-14,
  }: { readonly tolerance?: number; readonly improvement?: number; readonly resolution?: number } = {},
): BlockLbfgs {
  const x = start.slice();
  const trial = start.slice();
  const active = new Uint8Array(blocks.length);
  const searches = blocks.map((block): Search => {
    const size = block === undefined ? 0 : block.to - block.from;
    return {
      status: size === 0 ? 'off' : 'running',
      loss: Number.POSITIVE_INFINITY,
      x: start.slice(block?.from ?? 0, block?.to ?? 0),
      gradient: new Float64Array(size),
      direction: new Float64Array(size),
      slope: 0,
      step: 0,
      trials: 0,
      small: 0,
      steps: [],
      changes: [],
      rho: [],
    };
  });
  let first = true;

  function refreshActive(): void {
    for (const [b, { status }] of searches.entries()) active[b] = status === 'running' ? 1 : 0;
  }

  function end(b: number, status: BlockStatus): void {
    const search = searches[b] as Search;
    search.status = status;
    trial.set(search.x, (blocks[b] as Block).from);
  }

  /** Turns to a new direction from the accepted point and writes the first trial along it. */
  function aim(b: number): void {
    const search = searches[b] as Search;
    const { direction, gradient } = search;
    twoLoop(search);
    search.slope = dot(direction, gradient);
    if (!(search.slope < 0)) {
      search.steps.length = 0;
      search.changes.length = 0;
      search.rho.length = 0;
      for (let i = 0; i < gradient.length; i++) direction[i] = -(gradient[i] as number);
      search.slope = -dot(gradient, gradient);
    }
    search.step = search.steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-search.slope)) : 1;
    search.trials = 0;
    place(b);
  }

  function place(b: number): void {
    const { from } = blocks[b] as Block;
    const { x: own, direction, step } = searches[b] as Search;
    for (let i = 0; i < own.length; i++)
      trial[from + i] = (own[i] as number) + step * (direction[i] as number);
  }

  function accept(b: number, value: number, gradient: ArrayLike<number>): void {
    const { from } = blocks[b] as Block;
    const search = searches[b] as Search;
    const size = search.x.length;
    const s = new Float64Array(size);
    const y = new Float64Array(size);
    let largest = 0;
    for (let i = 0; i < size; i++) {
      s[i] = (trial[from + i] as number) - (search.x[i] as number);
      y[i] = (gradient[from + i] as number) - (search.gradient[i] as number);
      search.x[i] = trial[from + i] as number;
      search.gradient[i] = gradient[from + i] as number;
      largest = Math.max(largest, Math.abs(search.gradient[i] as number));
    }
    const curvature = dot(s, y);
    if (curvature > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y))) {
      search.steps.push(s);
      search.changes.push(y);
      search.rho.push(1 / curvature);
      if (search.rho.length > memory) {
        search.steps.shift();
        search.changes.shift();
        search.rho.shift();
      }
    }
    const gain = search.loss - value;
    search.small = gain <= improvement * Math.max(1, Math.abs(value)) ? search.small + 1 : 0;
    search.loss = value;
    x.set(search.x, from);
    if (largest < tolerance || search.small >= 3) end(b, 'converged');
    else aim(b);
  }

  return {
    x,
    status: (b) => (searches[b] as Search).status,
    loss: (b) => (searches[b] as Search).loss,
    running: () => searches.some(({ status }) => status === 'running'),
    stop: (b) => end(b, 'off'),
    step() {
      refreshActive();
      const { losses, gradient } = loss(trial, active);
      const accepted: number[] = [];
      for (const [b, search] of searches.entries()) {
        if (search.status !== 'running') continue;
        const { from } = blocks[b] as Block;
        const value = losses[b] as number;
        if (first) {
          if (!Number.isFinite(value)) {
            end(b, 'stuck');
            continue;
          }
          search.loss = value;
          for (let i = 0; i < search.x.length; i++) search.gradient[i] = gradient[from + i] as number;
          if (search.gradient.every((g) => Math.abs(g) < tolerance)) end(b, 'converged');
          else aim(b);
          accepted.push(b);
          continue;
        }
        if (value <= search.loss + 1e-4 * search.step * search.slope) {
          accept(b, value, gradient);
          accepted.push(b);
          continue;
        }
        search.trials += 1;
        // less to gain than the loss can resolve: this is as far as its precision goes
        const isFlat = -search.step * search.slope < resolution * Math.max(1, Math.abs(search.loss));
        if (isFlat && Number.isFinite(value)) {
          end(b, 'converged');
          continue;
        }
        if (search.trials > 25) {
          end(b, search.steps.length > 0 && search.small > 0 ? 'converged' : 'stuck');
          continue;
        }
        const bend = value - search.loss - search.step * search.slope;
        const guess = Number.isFinite(bend) && bend > 0 ? (-search.slope * search.step ** 2) / (2 * bend) : 0;
        search.step = Math.min(0.5 * search.step, Math.max(0.1 * search.step, guess));
        place(b);
      }
      first = false;
      return accepted;
    },
  };
}

/** direction = −H · gradient with the remembered pairs. */
function twoLoop({ gradient, direction, steps, changes, rho }: Search): void {
  const m = rho.length;
  const alpha = new Float64Array(m);
  direction.set(gradient);
  for (let k = m - 1; k >= 0; k--) {
    const a = (rho[k] as number) * dot(steps[k] as Float64Array, direction);
    alpha[k] = a;
    add(direction, -a, changes[k] as Float64Array);
  }
  if (m > 0) {
    const y = changes[m - 1] as Float64Array;
    const scale = 1 / ((rho[m - 1] as number) * dot(y, y));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  for (let k = 0; k < m; k++) {
    const b = (rho[k] as number) * dot(changes[k] as Float64Array, direction);
    add(direction, (alpha[k] as number) - b, steps[k] as Float64Array);
  }
  for (let i = 0; i < direction.length; i++) direction[i] = -(direction[i] as number);
}

function add(to: Float64Array, factor: number, what: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (what[i] as number);
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}
