import {
  createPlan,
  type Executor,
  type Floats,
  initialParameters,
  type MechanismSpec,
  type Plan,
  planLayout,
} from '@cfe/autograd';
import type { Rng } from '@cfe/base';
import type { ExecutorFactory } from '@cfe/network';
import { meansOf } from '../held-out.ts';
import type { TrainingRows } from '../training-rows.ts';
import { type EdgeWeights, edgeWeights, strengthsOf } from './edge-weights.ts';
import { type GatedFitOptions, type GatedState, gatedFit, gatedState } from './gated-fit.ts';

/** What {@link openFit} needs beside what each run of minibatches does. */
export interface OpenFitOptions
  extends Pick<
    GatedFitOptions,
    'epochs' | 'batchSize' | 'learningRate' | 'sparsity' | 'decay' | 'rng' | 'tick'
  > {
  readonly names: readonly string[];
  /** each a mechanism for every variable, of the same sizes: what the likelihood of a variable chooses from */
  readonly families: readonly (readonly MechanismSpec[])[];
  readonly factory: ExecutorFactory;
  readonly acyclicity: 'spectral' | 'log-det';
  /** what the strengths of edges on cycles are compared with; edges below a fifth of it are closed on the way */
  readonly threshold: number;
  /** of weights at the beginning */
  readonly start: Rng;
  /** `[d * d]`: 1 for an edge that is never closed */
  readonly required: Uint8Array;
}

/** A plan of the edges that are left, how strong each of them is, and of which family each mechanism is. */
export interface OpenFit {
  readonly plan: Plan;
  readonly strengths: Float64Array;
  /** `[d]` */
  readonly family: Uint8Array;
}

interface Run {
  readonly plan: Plan;
  readonly weights: EdgeWeights;
  readonly executor: Executor;
  readonly state: GatedState;
}

/**
 * Trains all open edges together. After the first quarter of the epochs each variable goes on with the mechanism that foretells its held-out rows
 * best. After each quarter edges whose strength is next to nothing are closed: the rest goes on in a plan that does not know them, so that
 * they cost nothing any more.
 */
export async function openFit(
  open: Uint8Array,
  data: { readonly train: TrainingRows; readonly test: TrainingRows },
  options: OpenFitOptions,
): Promise<OpenFit> {
  const { names, families, factory, epochs, threshold, required, batchSize } = options;
  const d = names.length;
  const ends = [1, 2, 3, 4].map((quarter) => Math.round((quarter * epochs) / 4));
  const running: Run[] = [];
  const begin = (edges: Uint8Array, mechanism: readonly MechanismSpec[]): Run => {
    const plan = createPlan({ graph: graphOf(names, edges), mechanism, gates: 'edges' });
    const executor = factory(plan);
    const start = initialParameters(plan, { seed: options.start });
    const run = { plan, executor, weights: edgeWeights(plan), state: gatedState(executor, start, batchSize) };
    running.push(run);
    return run;
  };
  const train = ({ plan, executor, weights, state }: Run, quarter: number): Promise<number> =>
    gatedFit(executor, state, weights, data.train, {
      ...options,
      gates: gatesOf(weights),
      part: [quarter === 0 ? 0 : (ends[quarter - 1] as number), ends[quarter] as number],
      // without levels the open edges form cycles
      acyclicity: plan.levels.length > 0 ? undefined : { kind: options.acyclicity, threshold },
    });
  try {
    const firsts = families.map((mechanism) => begin(open, mechanism));
    const family = new Uint8Array(d);
    const lowest = new Float64Array(d).fill(Infinity);
    for (const [f, run] of firsts.entries()) {
      await train(run, 0);
      for (const [j, loss] of heldOutLosses(run, data.test).entries())
        if (loss < (lowest[j] as number)) [lowest[j], family[j]] = [loss, f];
    }
    const mechanism = Array.from(family, (f, j) => families[f]?.[j] as MechanismSpec);
    let edges = open;
    let run = begin(edges, mechanism);
    for (const [j, { from, to }] of planLayout(run.plan).mechanisms.entries())
      eachArray(run, firsts[family[j] as number] as Run, (mine, theirs) => {
        for (let i = from; i < to; i++) mine[i] = theirs[i] as number;
      });
    run.state.optimizer.steps = firsts[0]?.state.optimizer.steps as number;
    for (let quarter = 1; ; quarter++) {
      const { plan, weights, state } = run;
      const strengths = strengthsOf(weights, state.parameters, new Float64Array(weights.to.length));
      if (quarter === 4) return { plan, strengths, family };
      const left = edges.slice();
      for (const [e, strength] of strengths.entries()) {
        const at = (weights.from[e] as number) * d + (weights.to[e] as number);
        if (strength < threshold / 5 && required[at] !== 1) left[at] = 0;
      }
      if (left.some((is, at) => is !== edges[at])) {
        const smaller = begin(left, mechanism);
        eachArray(smaller, run, (mine, theirs) => carry(run, theirs, smaller, mine));
        smaller.state.optimizer.steps = state.optimizer.steps;
        smaller.state.cycleWeight = state.cycleWeight;
        run.executor.dispose();
        [edges, run] = [left, smaller];
      }
      await train(run, quarter);
    }
  } finally {
    for (const { executor } of running) executor.dispose();
  }
}

/** Parameters and what the optimiser remembers of them, of one run beside another's. */
function eachArray(mine: Run, theirs: Run, work: (mine: Floats, theirs: Floats) => void): void {
  work(mine.state.parameters, theirs.state.parameters);
  work(mine.state.optimizer.first, theirs.state.optimizer.first);
  work(mine.state.optimizer.second, theirs.state.optimizer.second);
}

/** Mean held-out loss of each variable with all edges of the plan. */
export function heldOutLosses(
  { executor, weights, state }: Pick<Run, 'executor' | 'weights' | 'state'>,
  test: TrainingRows,
): Float64Array {
  const { rows, values, omit } = test;
  const { parameters } = state;
  const found = executor.logDensity({ rows, parameters, values, omit, gates: gatesOf(weights) });
  return meansOf(
    Float64Array.from(found, (x) => -x),
    test,
  );
}

/** All open. */
export function gatesOf({ to }: EdgeWeights): Float32Array {
  return new Float32Array(to.length).fill(1);
}

/** The edges of `[d * d]` as a plan reads them. */
export function graphOf(
  names: readonly string[],
  edges: Uint8Array,
): Parameters<typeof createPlan>[0]['graph'] {
  const d = names.length;
  const offsets = new Int32Array(d + 1);
  const items: number[] = [];
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < d; i++) if (edges[i * d + j] === 1) items.push(i);
    offsets[j + 1] = items.length;
  }
  return { nodes: names, parents: { offsets, items: Int32Array.from(items) } };
}

interface Laid {
  readonly plan: Plan;
  readonly weights: EdgeWeights;
}

/** Numbers of one plan's parameters, to where they belong in a plan of fewer edges. */
export function carry(before: Laid, from: Floats, after: Laid, to: Floats): void {
  const [old, now] = [before, after].map(({ plan, weights }) => {
    const behindEdges = new Set(weights.items);
    return planLayout(plan).mechanisms.map((mechanism) => {
      const own: number[] = [];
      for (let i = mechanism.from; i < mechanism.to; i++) if (!behindEdges.has(i)) own.push(i);
      return own;
    });
  }) as [number[][], number[][]];
  // a mechanism that has lost all its edges keeps but its output's bias and scale, which come last
  for (const [j, own] of now.entries())
    for (let k = 1; k <= own.length; k++) to[own.at(-k) as number] = from[old[j]?.at(-k) as number] as number;
  const d = before.plan.variables;
  const place = new Map<number, number>();
  for (const [e, i] of before.weights.from.entries()) place.set(i * d + (before.weights.to[e] as number), e);
  for (const [e, i] of after.weights.from.entries()) {
    const source = before.weights.offsets[
      place.get(i * d + (after.weights.to[e] as number)) as number
    ] as number;
    const [first, end] = [after.weights.offsets[e] as number, after.weights.offsets[e + 1] as number];
    for (let k = first; k < end; k++)
      to[after.weights.items[k] as number] = from[
        before.weights.items[source + k - first] as number
      ] as number;
  }
}
