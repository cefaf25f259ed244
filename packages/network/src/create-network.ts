import { createPlan, createReferenceExecutor, initialParameters } from '@cfe/autograd';
import { InputError, rngFrom, type Seed, throwUnknownName, type Variable } from '@cfe/base';
import { createDag, type Dag, edgesOf, type Graph } from '@cfe/graph';
import type { CausalNetwork, ExecutorFactory, NoiseChoice } from './causal-network.ts';
import { buildNetwork } from './internal/build-network.ts';
import { type MechanismChoice, mechanismsFor, specOf } from './mechanism-choice.ts';

/** What {@link createNetwork} takes. */
export interface NetworkOptions {
  /** who causes whom; of what `learnStructure` returns, take `dag` */
  readonly graph: Dag;
  /** kinds, for categorical variables; those not listed are continuous. A table's `variables` serve as they are */
  readonly variables?: readonly Variable[] | undefined;
  /** one for all variables, or by name; default `'mlp'`: one hidden layer of 16 that bends a linear mechanism */
  readonly mechanisms?: MechanismChoice | Readonly<Record<string, MechanismChoice>> | undefined;
  /**
   * where noise is drawn from once the network is fitted: `'empirical'` (default) from the residuals of the fit, `'normal'`
   * from the normal law of the likelihood. Means of nonlinear mechanisms depend on the whole law of the noise above
   * them, and residuals bring skew and tails without being asked
   */
  readonly noise?: NoiseChoice | undefined;
  /** of the initial weights; default 0 */
  readonly seed?: Seed | undefined;
  /** what runs the plan; default the reference executor in float64 */
  readonly executor?: ExecutorFactory | undefined;
}

/**
 * A causal model with a learnable mechanism per variable.
 *
 * Before its first fit it has random weights and standard normal noise, which makes it the untrained floor of a
 * comparison. Fit it with `@cfe/trainer`.
 *
 * @throws {@link UnknownNameError} if a mechanism is given for a variable that the graph has not
 * @throws {@link InputError} if the graph is no DAG or a mechanism does not fit its variable
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createNetwork } from '@cfe/network';
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]), mechanisms: 'linear', seed: 1 });
 * network.sample(3, { do: { x: 2 }, seed: 1 }).column('x'); // → Float64Array [2, 2, 2]
 */
export function createNetwork({
  graph: given,
  variables: kinds = [],
  mechanisms: choices = 'mlp',
  noise = 'empirical',
  seed,
  executor = (plan) => createReferenceExecutor(plan),
}: NetworkOptions): CausalNetwork {
  const graph = directed(given);
  const variables = variablesOf(graph, kinds);
  const mechanisms = mechanismsFor(variables, choices);
  if (noise !== 'empirical' && noise !== 'normal') {
    throw new InputError(
      'network/noise-choice',
      `createNetwork: noise is ${String(noise)}; it must be 'empirical' or 'normal'.`,
    );
  }
  const plan = createPlan({
    graph,
    mechanism: variables.map((variable, j) => specOf(variable, mechanisms[j]!)),
  });
  return buildNetwork(
    { variables, mechanisms, noiseChoice: noise, structure: 'given', executor },
    {
      graph,
      parameters: initialParameters(plan, { seed: rngFrom(seed).fork('network') }),
      scales: variables.map(() => ({ centre: 0, scale: 1 })),
      noise: variables.map(() => ({ kind: 'standard' })),
      fit: [],
      rows: 0,
    },
  );
}

/** The graph itself if it is a DAG; any other graph that has only directed edges is taken for one. */
function directed(graph: Graph): Dag {
  if (graph.kind === 'dag') return graph as Dag;
  const open = edgesOf(graph).find(({ type }) => type !== 'directed');
  if (open === undefined) return createDag(graph.nodes, edgesOf(graph));
  throw new InputError(
    'network/graph-kind',
    `createNetwork: the graph is of kind '${graph.kind}' and holds the ${open.type} edge between ${JSON.stringify(open.from)} and ${JSON.stringify(open.to)}, so it does not say who causes whom. Take 'dag' of what learnStructure returned, or a member of the class by extendToDag.`,
    { kind: graph.kind, edge: open },
  );
}

function variablesOf(graph: Dag, kinds: readonly Variable[]): Variable[] {
  const byName = new Map(kinds.map((variable) => [variable.name, variable]));
  for (const { name, ...variable } of kinds) {
    if (!graph.nodes.includes(name))
      throwUnknownName('createNetwork', 'node of the graph', name, graph.nodes);
    if (variable.kind === 'categorical' && new Set(variable.levels).size !== variable.levels.length) {
      throw new InputError('network/levels', `createNetwork: ${JSON.stringify(name)} lists a level twice.`, {
        variable: name,
      });
    }
  }
  return graph.nodes.map((name) => byName.get(name) ?? { name, kind: 'continuous' });
}
