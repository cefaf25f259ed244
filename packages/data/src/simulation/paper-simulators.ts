import { InputError, type Seed } from '@cfe/base';
import type { Distribution } from '@cfe/scm';
import type { NamedMechanism } from './named-mechanisms.ts';
import { type Simulation, simulate } from './simulate.ts';
import type { SimulatorSpec, SimulatorVariable } from './simulator-model.ts';

/**
 * Data as in the SDCD paper: a uniformly random DAG with exactly `edgesPerNode · nodes` edges; networks of 100 sigmoid
 * units without biases on standardised inputs, weights ±U(0.5, 2); noise N(0, 0.5²); hard interventions
 * x_t ~ N(0, 0.1²); 10,000 observational rows and 500 for each target. Standardise all columns before learning.
 *
 * @param options.fraction - share of variables intervened on, 0 … 1, default 1
 * @param options.rows - observational rows, default 10,000; `options.perTarget` for each target, default 500
 * @see Nazaret, Hong, Azizi and Blei (2024), Stable differentiable causal discovery, arXiv 2311.10263
 * @example
 * import { simulateSdcd } from '@cfe/data';
 * const { graph, table } = simulateSdcd({ nodes: 10, edgesPerNode: 2, rows: 100, perTarget: 5, seed: 1 });
 * [graph.children.items.length, table.rows]; // → [20, 150]
 */
export function simulateSdcd(options: {
  readonly nodes: number;
  readonly edgesPerNode: number;
  readonly fraction?: number;
  readonly rows?: number;
  readonly perTarget?: number;
  readonly seed?: Seed;
}): Simulation {
  const { nodes, edgesPerNode, fraction = 1, rows = 10_000, perTarget = 500, seed } = options;
  const mostEdges = (nodes * (nodes - 1)) / 2;
  return simulate({
    nodes,
    edges: Math.min(Math.round(edgesPerNode * nodes), mostEdges),
    mechanism: 'mlp',
    network: {
      hidden: 100,
      activation: 'sigmoid',
      weights: [0.5, 2],
      biases: 'none',
      output: 'raw',
      inputs: 'standardised',
    },
    noiseScale: 0.5,
    rows,
    ...(fraction > 0
      ? { interventions: { targets: fraction, rows: perTarget, law: { kind: 'normal', mean: 0, sd: 0.1 } } }
      : {}),
    seed,
  });
}

/**
 * Data as in the DCDI paper (perfect interventions, known targets): an Erdős–Rényi DAG with `edgesPerNode` expected edges
 * per node; noise 0.4 · N(0, σ²) with σ² ~ U(1, 2) for each variable; x_t ~ N(2, 1) for each single target; `rows` rows
 * shared alike by all targets and the observational regime.
 *
 * - `linear`: weights ±U(0.25, 1)
 * - `additive`: a network of 10 leaky ReLU units, weights N(0, 1), noise added
 * - `non-additive`: a network of 20 tanh units, weights N(0, 1), the noise one of its inputs
 *
 * Variables without parents are N(0, σ²) with σ² ~ U(1, 2).
 *
 * @param options.rows - in all, default 10,000
 * @see Brouillard, Lachapelle, Lacoste, Lacoste-Julien and Drouin (2020), Differentiable causal discovery from
 * interventional data, appendix B
 * @example
 * import { simulateDcdi } from '@cfe/data';
 * const { table } = simulateDcdi({ nodes: 10, edgesPerNode: 1, mechanism: 'additive', rows: 1100, seed: 1 });
 * table.regimes?.list.length; // → 11
 */
export function simulateDcdi(options: {
  readonly nodes: number;
  readonly edgesPerNode: number;
  readonly mechanism: 'linear' | 'additive' | 'non-additive';
  readonly rows?: number;
  readonly seed?: Seed;
}): Simulation {
  const { nodes, edgesPerNode, mechanism, rows = 10_000, seed } = options;
  const each = Math.floor(rows / (nodes + 1));
  const raw = { output: 'raw', inputs: 'raw', weights: 1, biases: 'fan-in' } as const;
  return simulate({
    nodes,
    degree: 2 * edgesPerNode,
    weights: [0.25, 1],
    noiseScale: [0.4, 0.4 * Math.SQRT2],
    rootNoiseScale: [1, Math.SQRT2],
    rows: rows - nodes * each,
    interventions: { rows: each, law: { kind: 'normal', mean: 2, sd: 1 } },
    seed,
    ...(mechanism === 'linear'
      ? { mechanism: 'linear' }
      : mechanism === 'additive'
        ? { mechanism: 'mlp', network: { ...raw, hidden: 10, activation: 'leaky-relu' } }
        : { mechanism: 'noisy-mlp', network: { ...raw, hidden: 20, activation: 'tanh' } }),
  });
}

/** A model of the literature, by name. */
export type NamedSimulator =
  | 'chain-3'
  | 'chain-3-nonlinear'
  | 'chain-4'
  | 'chain-5'
  | 'collider'
  | 'fork'
  | 'fork-nonlinear'
  | 'triangle'
  | 'triangle-nonlinear'
  | 'diamond-nonlinear'
  | 'simpson-nonlinear'
  | 'simpson-symprod'
  | 'large-backdoor'
  | 'twin-plus'
  | 'twin-sign';

const normal: Distribution = { kind: 'normal', mean: 0, sd: 1 };

function linear(
  name: string,
  weights: Readonly<Record<string, number>>,
  sd = 1,
  offset = 0,
): SimulatorVariable {
  return {
    name,
    parents: Object.keys(weights),
    mechanism: { kind: 'additive', location: { kind: 'linear', weights: Object.values(weights), offset } },
    noise: { kind: 'normal', mean: 0, sd },
  };
}

function named(
  name: string,
  parents: readonly string[],
  mechanism: NamedMechanism,
  noise = normal,
): SimulatorVariable {
  return { name, parents, mechanism: { kind: 'named', name: mechanism }, noise };
}

const root = linear('x1', {});
const unit: Distribution = { kind: 'uniform', low: 1e-6, high: 1 };

// A noise that enters with a minus sign has the same law as one with a plus, being normal; so signs are left out.
const models: Readonly<Record<NamedSimulator, readonly SimulatorVariable[]>> = {
  'chain-3': [root, linear('x2', { x1: 10 }), linear('x3', { x2: 0.25 }, 2)],
  'chain-3-nonlinear': [
    root,
    named('x2', ['x1'], 'causal-nf/chain/x2'),
    named('x3', ['x2'], 'causal-nf/chain/x3'),
  ],
  'chain-4': [root, linear('x2', { x1: 5 }), linear('x3', { x2: -0.5 }, 1.5), linear('x4', { x3: 1 })],
  'chain-5': [
    root,
    linear('x2', { x1: 10 }),
    linear('x3', { x2: 0.25 }, 2),
    linear('x4', { x3: 1 }),
    linear('x5', { x4: -1 }),
  ],
  collider: [root, linear('x2', {}, 1, 2), linear('x3', { x1: -0.5, x2: 0.25 }, 0.5)],
  fork: [
    root,
    linear('x2', {}, 1, 2),
    linear('x3', { x1: -1.5, x2: 0.25 }, 0.5),
    linear('x4', { x3: 1 }, 0.25),
  ],
  'fork-nonlinear': [
    root,
    linear('x2', {}),
    named('x3', ['x1', 'x2'], 'causal-nf/fork/x3'),
    named('x4', ['x3'], 'causal-nf/fork/x4'),
  ],
  triangle: [linear('x1', {}, 1, 1), linear('x2', { x1: 10 }), linear('x3', { x1: 1, x2: 0.5 })],
  'triangle-nonlinear': [
    root,
    named('x2', ['x1'], 'causal-nf/triangle/x2'),
    named('x3', ['x1', 'x2'], 'causal-nf/triangle/x3'),
  ],
  'diamond-nonlinear': [
    root,
    named('x2', ['x1'], 'causal-nf/diamond/x2'),
    named('x3', ['x1', 'x2'], 'causal-nf/diamond/x3'),
    named('x4', ['x2', 'x3'], 'causal-nf/diamond/x4'),
  ],
  'simpson-nonlinear': [
    root,
    named('x2', ['x1'], 'causal-nf/simpson/x2'),
    named('x3', ['x1', 'x2'], 'causal-nf/simpson/x3'),
    named('x4', ['x3'], 'causal-nf/simpson/x4'),
  ],
  'simpson-symprod': [
    root,
    named('x2', ['x1'], 'causal-nf/symprod/x2'),
    named('x3', ['x1', 'x2'], 'causal-nf/symprod/x3'),
    named('x4', ['x1'], 'causal-nf/symprod/x4'),
  ],
  'large-backdoor': [
    named('x1', [], 'causal-nf/backdoor/x1', unit),
    named('x2', ['x1'], 'causal-nf/backdoor/x2', unit),
    named('x3', ['x1'], 'causal-nf/backdoor/layer', unit),
    named('x4', ['x2'], 'causal-nf/backdoor/layer', unit),
    named('x5', ['x3'], 'causal-nf/backdoor/layer', unit),
    named('x6', ['x4'], 'causal-nf/backdoor/layer', unit),
    named('x7', ['x5'], 'causal-nf/backdoor/layer', unit),
    named('x8', ['x6'], 'causal-nf/backdoor/x8', unit),
    named('x9', ['x7', 'x8'], 'causal-nf/backdoor/x9', unit),
  ],
  'twin-plus': [linear('x', {}), named('y', ['x'], 'twin/plus')],
  'twin-sign': [linear('x', {}), named('y', ['x'], 'twin/sign')],
};

/**
 * The names that {@link namedSimulator} knows.
 *
 * @example
 * import { namedSimulators } from '@cfe/data';
 * namedSimulators.includes('twin-sign'); // → true
 */
export const namedSimulators: readonly NamedSimulator[] = Object.keys(models) as NamedSimulator[];

/**
 * A model of the literature as a simulator, for `simulate({ simulator })`: those of the causal-NF benchmark, and the twins
 * y = x + u and y = x + u · sign x, which no observation or experiment tells apart and whose counterfactuals differ.
 *
 * @throws {@link InputError} if there is none of that name
 * @see Javaloy, Sánchez-Martín and Valera (2023), Causal normalizing flows: from theory to practice
 * @example
 * import { namedSimulator, simulate } from '@cfe/data';
 * simulate({ simulator: namedSimulator('large-backdoor'), rows: 10, seed: 1 }).graph.nodes.length; // → 9
 */
export function namedSimulator(name: NamedSimulator): SimulatorSpec {
  if (!Object.hasOwn(models, name)) {
    throw new InputError(
      'data/named-simulator',
      `namedSimulator: there is no ${JSON.stringify(name)}. Known: ${namedSimulators.join(', ')}.`,
      { name },
    );
  }
  return { kind: 'simulator', variables: models[name] };
}
