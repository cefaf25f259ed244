import { InputError } from '@cfe/base';
import { createDag, type Dag } from '@cfe/graph';
import { drawSimulator } from './draw-simulator.ts';
import { type SimulateOptions, type Simulation, simulate } from './simulate.ts';
import type { SimulatorSpec, SimulatorVariable } from './simulator-model.ts';

/** The five classic graphs, the outcome `y` included. */
export type ClassicGraph = 'chain' | 'fork' | 'v-structure' | 'confounder' | 'complex';

const edges: Readonly<Record<ClassicGraph, readonly (readonly [string, string])[]>> = {
  chain: [
    ['x1', 'x2'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  fork: [
    ['x1', 'x2'],
    ['x1', 'x3'],
    ['x1', 'y'],
  ],
  'v-structure': [
    ['x1', 'x3'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  confounder: [
    ['x1', 'x2'],
    ['x1', 'y'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  complex: [
    ['x1', 'x2'],
    ['x1', 'x3'],
    ['x2', 'x4'],
    ['x3', 'x4'],
    ['x4', 'x5'],
    ['x1', 'y'],
    ['x5', 'y'],
  ],
};

/** Weights of the research prototype's sets, by edge; exogenous variables have unit variance, the others noise 0.3. */
const prototypeWeights: Readonly<Record<ClassicGraph, readonly (readonly [string, string, number])[]>> = {
  chain: [
    ['x1', 'x2', 0.8],
    ['x2', 'x3', 0.6],
    ['x3', 'y', 0.5],
  ],
  fork: diamond(0.7, 0.5, 0.4, 0.3),
  'v-structure': [
    ['x1', 'x3', 0.6],
    ['x2', 'x3', 0.5],
    ['x3', 'y', 0.7],
  ],
  confounder: diamond(0.8, 0.6, 0.5, 0.4),
  complex: diamond(0.8, 0.6, 0.5, 0.4),
};

function diamond(a: number, b: number, c: number, e: number): readonly (readonly [string, string, number])[] {
  return [
    ['x1', 'x2', a],
    ['x1', 'x3', b],
    ['x2', 'y', c],
    ['x3', 'y', e],
  ];
}

/**
 * One of the five classic graphs, over x1, x2, … and y.
 *
 * @example
 * import { edgesOf } from '@cfe/graph';
 * import { classicGraph } from '@cfe/data';
 * edgesOf(classicGraph('fork')).map(({ from, to }) => from + to); // → ['x1x2', 'x1x3', 'x1y']
 */
export function classicGraph(id: ClassicGraph): Dag {
  return createDag(
    id === 'complex' ? ['x1', 'x2', 'x3', 'x4', 'x5', 'y'] : ['x1', 'x2', 'x3', 'y'],
    classicEdges(id),
  );
}

function classicEdges(id: ClassicGraph): readonly (readonly [string, string])[] {
  if (Object.hasOwn(edges, id)) return edges[id];
  throw new InputError(
    'data/classic-graph',
    `classicGraph: there is no ${JSON.stringify(id)}. Known: ${Object.keys(edges).join(', ')}.`,
    {
      id,
    },
  );
}

/** Which classic data to simulate. */
export interface ClassicOptions
  extends Pick<
    SimulateOptions,
    'rows' | 'interventions' | 'regimes' | 'hidden' | 'columns' | 'seed' | 'weights' | 'noise'
  > {
  /**
   * `'linear'` (default); `'nonlinear'`, where w·x becomes w·(x + ½ sin 2x); `'prototype'`, the fixed weights of the
   * research prototype, whose fork, confounder and complex are all one diamond
   */
  readonly twin?: 'linear' | 'nonlinear' | 'prototype' | undefined;
  /** standard deviation of all noise, default 1 (of the prototype's inner variables 0.3) */
  readonly noiseScale?: number | undefined;
}

/**
 * Rows of a classic graph: weights ±U(0.5, 1) and unit noise drawn per seed, columns permuted and renamed, 1,000
 * observational rows; `interventions: {}` adds 100 for each do(x_j ~ N(0, 2²)), y included. `nameOf.y` is the outcome.
 *
 * @example
 * import { simulateClassic } from '@cfe/data';
 * const { table, nameOf } = simulateClassic('chain', { interventions: {}, seed: 3 });
 * table.rows; // → 1400
 * table.names.includes(nameOf.y!); // → true
 */
export function simulateClassic(id: ClassicGraph, options: ClassicOptions = {}): Simulation {
  const { twin = 'linear', noiseScale, ...rest } = options;
  if (twin === 'prototype') {
    classicEdges(id);
    return simulate({ ...rest, simulator: prototype(id, noiseScale ?? 0.3) });
  }
  return simulate({
    ...rest,
    graph: classicGraph(id),
    mechanism: twin === 'linear' ? 'linear' : 'wave',
    noiseScale: noiseScale ?? 1,
  });
}

function prototype(id: ClassicGraph, noiseScale: number): SimulatorSpec {
  const variables = ['x1', 'x2', 'x3', 'y'].map((name): SimulatorVariable => {
    const own = prototypeWeights[id].filter(([, to]) => to === name);
    return {
      name,
      parents: own.map(([from]) => from),
      mechanism: {
        kind: 'additive',
        location: { kind: 'linear', weights: own.map(([, , weight]) => weight) },
      },
      noise: { kind: 'normal', mean: 0, sd: own.length === 0 ? 1 : noiseScale },
    };
  });
  return { kind: 'simulator', variables };
}

/**
 * The linear simulator of a classic graph and its nonlinear twin with the same weights and noise, for side-by-side use.
 *
 * @example
 * import { classicTwins } from '@cfe/data';
 * const { linear, nonlinear } = classicTwins('chain', 1);
 * [linear.variables.length, nonlinear.variables.length]; // → [4, 4]
 */
export function classicTwins(
  id: ClassicGraph,
  seed = 0,
): { readonly linear: SimulatorSpec; readonly nonlinear: SimulatorSpec } {
  const linear = drawSimulator({ graph: classicGraph(id), seed });
  const variables = linear.variables.map((variable): SimulatorVariable => {
    const { mechanism } = variable;
    return mechanism.kind === 'additive' && mechanism.location.kind === 'linear'
      ? { ...variable, mechanism: { kind: 'additive', location: { ...mechanism.location, kind: 'wave' } } }
      : variable;
  });
  return { linear, nonlinear: { kind: 'simulator', variables } };
}
