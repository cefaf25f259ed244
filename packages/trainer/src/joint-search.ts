import {
  createCpuExecutor,
  createPlan,
  type Executor,
  hardenGates,
  initialParameters,
  type MechanismSpec,
  type Plan,
} from '@cfe/autograd';
import { breather, InputError, type Rng, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import { createDag, type Dag, type EdgeInput, edgesOf, topologicalOrder } from '@cfe/graph';
import type { ExecutorFactory } from '@cfe/network';
import {
  checkKnowledge,
  type LearnOptions,
  learnStructure,
  type StructureMethod,
  type StructureResult,
  type TracePoint,
} from '@cfe/structure';
import { splitRows } from './internal/held-out.ts';
import { edgeWeights } from './internal/joint/edge-weights.ts';
import { allowedByEffects, orderedByEffects } from './internal/joint/effect-order.ts';
import { gatedFit, gatedState } from './internal/joint/gated-fit.ts';
import { gatesOf, graphOf, heldOutLosses, openFit } from './internal/joint/open-fit.ts';
import { pruneEdges } from './internal/joint/prune-edges.ts';
import { scalesOf, type TrainingRows, trainingRows } from './internal/training-rows.ts';

/** Settings of {@link jointSearch}. */
export interface JointSearchOptions {
  /** how variables answer to their parents while the graph is learned; default `'mlp'` */
  readonly mechanisms?: 'mlp' | 'location-scale' | undefined;
  /** units of each mechanism's hidden layer; default 16. Edges are judged by networks of three times as many, from 5,000 rows on */
  readonly hidden?: number | undefined;
  /** passes over the rows of each fit; default 60, and so many steps too with more than 20,000 rows, but no fewer than 20 passes */
  readonly epochs?: number | undefined;
  /** default 256 */
  readonly batchSize?: number | undefined;
  /** highest learning rate of Adam; default 1e-2 */
  readonly learningRate?: number | undefined;
  /** weight of the edges' strengths in the loss; default 0.02 */
  readonly sparsity?: number | undefined;
  /** which function measures cycles; default `'log-det'`, which was right more often (see the benchmarks) */
  readonly acyclicity?: 'spectral' | 'log-det' | undefined;
  /** an edge weaker than this does not come to the pruning; default 0.05 */
  readonly threshold?: number | undefined;
  /** price of a parameter behind an edge, in units of BIC's; default 1 */
  readonly penalty?: number | undefined;
  /**
   * where to begin: `'open'` with all edges that interventions do not contradict, `'order'` with all edges along the order
   * that the discrete search finds, put right where interventions say otherwise. `'both'` (default) tries the two and keeps what foretells
   * held-out rows better
   */
  readonly start?: 'both' | 'open' | 'order' | undefined;
  /** what runs the plan; default plain JavaScript in float32. The WASM executor of `@cfe/backend-wasm` is several times faster */
  readonly executor?: ExecutorFactory | undefined;
}

/** Half the squared weights, in nats: keeps strengths from hiding in later layers. */
const decay = 1e-4;

/** Units that bend and units that break, of which each variable takes those that foretell it better. */
const activations = ['tanh', 'relu'] as const;

type Settings = {
  readonly [Name in Exclude<keyof JointSearchOptions, 'executor'>]-?: NonNullable<JointSearchOptions[Name]>;
};

/**
 * Learns a graph and networks for its mechanisms together: a `StructureMethod` for `learnStructure` and `structureMethod`.
 *
 * Every variable reads every other through weights whose norm is the edge's strength, and all likelihoods are maximised
 * under the teacher, each over the rows in which its variable was not intervened on. Strengths cost (sparsity), and cycles of strengths cost
 * more and more (log-determinant, or spectral radius). What is left is hardened, the weakest edge of a cycle first, and fitted
 * again; then each edge has to show on held-out rows that the child is foretold worse without it. Edges that
 * interventions contradict (those on j clearly move i, and not the other way round) are closed from the start.
 *
 * The result is a DAG. `confidence` of an edge is the normal probability of the clarity with which held-out rows miss it,
 * given the others. Where neither interventions nor the form of the mechanisms tell a direction it is a guess.
 *
 * @throws {@link InputError} (on learning) if a setting is out of range
 * @see Nazaret, Hong, Azizi and Blei (2024), Stable differentiable causal discovery, arXiv 2311.10263; Brouillard et al. (2020),
 * NeurIPS; Lippe, Cohen and Gavves (2022), ICLR
 * @example
 * import { simulateSdcd } from '@cfe/data';
 * import { learnStructure } from '@cfe/structure';
 * import { jointSearch } from '@cfe/trainer';
 * const { table } = simulateSdcd({ nodes: 4, edgesPerNode: 1, rows: 400, perTarget: 50, seed: 1 });
 * const { dag } = await learnStructure(table, { method: jointSearch({ epochs: 2, start: 'open' }), seed: 1 });
 * dag.kind; // → dag
 */
export function jointSearch(options: JointSearchOptions = {}): StructureMethod {
  const { executor = createCpuExecutor, ...given } = options;
  const settings: Omit<Settings, 'epochs'> = {
    mechanisms: given.mechanisms ?? 'mlp',
    hidden: given.hidden ?? 16,
    batchSize: given.batchSize ?? 256,
    learningRate: given.learningRate ?? 1e-2,
    sparsity: given.sparsity ?? 0.02,
    acyclicity: given.acyclicity ?? 'log-det',
    threshold: given.threshold ?? 0.05,
    penalty: given.penalty ?? 1,
    start: given.start ?? 'both',
  };
  checkSettings({ ...settings, epochs: given.epochs ?? 60 });
  return {
    name: 'joint-search',
    options: given,
    learn(table, run) {
      const epochs = given.epochs ?? Math.min(60, Math.max(20, Math.round(1.2e6 / table.rows)));
      return learn(table, { ...settings, epochs }, executor, run);
    },
  };
}

/** What an edge is worth on held-out rows, given the others. */
interface EdgeSaving {
  readonly from: string;
  readonly to: string;
  readonly kept: boolean;
  /** per row */
  readonly nats: number;
}

/** An acyclic graph, and networks on it. */
interface Candidate {
  readonly name: 'open' | 'order';
  readonly plan: Plan;
  readonly parameters: Float64Array;
  /** held-out loss, nats per row, all variables together */
  readonly loss: number;
  readonly hardening: string;
}

/** What pruning left of it. */
interface Found {
  readonly dag: Dag;
  readonly loss: number;
  /** `[d * d]` */
  readonly confidence: Float64Array;
  readonly saves: readonly EdgeSaving[];
}

async function learn(
  table: Table,
  settings: Settings,
  factory: ExecutorFactory,
  run: LearnOptions,
): Promise<StructureResult> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { names } = table;
  const d = names.length;
  const knowledge = checkKnowledge(run.knowledge, names);
  const rng = rngFrom(run.seed).fork('joint-search');
  const familiesOf = (hidden: number): MechanismSpec[][] =>
    activations.map((activation) =>
      table.variables.map((variable) => ({
        hidden: [hidden],
        activation,
        skip: 'linear',
        head:
          variable.kind === 'categorical'
            ? { kind: 'categorical', levels: variable.levels.length }
            : settings.mechanisms === 'mlp'
              ? { kind: 'additive', scale: 'learned' }
              : { kind: 'location-scale' },
      })),
    );
  const scales = scalesOf(table.variables, table);
  const everyone = { parents: { offsets: new Int32Array(d + 1), items: new Int32Array(0) } };
  const all = trainingRows(everyone, table.variables, scales, table);
  const split = splitRows(all, 0.2, rng.fork('held out'));
  const data = { train: split.train, test: split.test ?? split.train };
  const isAllowed = (i: number, j: number): boolean => i !== j && knowledge?.allowed[j * d + i] !== 0;
  const required = Uint8Array.from({ length: d * d }, (_, at) =>
    knowledge?.required[(at % d) * d + Math.floor(at / d)] === 1 ? 1 : 0,
  );
  const breathe = breather(run.signal);
  const trace: TracePoint[] = [];
  const tries: [name: Candidate['name'], open: Uint8Array][] = [];
  if (settings.start !== 'order') {
    const open = allowedByEffects(table);
    tries.push(['open', open.map((is, at) => (is === 1 && isAllowed(Math.floor(at / d), at % d) ? 1 : 0))]);
  }
  if (settings.start !== 'open') {
    const { seed, signal } = run;
    const isWide = d > 12 && table.variables.every(({ kind }) => kind === 'continuous');
    const found = await learnStructure(table, {
      method: isWide ? 'flop' : 'auto',
      knowledge: run.knowledge,
      seed,
      signal,
    });
    if (found.dag !== undefined) tries.push(['order', along(table, found.dag, isAllowed)]);
  }
  const task: Task = {
    names,
    families: familiesOf(settings.hidden),
    // what a small network cannot bend, another parent would help with, so that edges are judged by larger ones
    refit: familiesOf(table.rows < 5000 ? settings.hidden : 3 * settings.hidden),
    settings,
    factory,
    data,
    required,
    rng,
    tick(phase, done, total, value) {
      run.onProgress?.({ phase, done, total, value });
      return breathe();
    },
  };
  const candidates: Candidate[] = [];
  for (const [name, open] of tries) {
    for (let at = 0; at < d * d; at++) if (required[at] === 1) open[at] = 1;
    candidates.push(await hardGraph(name, open, task));
    const score = Math.min(...candidates.map(({ loss }) => loss));
    trace.push({ seconds: seconds(), step: candidates.length, score });
  }
  // pruning costs as much as all before it, so that only the better graph is pruned
  const chosen = candidates.reduce((a, b) => (b.loss < a.loss - 1e-9 ? b : a));
  const best = await pruned(chosen, task);
  trace.push({ seconds: seconds(), step: candidates.length + 1, score: best.loss });
  const confidence = names.map((_, i) => best.confidence.slice(i * d, (i + 1) * d));
  return {
    graph: best.dag,
    dag: best.dag,
    method: 'joint-search',
    score: best.loss,
    confidence,
    trace,
    status: 'converged',
    message: `Found ${edgesOf(best.dag).length} edges, begun from ${chosen.name === 'open' ? 'all edges that interventions leave open' : 'the order of the discrete search and of the interventions’ effects'}. Before pruning: ${chosen.hardening}`,
    details: {
      ...settings,
      heldOutLosses: Object.fromEntries(candidates.map(({ name, loss }) => [name, loss])),
      saves: best.saves,
    },
  };
}

interface Task {
  readonly names: readonly string[];
  readonly families: readonly (readonly MechanismSpec[])[];
  readonly refit: readonly (readonly MechanismSpec[])[];
  readonly settings: Settings;
  readonly factory: ExecutorFactory;
  readonly data: { readonly train: TrainingRows; readonly test: TrainingRows };
  readonly required: Uint8Array;
  readonly rng: Rng;
  readonly tick: (phase: string, done: number, total: number, value: number) => Promise<void> | undefined;
}

/** From a set of open edges to an acyclic graph, and larger networks fitted on that. */
async function hardGraph(name: Candidate['name'], open: Uint8Array, task: Task): Promise<Candidate> {
  const { names, families, settings, factory, data, required, tick } = task;
  const { epochs, batchSize, learningRate, sparsity, threshold, acyclicity } = settings;
  const d = names.length;
  const rng = task.rng.fork(name);
  const perEpoch = Math.max(1, Math.floor(data.train.rows / Math.min(batchSize, data.train.rows)));
  const common = {
    epochs,
    batchSize,
    learningRate: { kind: 'cosine', from: learningRate, to: learningRate / 1000, over: epochs * perEpoch },
    decay,
  } as const;
  const {
    plan: soft,
    strengths,
    family,
  } = await openFit(open, data, {
    ...common,
    names,
    families,
    factory,
    sparsity,
    acyclicity,
    threshold,
    required,
    start: rng.fork('start'),
    rng: rng.fork('soft'),
    tick: (epoch, loss) => tick(`${name}: all edges`, epoch + 1, epochs, loss),
  });
  const isRequired = requiredOf(soft, required);
  const hardened = hardenGates(
    soft,
    strengths.map((s, e) => (isRequired(e) ? 1e6 + s : s)),
    { threshold },
  );
  const kept = new Uint8Array(d * d);
  const { items: from } = soft.parents;
  const to = edgeWeights(soft).to;
  for (const [e, gate] of hardened.gates.entries())
    if (gate === 1) kept[(from[e] as number) * d + (to[e] as number)] = 1;
  const mechanism = Array.from(family, (f, j) => task.refit[f]?.[j] as MechanismSpec);
  const plan = createPlan({ graph: graphOf(names, kept), mechanism, gates: 'edges' });
  const weights = edgeWeights(plan);
  return within(factory(plan), async (executor) => {
    const state = gatedState(executor, initialParameters(plan, { seed: rng.fork('hard') }), batchSize);
    await gatedFit(executor, state, weights, data.train, {
      ...common,
      gates: gatesOf(weights),
      sparsity: 0,
      rng: rng.fork('refit'),
      tick: (epoch, loss) => tick(`${name}: refit`, epoch + 1, epochs, loss),
    });
    const loss = heldOutLosses({ executor, weights, state }, data.test).reduce((sum, x) => sum + x, 0);
    const parameters = Float64Array.from(state.parameters);
    return { name, plan, parameters, loss, hardening: hardened.message };
  });
}

/** Keeps the edges that held-out rows miss. */
async function pruned({ name, plan, parameters }: Candidate, task: Task): Promise<Found> {
  const { names, settings, factory, data, required, tick } = task;
  const d = names.length;
  const weights = edgeWeights(plan);
  const isRequired = requiredOf(plan, required);
  const rows = data.train.rows + data.test.rows;
  const price = Float64Array.from(weights.to, (_, e) => {
    const count = (weights.offsets[e + 1] as number) - (weights.offsets[e] as number);
    return isRequired(e) ? -Infinity : (settings.penalty * count * Math.log(rows)) / (2 * rows);
  });
  const { gates, saves, clarity, losses } = await within(factory(plan), (executor) =>
    pruneEdges(executor, parameters, weights, data.train, data.test, {
      epochs: Math.max(4, Math.round(settings.epochs / 6)),
      batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      decay,
      price,
      rng: task.rng.fork(name).fork('prune'),
      tick: (done, total, loss) => tick('pruning', done, total, loss),
    }),
  );
  const confidence = new Float64Array(d * d);
  const edges: EdgeInput[] = [];
  const savings: EdgeSaving[] = [];
  for (const [e, gate] of gates.entries()) {
    const [i, j] = [weights.from[e] as number, weights.to[e] as number];
    const [from, to] = [names[i] as string, names[j] as string];
    savings.push({ from, to, kept: gate === 1, nats: saves[e] as number });
    if (gate !== 1) continue;
    edges.push([from, to]);
    confidence[i * d + j] = isRequired(e) ? 1 : normalCdf(clarity[e] as number);
  }
  const loss = losses.reduce((sum, x) => sum + x, 0);
  return { dag: createDag(names, edges), loss, confidence, saves: savings };
}

/** Whether what is known requires an edge of a plan. */
function requiredOf(plan: Plan, required: Uint8Array): (e: number) => boolean {
  const { from, to } = edgeWeights(plan);
  return (e) => required[(from[e] as number) * plan.variables + (to[e] as number)] === 1;
}

/** Runs something on an executor that is disposed of afterwards. */
async function within<Result>(
  executor: Executor,
  work: (executor: Executor) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(executor);
  } finally {
    executor.dispose();
  }
}

/** Every edge along an order of a graph, put right by what interventions move. */
function along(table: Table, dag: Dag, isAllowed: (i: number, j: number) => boolean): Uint8Array {
  const { names } = table;
  const d = names.length;
  const order = Array.from(topologicalOrder(dag), (v) => names.indexOf(dag.nodes[v] as string));
  const place = new Int32Array(d);
  for (const [p, v] of orderedByEffects(table, order).entries()) place[v] = p;
  return Uint8Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return (place[i] as number) < (place[j] as number) && isAllowed(i, j) ? 1 : 0;
  });
}

/** Φ(z), to 1e-7: Abramowitz and Stegun (1964), 7.1.26. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    (((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) *
      t *
      Math.exp(-x * x)) /
    2;
  return z >= 0 ? 1 - tail : tail;
}

const limits = {
  hidden: [1, 4096],
  epochs: [1, 1e6],
  batchSize: [1, 1e7],
  learningRate: [1e-9, 1],
  sparsity: [0, 1e3],
  threshold: [0, 1e3],
  penalty: [0, 1e3],
} as const;
const choices = {
  mechanisms: ['mlp', 'location-scale'],
  acyclicity: ['spectral', 'log-det'],
  start: ['both', 'open', 'order'],
} as const;

function checkSettings(settings: Settings): void {
  const refuse = (option: string, problem: string): never => {
    throw new InputError('trainer/joint-search', `jointSearch: '${option}' ${problem}.`, { option });
  };
  for (const [option, [low, high]] of Object.entries(limits)) {
    const value = settings[option as keyof typeof limits];
    const isWhole = option !== 'hidden' && option !== 'epochs' && option !== 'batchSize';
    if (!(value >= low && value <= high && (isWhole || Number.isInteger(value))))
      refuse(option, `is ${value}; it must be ${isWhole ? 'a number' : 'whole and'} from ${low} to ${high}`);
  }
  for (const [option, known] of Object.entries(choices)) {
    const value: string = settings[option as keyof typeof choices];
    if (!(known as readonly string[]).includes(value))
      refuse(option, `is ${JSON.stringify(value)}; it must be one of ${known.join(', ')}`);
  }
}
