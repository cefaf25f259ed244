import { createCpuExecutor, type Executor, type Plan } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { CfeError, type Progress, type Variable } from '@cfe/base';
import { bootstrapEnsemble, counterfactual, type Ensemble, interventional } from '@cfe/counterfactuals';
import { dropMissing, parseCsv, type Simulation, selectColumns, simulate, type Table } from '@cfe/data';
import { createDag, edgesOf } from '@cfe/graph';
import { type CausalNetwork, createNetwork, saveNetwork } from '@cfe/network';
import { type Knowledge, learnStructure } from '@cfe/structure';
import { createTrainer } from '@cfe/trainer';
import { naiveAnswer } from './naive.ts';
import type { Calls, Cell, Detail, Law, Loaded, Question, Reply, WouldHaveBeen } from './protocol.ts';
import { reportPage } from './report-page.ts';

/** How a call can be stopped, and says how far it is. */
export interface Run {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** The calls of the page, each with a run; what takes long returns a promise. */
export type Engine = {
  readonly [Name in keyof Calls]: (
    run: Run,
    ...args: Parameters<Calls[Name]>
  ) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>>;
};

const replicates = 20;
const level = 0.9;
/** Draws for distributions, and for noise that a row does not fix: enough to look at, few enough for a slider. */
const draws = {
  quick: { law: 400, answer: 400, noise: 20 },
  full: { law: 1000, answer: 200, noise: 60 },
} as const;

/** What is known of the cars before learning: how a car is designed, and that how it drives comes last. */
const carKnowledge: Knowledge = {
  tiers: [
    ['year', 'origin'],
    ['cylinders'],
    ['displacement'],
    ['horsepower', 'weight'],
    ['acceleration', 'mpg'],
  ],
};

const carUnits = {
  displacement: 'cu in',
  horsepower: 'hp',
  weight: 'lb',
  acceleration: 's to 60 mph',
  mpg: 'miles/gal',
};

/** A fitted network with its refits. */
interface Fit extends Ensemble {
  readonly model: CausalNetwork;
  /** laws without an intervention, by outcome: a slider does not change them */
  readonly asItIs: Map<string, Law>;
}

/** Everything that the playground computes, from rows to answers; it keeps the table and the fitted model between calls. */
export function createEngine(): Engine {
  let table: Table | undefined;
  let simulation: Simulation | undefined;
  let knowledge: Knowledge = {};
  let fitted: Fit | undefined;

  const rows = (): Table => table ?? missing('choose data first');
  const model = (): Fit => fitted ?? missing('fit the model first');

  return {
    load(_run, source, keep) {
      const notes: string[] = [];
      fitted = undefined;
      simulation = undefined;
      knowledge = {};
      let whole: Table;
      if (source.kind === 'simulated') {
        simulation = simulate({ nodes: 6, degree: 3, mechanism: 'gp', rows: 800, seed: source.seed });
        whole = simulation.table;
      } else {
        const isCars = source.name === 'cars';
        const read = parseCsv(source.text, isCars ? { units: carUnits } : {});
        for (const { name, kind, reason } of read.columns)
          if (kind === 'ignored') notes.push(`Left out ${name}: ${reason}`);
        whole = read.table;
        if (isCars) knowledge = carKnowledge;
      }
      if (keep !== undefined && simulation === undefined) {
        whole = selectColumns(
          whole,
          keep.filter((name) => whole.names.includes(name)),
        );
      }
      const complete = dropMissing(whole);
      if (complete.dropped.length > 0) notes.push(complete.message);
      table = complete.table;
      return described(table, notes, simulation);
    },

    async learn({ signal, onProgress }, seed) {
      const data = rows();
      const known = knowledgeOf(knowledge, data.names);
      const found = await learnStructure(data, {
        method: 'flop',
        knowledge: known,
        bootstrap: replicates,
        seed,
        signal,
        onProgress,
      });
      const { dag, graph, confidence } = found;
      if (dag === undefined) missing('this method found no graph that can be fitted');
      const undirected = new Set(
        edgesOf(graph)
          .filter(({ type }) => type === 'undirected')
          .flatMap(({ from, to }) => [`${from}\0${to}`, `${to}\0${from}`]),
      );
      const edges = edgesOf(dag as typeof graph).map(({ from, to }) => [from, to] as const);
      const at = new Map(data.names.map((name, index) => [name, index]));
      return {
        edges,
        open: edges.filter(([from, to]) => undirected.has(`${from}\0${to}`)),
        joined: Object.fromEntries(
          edges.map(([from, to]) => {
            const [i, j] = [at.get(from)!, at.get(to)!];
            return [`${from}\0${to}`, (confidence?.[i]?.[j] ?? 0) + (confidence?.[j]?.[i] ?? 0)];
          }),
        ),
        message: found.message,
      };
    },

    async fit({ signal, onProgress }, edges, mechanisms, seed) {
      const data = rows();
      const graph = createDag(data.names, edges);
      const begun = performance.now();
      let first: { status: string; message: string; executor: string } | undefined;
      const ensemble = await bootstrapEnsemble(
        data,
        async (sample, rng) => {
          signal.throwIfAborted();
          const network = createNetwork({
            graph,
            variables: data.variables,
            mechanisms,
            seed: rng.fork('network'),
            executor,
          });
          const result = await createTrainer(network, { seed: rng.fork('fit') }).fit(sample, { signal });
          first ??= result;
          return network;
        },
        { replicates, seed, signal, onProgress },
      );
      fitted = { ...ensemble, model: ensemble.model as CausalNetwork, asItIs: new Map() };
      return {
        status: first?.status ?? '',
        message: first?.message ?? '',
        executor: first?.executor ?? '',
        replicates,
        seconds: (performance.now() - begun) / 1000,
      };
    },

    rowAt: (_run, row) => rows().row(row),

    ask: (_run, question, detail) => answer(rows(), model(), simulation, question, detail),

    save: () => saveNetwork(model().model) as Uint8Array<ArrayBuffer>,

    async report(_run, question) {
      const reply = await answer(rows(), model(), simulation, question, 'full');
      return reportPage(model().model.graph, question, reply);
    },
  };
}

async function answer(
  table: Table,
  subject: Fit,
  simulation: Simulation | undefined,
  { row, outcome, set }: Question,
  detail: Detail,
): Promise<Reply> {
  const begun = performance.now();
  const factual = table.row(row);
  const asked = detail === 'quick' ? { ...subject, replicates: [] } : subject;
  const samples = draws[detail].noise;
  const had = await counterfactual(asked, factual, { do: set, level, samples, seed: 1 });
  const truth = simulation?.counterfactual(set);
  const told = table.names.map((name): WouldHaveBeen => {
    const { value, interval, probabilities } = had[name]!;
    const variable = table.variable(name);
    return {
      name,
      was: factual[name]!,
      wouldBe: probabilities === undefined ? value : mostLikely(probabilities),
      // the model alone knows no doubt about itself
      ...(interval === undefined || detail === 'quick' || Object.hasOwn(set, name) ? {} : { interval }),
      ...(truth === undefined ? {} : { truth: cellOf(variable, truth.column(name)[row]!) }),
    };
  });
  const before = subject.asItIs.get(outcome) ?? (await lawOf(asked, outcome, {}, detail));
  if (detail === 'full') subject.asItIs.set(outcome, before);
  const after = Object.keys(set).length === 0 ? before : await lawOf(asked, outcome, set, detail);
  const naive = naiveOf(table, outcome, factual, set);
  return {
    row: told,
    before,
    after,
    ...(naive === undefined ? {} : { naive }),
    warnings: [...new Set(had[outcome]?.warnings ?? [])],
    milliseconds: performance.now() - begun,
    detail,
  };
}

async function lawOf(subject: Fit, outcome: string, set: Question['set'], detail: Detail): Promise<Law> {
  const { value, interval } = await interventional(subject, outcome, {
    do: set,
    level,
    samples: draws[detail].answer,
    seed: 1,
  });
  const sampled = subject.model.sample(draws[detail].law, { do: set, seed: 2 }).column(outcome);
  return { mean: value, ...(interval === undefined ? {} : { interval }), draws: Float64Array.from(sampled) };
}

function naiveOf(
  table: Table,
  outcome: string,
  factual: Readonly<Record<string, Cell>>,
  set: Question['set'],
): Reply['naive'] {
  const names = Object.keys(set);
  if (names.length === 0 || names.includes(outcome)) return undefined;
  const change = Object.fromEntries(
    names.map((name): [string, readonly [number, number]] => {
      const variable = table.variable(name);
      return [name, [indexOf(variable, factual[name]!), indexOf(variable, set[name]!)]];
    }),
  );
  const was = Number(factual[outcome]);
  const others = table.names.filter((name) => name !== outcome);
  return {
    alone: naiveAnswer(table, outcome, names, change, was),
    allElseEqual: naiveAnswer(table, outcome, others, change, was),
  };
}

function described(table: Table, notes: readonly string[], simulation: Simulation | undefined): Loaded {
  const columns = table.names.map((name) => {
    const values = table.column(name);
    const unit = table.unit(name);
    return {
      variable: table.variable(name),
      low: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      high: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
      ...(unit === undefined ? {} : { unit }),
    };
  });
  return {
    columns,
    rows: table.rows,
    notes,
    ...(simulation === undefined
      ? {}
      : { truth: edgesOf(simulation.graph).map(({ from, to }) => [from, to] as const) }),
  };
}

function knowledgeOf({ tiers = [] }: Knowledge, names: readonly string[]): Knowledge {
  return tiers.length === 0
    ? {}
    : { tiers: tiers.map((tier) => tier.filter((name) => names.includes(name))) };
}

/** WebAssembly where the page may use it, else plain typed arrays; both compute the same. */
function executor(plan: Plan): Executor {
  try {
    return createWasmExecutor(plan);
  } catch (error) {
    if (error instanceof CfeError) return createCpuExecutor(plan);
    throw error;
  }
}

function cellOf(variable: Variable, value: number): Cell {
  return variable.kind === 'categorical' ? (variable.levels[value] as string) : value;
}

function indexOf(variable: Variable, cell: Cell): number {
  return variable.kind === 'categorical' ? variable.levels.indexOf(String(cell)) : Number(cell);
}

function mostLikely(probabilities: Readonly<Record<string, number>>): string {
  return Object.entries(probabilities).reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function missing(what: string): never {
  throw new CfeError('docs/playground', `The playground cannot do this yet: ${what}.`);
}
