import { InputError, permutation, type Rng, rngFrom, type Seed, standardNormal } from '@cfe/base';
import { type Dag, incident, topologicalOrder } from '@cfe/graph';
import { drawFrom } from '@cfe/scm';
import { meanAndSd } from '../internal/mean-and-sd.ts';
import { buildMechanism, type MechanismSpec } from './mechanism-spec.ts';
import { type NoiseFamily, scaledNoise } from './noise-family.ts';
import type { Activation, ParentFunctionSpec } from './parent-function.ts';
import { type RandomDagOptions, randomDag } from './random-dag.ts';
import type { SimulatorSpec, SimulatorVariable } from './simulator-model.ts';

/**
 * How variables come about from their parents:
 *
 * - `linear`, and its twin `wave`: w·x, and w·(x + ½ sin 2x), for each parent
 * - `mlp`: a random network with one hidden layer; `gp`: a draw from a Gaussian process over all parents;
 *   `additive`: a draw for each parent, added
 * - `location-scale`: `gp` with a spread that depends on the parents too
 * - `multiplicative`: noise times a positive function; `sign-multiplicative`: times a function of any sign, so that the
 *   direction in which noise acts depends on the parents
 * - `noisy-mlp`: a network that reads the noise as one more input: neither monotone nor invertible
 * - `table`: categories with random probabilities
 */
export type MechanismFamily =
  | 'linear'
  | 'wave'
  | 'mlp'
  | 'gp'
  | 'additive'
  | 'location-scale'
  | 'multiplicative'
  | 'sign-multiplicative'
  | 'noisy-mlp'
  | 'table';

/** Which simulator to draw. */
export interface SimulatorOptions extends Partial<Omit<RandomDagOptions, 'seed'>> {
  /** instead of a random one */
  readonly graph?: Dag | undefined;
  /** default `'linear'` */
  readonly mechanism?: MechanismFamily | undefined;
  /** absolute values of linear weights, the sign random; default [0.5, 1] */
  readonly weights?: readonly [low: number, high: number] | undefined;
  /** default `'gaussian'` */
  readonly noise?: NoiseFamily | undefined;
  /** the noise's standard deviation, or a range, within which each variable's variance is uniform; default 1 */
  readonly noiseScale?: number | readonly [low: number, high: number] | undefined;
  /** the same for variables without parents; default: as the others */
  readonly rootNoiseScale?: number | readonly [low: number, high: number] | undefined;
  /** levels of categories, default 3 */
  readonly levels?: number | undefined;
  /**
   * `'unit'` gives every variable unit variance (to a few percent), while it is built and not afterwards, so that neither
   * variances nor the shares that parents explain grow along the order; default `'raw'`
   */
  readonly scale?: 'raw' | 'unit' | undefined;
  /** of the network families; defaults 100 units, tanh, weights ±[0.5, 2] and biases */
  readonly network?: Partial<NetworkShape> | undefined;
  readonly seed?: Seed | undefined;
}

/** The random networks of a simulator. */
export interface NetworkShape {
  readonly hidden: number;
  readonly activation: Activation;
  /** absolute values drawn from a range, or normal with this standard deviation */
  readonly weights: readonly [low: number, high: number] | number;
  readonly biases: 'none' | 'weights' | 'fan-in';
  /** `'unit'`: outputs of variance 1; `'raw'`: as they come */
  readonly output: 'unit' | 'raw';
  /** whether inputs are standardised */
  readonly inputs: 'standardised' | 'raw';
}

const networkDefaults: NetworkShape = {
  hidden: 100,
  activation: 'tanh',
  weights: [0.5, 2],
  biases: 'weights',
  output: 'unit',
  inputs: 'standardised',
};

/** Rows on which inputs are centred and outputs scaled. */
const pilotRows = 2000;
/** Cosines that stand for a draw from a Gaussian process. */
const features = 64;

/**
 * Draws a simulator: a graph, and for each variable a mechanism and a noise law. What random functions need to be centred
 * and scaled is measured once, on a pilot sample, and becomes part of the simulator.
 *
 * @throws {@link InputError} if an option is impossible
 * @example
 * import { drawSimulator } from '@cfe/data';
 * const { variables } = drawSimulator({ nodes: 5, mechanism: 'gp', noise: 'laplace', seed: 1 });
 * variables.map(({ name }) => name); // → ['x1', 'x2', 'x3', 'x4', 'x5']
 */
export function drawSimulator(options: SimulatorOptions): SimulatorSpec {
  const rng = rngFrom(options.seed).fork('simulator');
  const { family, nodes = 10, degree, edges, rewiring } = options;
  const graph =
    options.graph ??
    randomDag({
      nodes,
      edges,
      seed: rng.fork('graph'),
      ...(family === undefined ? {} : { family }),
      ...(degree === undefined ? {} : { degree }),
      ...(rewiring === undefined ? {} : { rewiring }),
    });
  if (options.mechanism === 'table') return drawTables(graph, options.levels ?? 3, rng);
  const pilot: Float64Array[] = [];
  const variables: SimulatorVariable[] = [];
  for (const j of topologicalOrder(graph)) {
    const name = graph.nodes[j] as string;
    const parents = Array.from(incident(graph.parents, j));
    const own = rng.fork(`variable ${name}`);
    const inputs = parents.map((k) => pilot[k] as Float64Array);
    const drawn = drawVariable(inputs, options, own);
    variables[j] = { name, parents: parents.map((k) => graph.nodes[k] as string), ...drawn.variable };
    pilot[j] = drawn.values;
  }
  return { kind: 'simulator', variables };
}

const none = new Float64Array(0);

interface Drawn {
  readonly variable: Omit<SimulatorVariable, 'name' | 'parents'>;
  readonly values: Float64Array;
}

function drawVariable(inputs: readonly Float64Array[], options: SimulatorOptions, rng: Rng): Drawn {
  const {
    mechanism: family = 'linear',
    noise: noiseFamily = 'gaussian',
    noiseScale = 1,
    scale = 'raw',
  } = options;
  const spreads = inputs.length === 0 ? (options.rootNoiseScale ?? noiseScale) : noiseScale;
  const sd = typeof spreads === 'number' ? spreads : betweenVariances(spreads, rng.fork('noise scale'));
  const mechanism = drawMechanism(family, inputs, options, sd, rng);
  const attempt = (spec: Exclude<MechanismSpec, { kind: 'table' }>, spread: number): Drawn => {
    const { noise, centre } = scaledNoise(noiseFamily, spread);
    const variable = { mechanism: spec, noise, ...(centre === 0 ? {} : { noiseCentre: centre }) };
    // as they come, linear weights need no pilot sample
    if (scale === 'raw' && (family === 'linear' || family === 'wave')) return { variable, values: none };
    const u = drawFrom(noise, pilotRows, rng.fork('pilot'));
    const { mechanism: built } = buildMechanism(spec, inputs.length, centre, 'drawSimulator');
    return { variable, values: built.evaluate(inputs, u) };
  };
  const raw = attempt(mechanism, sd);
  if (scale === 'raw') return raw;
  const { sd: spread } = meanAndSd(raw.values);
  return mechanism.kind === 'noisy-network'
    ? attempt({ ...mechanism, network: times(mechanism.network, 1 / spread) }, sd)
    : attempt(
        'location' in mechanism
          ? { ...mechanism, location: times(mechanism.location, 1 / spread) }
          : mechanism,
        sd / spread,
      );
}

function drawMechanism(
  family: Exclude<MechanismFamily, 'table'> | 'table',
  inputs: readonly Float64Array[],
  options: SimulatorOptions,
  sd: number,
  rng: Rng,
): Exclude<MechanismSpec, { kind: 'table' }> {
  const shape = { ...networkDefaults, ...options.network };
  const range = options.weights ?? [0.5, 1];
  const weights = (): number[] => inputs.map(() => signed(range, weightRng));
  const weightRng = rng.fork('weights');
  if (family === 'noisy-mlp' && inputs.length > 0) {
    const noise = standardNormal(rng.fork('network noise'), pilotRows).map((z) => z * sd);
    return { kind: 'noisy-network', network: drawNetwork([...inputs, noise], shape, rng.fork('network')) };
  }
  if (inputs.length === 0) return { kind: 'additive', location: { kind: 'linear', weights: [] } };
  switch (family) {
    case 'linear':
    case 'wave':
      return { kind: 'additive', location: { kind: family, weights: weights() } };
    case 'mlp':
      return { kind: 'additive', location: drawNetwork(inputs, shape, rng.fork('network')) };
    case 'gp':
      return { kind: 'additive', location: drawGaussianProcess(inputs, rng.fork('gp')) };
    case 'additive':
      return { kind: 'additive', location: drawAdditive(inputs, rng.fork('additive')) };
    case 'location-scale':
      return {
        kind: 'location-scale',
        location: drawGaussianProcess(inputs, rng.fork('gp')),
        logScale: times(drawGaussianProcess(inputs, rng.fork('scale')), 0.5),
      };
    case 'multiplicative':
      return {
        kind: 'multiplicative',
        logFactor: times(drawGaussianProcess(inputs, rng.fork('factor')), 0.5),
      };
    case 'sign-multiplicative':
      return { kind: 'multiplicative', factor: drawGaussianProcess(inputs, rng.fork('factor')) };
    case 'table':
      throw new InputError('data/mechanism', 'drawSimulator: tables are drawn for all variables at once.');
    default:
      throw new InputError(
        'data/mechanism',
        `drawSimulator: there is no mechanism family ${JSON.stringify(family)}.`,
        {
          mechanism: family,
        },
      );
  }
}

function drawNetwork(inputs: readonly Float64Array[], shape: NetworkShape, rng: Rng): ParentFunctionSpec {
  const { hidden, activation, biases, output } = shape;
  const draw = (): number =>
    typeof shape.weights === 'number' ? shape.weights * rng.normal() : signed(shape.weights, rng);
  const bound = 1 / Math.sqrt(inputs.length);
  const spec: ParentFunctionSpec = {
    kind: 'network',
    activation,
    hidden: Array.from({ length: hidden }, () => inputs.map(draw)),
    output: Array.from({ length: hidden }, draw),
    ...(biases === 'none'
      ? {}
      : {
          biases: Array.from({ length: hidden }, () =>
            biases === 'weights' ? draw() : bound * (2 * rng.uniform() - 1),
          ),
        }),
    ...(shape.inputs === 'standardised' ? { inputs: scalingOf(inputs) } : {}),
  };
  return output === 'unit' ? unit(spec, inputs) : spec;
}

/** Random Fourier features of a squared-exponential kernel, its length scale √p in standardised inputs. */
function drawGaussianProcess(inputs: readonly Float64Array[], rng: Rng): ParentFunctionSpec {
  const p = inputs.length;
  const frequencies = Array.from({ length: features }, () => inputs.map(() => rng.normal() / Math.sqrt(p)));
  return unit({ kind: 'fourier', frequencies, ...waves(features, rng), inputs: scalingOf(inputs) }, inputs);
}

/** A sum of functions of one input each, each from a Gaussian process with length scale 1. */
function drawAdditive(inputs: readonly Float64Array[], rng: Rng): ParentFunctionSpec {
  const each = features / 2;
  const frequencies = inputs.flatMap((_, i) =>
    Array.from({ length: each }, () => {
      const frequency = rng.normal();
      return inputs.map((__, k) => (k === i ? frequency : 0));
    }),
  );
  return unit(
    { kind: 'fourier', frequencies, ...waves(each * inputs.length, rng), inputs: scalingOf(inputs) },
    inputs,
  );
}

function waves(count: number, rng: Rng): { phases: number[]; amplitudes: number[] } {
  return {
    phases: Array.from({ length: count }, () => 2 * Math.PI * rng.uniform()),
    amplitudes: Array.from({ length: count }, () => Math.sqrt(2 / count) * rng.normal()),
  };
}

/** Centred, with variance 1, on the pilot sample. */
function unit(spec: ParentFunctionSpec, inputs: readonly Float64Array[]): ParentFunctionSpec {
  const { mean, sd } = meanAndSd(evaluatePilot(spec, inputs));
  return sd > 0 ? { ...spec, gain: 1 / sd, offset: -mean / sd } : spec;
}

function evaluatePilot(spec: ParentFunctionSpec, inputs: readonly Float64Array[]): Float64Array {
  const { mechanism } = buildMechanism(
    { kind: 'additive', location: spec },
    inputs.length,
    0,
    'drawSimulator',
  );
  return mechanism.evaluate(inputs, new Float64Array(pilotRows));
}

function scalingOf(inputs: readonly Float64Array[]): { centres: number[]; scales: number[] } {
  const moments = inputs.map(meanAndSd);
  return { centres: moments.map(({ mean }) => mean), scales: moments.map(({ sd }) => (sd > 0 ? sd : 1)) };
}

function times(spec: ParentFunctionSpec, factor: number): ParentFunctionSpec {
  return { ...spec, offset: (spec.offset ?? 0) * factor, gain: (spec.gain ?? 1) * factor };
}

function between([low, high]: readonly [number, number], rng: Rng): number {
  return low + (high - low) * rng.uniform();
}

/** The square root of a number between the squares: so that it is the variance that is uniform. */
function betweenVariances([low, high]: readonly [number, number], rng: Rng): number {
  return Math.sqrt(between([low ** 2, high ** 2], rng));
}

function signed(range: readonly [number, number], rng: Rng): number {
  return (rng.uniform() < 0.5 ? -1 : 1) * between(range, rng);
}

/** Cells that a variable's table may have. */
const mostCells = 2 ** 20;

/** Rows of probabilities from a Dirichlet distribution with all parameters ½: some levels likely, some rare. */
function drawTables(graph: Dag, levels: number, rng: Rng): SimulatorSpec {
  if (!(Number.isInteger(levels) && levels >= 2 && levels <= 1000)) {
    throw new InputError(
      'data/levels',
      `drawSimulator: 'levels' must be a whole number from 2 to 1000, got ${levels}.`,
      {
        levels,
      },
    );
  }
  const names = Array.from({ length: levels }, (_, k) => `l${k}`);
  const variables = graph.nodes.map((name, j): SimulatorVariable => {
    const parents = Array.from(incident(graph.parents, j), (k) => graph.nodes[k] as string);
    const configurations = levels ** parents.length;
    if (configurations * levels > mostCells) {
      throw new InputError(
        'data/table-size',
        `drawSimulator: the table of ${JSON.stringify(name)}, with ${parents.length} parents of ${levels} levels, would have ${configurations * levels} cells. Use fewer levels or edges.`,
        { variable: name },
      );
    }
    const own = rng.fork(`table ${name}`);
    const probabilities = Array.from({ length: configurations }, () => {
      const row = Array.from({ length: levels }, () => own.normal() ** 2 + 1e-3);
      const total = row.reduce((sum, p) => sum + p, 0);
      return row.map((p) => p / total);
    });
    return { name, parents, levels: names, mechanism: { kind: 'table', probabilities } };
  });
  return { kind: 'simulator', variables };
}

/** The simulator with its variables renamed and in a random order, so that neither tells anything. */
export function disguise(
  spec: SimulatorSpec,
  rng: Rng,
): { readonly spec: SimulatorSpec; readonly nameOf: Readonly<Record<string, string>> } {
  const order = permutation(rng, spec.variables.length);
  const nameOf = Object.fromEntries(
    Array.from(order, (j, place): [string, string] => [spec.variables[j]?.name as string, `v${place + 1}`]),
  );
  const variables = Array.from(order, (j): SimulatorVariable => {
    const variable = spec.variables[j] as SimulatorVariable;
    return {
      ...variable,
      name: nameOf[variable.name] as string,
      ...(variable.parents && { parents: variable.parents.map((parent) => nameOf[parent] as string) }),
    };
  });
  return { spec: { kind: 'simulator', variables }, nameOf };
}
