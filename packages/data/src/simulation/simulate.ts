import {
  type Columns,
  columnsFrom,
  InputError,
  permutation,
  quoteName,
  type Rng,
  rngFrom,
  throwUnknownName,
} from '@cfe/base';
import { type Dag, type Graph, incident, latentProjection } from '@cfe/graph';
import {
  type CausalModel,
  type Distribution,
  type Do,
  drawFrom,
  type Intervention,
  interventionsOf,
} from '@cfe/scm';
import type { Regime, RegimeTarget } from '../regimes.ts';
import { createTable, type Table } from '../table.ts';
import { disguise, drawSimulator, type SimulatorOptions } from './draw-simulator.ts';
import { type SimulatorSpec, simulatorModel } from './simulator-model.ts';
import { type Sortability, sortability } from './sortability.ts';

/** Interventions on one variable at a time. */
export interface InterventionPlan {
  /** all observed variables (default), a share of them chosen at random, or some by name */
  readonly targets?: 'all' | number | readonly string[] | undefined;
  /** rows for each target, default 100 */
  readonly rows?: number | undefined;
  /** of the value that is set, default normal with sd 2; for categories, all levels alike */
  readonly law?: Distribution | undefined;
}

/** Rows that are collected under one action. */
export interface SimulatedRegime {
  readonly name: string;
  /** targets by the names that the simulator was drawn with */
  readonly do: Do;
  readonly rows: number;
}

/** What to simulate: a simulator, or how to draw one, and which rows. */
export interface SimulateOptions extends SimulatorOptions {
  /** instead of drawing one */
  readonly simulator?: SimulatorSpec | undefined;
  /** observational rows, default 1000 */
  readonly rows?: number | undefined;
  readonly interventions?: InterventionPlan | undefined;
  /** any actions, after the plan's */
  readonly regimes?: readonly SimulatedRegime[] | undefined;
  /** variables that the table leaves out: by name, or so many, common causes first; default none */
  readonly hidden?: number | readonly string[] | undefined;
  /** `'permuted'` (default) renames variables to v1 … vd in a random order; `'as-drawn'` keeps names and order */
  readonly columns?: 'permuted' | 'as-drawn' | undefined;
}

/** Simulated rows with everything that is true of them. Names are the table's throughout. */
export interface Simulation {
  /** observed columns; regimes where there are interventions */
  readonly table: Table;
  /** over all variables, also hidden ones */
  readonly graph: Dag;
  /** what the truth says about the observed variables alone: the DAG, and ↔ where a hidden cause is shared */
  readonly observedGraph: Graph<'admg'>;
  readonly model: CausalModel;
  /** the model as plain data */
  readonly simulator: SimulatorSpec;
  /** exogenous noise of every row, as the model names it */
  readonly noise: Columns;
  /** every row of all variables, also hidden ones */
  readonly complete: Columns;
  readonly hidden: readonly string[];
  /** the name that the simulator was drawn with → the name here */
  readonly nameOf: Readonly<Record<string, string>>;
  /** of the observed variables, from the observational rows; `undefined` without such rows, or for categories */
  readonly sortability: Sortability | undefined;
  /**
   * The exact counterfactual of every row, all variables: the same noise, and what its regime did stays done, unless
   * `action` sets the same variable.
   */
  counterfactual(action: Do): Columns;
}

/**
 * Simulates rows of a known causal model: the table that a method may see, and the truth that judges it: graph, model,
 * noise, and the exact counterfactual of every row under any action.
 *
 * By default columns are permuted and renamed, since the order in which variables are drawn is the causal order, and
 * sortabilities say how far scale gives that order away.
 *
 * @throws {@link InputError} if an option is impossible
 * @throws {@link UnknownNameError} if a target or hidden variable does not exist
 * @example
 * import { simulate } from '@cfe/data';
 * const { table, model, counterfactual } = simulate({ nodes: 4, degree: 2, rows: 100, interventions: { rows: 10 }, seed: 1 });
 * [table.rows, table.regimes?.list.length]; // → [140, 5]
 * counterfactual({ v1: 3 }).column('v1')[0]; // → 3
 * model.variables.length; // → 4
 */
export function simulate(options: SimulateOptions): Simulation {
  const rng = rngFrom(options.seed).fork('simulate');
  const drawn = options.simulator ?? drawSimulator({ ...options, seed: rng.fork('draw') });
  const same = Object.fromEntries(drawn.variables.map(({ name }) => [name, name]));
  const { spec, nameOf } =
    options.columns === 'as-drawn' ? { spec: drawn, nameOf: same } : disguise(drawn, rng.fork('columns'));
  const model = simulatorModel(spec);
  const { graph } = model;
  const names = drawn.variables.map(({ name }) => name);
  const toHere = (name: string, what: string): string =>
    Object.hasOwn(nameOf, name) ? (nameOf[name] as string) : throwUnknownName('simulate', what, name, names);
  const hidden = hiddenNames(options.hidden ?? 0, graph, toHere, rng.fork('hidden'));
  const observed = graph.nodes.filter((name) => !hidden.includes(name));
  if (observed.length === 0) {
    throw new InputError('data/all-hidden', 'simulate: every variable is hidden. Leave some to be seen.');
  }
  const regimes = allRegimes(options, model, observed, toHere, rng.fork('regimes'));
  const runs = regimes.map((regime): Run => {
    const noise = model.noise(regime.rows, { seed: rng.fork(`noise ${regime.name}`) });
    return { ...regime, noise, values: model.predict(noise, { do: regime.actions }) };
  });
  const complete = stack(
    runs.map(({ values }) => values),
    graph.nodes,
  );
  const table = createTable(
    observed.map((name) => ({
      variable: model.variables[graph.nodes.indexOf(name)] as (typeof model.variables)[number],
      values: complete.column(name),
    })),
    runs.length === 1 && runs[0]?.actions.length === 0 ? {} : { regimes: regimesFor(runs, hidden) },
  );
  const observational = runs.find(({ actions, rows }) => actions.length === 0 && rows > 1)?.values;
  const numeric = model.variables.every(({ kind }) => kind === 'continuous');
  return {
    table,
    graph,
    observedGraph: latentProjection(graph, hidden),
    model,
    simulator: spec,
    noise: stack(
      runs.map(({ noise }) => noise),
      runs[0]?.noise.names ?? [],
    ),
    complete,
    hidden,
    nameOf,
    sortability: numeric && observational !== undefined ? sortability(observational, graph) : undefined,
    counterfactual(action) {
      let from = 0;
      const worlds = runs.map((run) => {
        const part = { from, to: from + run.rows };
        from = part.to;
        return model.predict(run.noise, { do: insteadOf(run.actions, interventionsOf(action), part) });
      });
      return stack(worlds, graph.nodes);
    },
  };
}

interface PlannedRegime {
  readonly name: string;
  readonly actions: readonly Intervention[];
  readonly rows: number;
}

interface Run extends PlannedRegime {
  readonly noise: Columns;
  readonly values: Columns;
}

function hiddenNames(
  hidden: number | readonly string[],
  graph: Dag,
  toHere: (name: string, what: string) => string,
  rng: Rng,
): readonly string[] {
  if (typeof hidden !== 'number') return hidden.map((name) => toHere(name, 'variable'));
  if (!(Number.isInteger(hidden) && hidden >= 0)) {
    throw new InputError(
      'data/hidden',
      `simulate: 'hidden' must be a whole number or names, got ${hidden}.`,
      { hidden },
    );
  }
  const order = Array.from(permutation(rng, graph.nodes.length));
  const children = (j: number): number => incident(graph.children, j).length;
  const causes = order.filter((j) => children(j) >= 2);
  const others = order.filter((j) => children(j) < 2);
  return [...causes, ...others].slice(0, hidden).map((j) => graph.nodes[j] as string);
}

function allRegimes(
  options: SimulateOptions,
  model: CausalModel,
  observed: readonly string[],
  toHere: (name: string, what: string) => string,
  rng: Rng,
): readonly PlannedRegime[] {
  const { rows = 1000, interventions, regimes = [] } = options;
  const planned: PlannedRegime[] = [];
  if (checkRows(rows, 'rows') > 0) planned.push({ name: 'observational', actions: [], rows });
  if (interventions !== undefined) {
    for (const target of targetsOf(interventions, observed, toHere, rng.fork('targets'))) {
      const name = `do(${target})`;
      const many = checkRows(interventions.rows ?? 100, 'interventions.rows');
      const variable = model.variables[model.graph.nodes.indexOf(target)];
      const law: Distribution =
        interventions.law ??
        (variable?.kind === 'categorical'
          ? { kind: 'categorical', probabilities: variable.levels.map((_, __, all) => 1 / all.length) }
          : { kind: 'normal', mean: 0, sd: 2 });
      const value = drawFrom(law, many, rng.fork(name));
      planned.push({ name, rows: many, actions: [{ target, kind: 'hard', value }] });
    }
  }
  for (const { name, do: action, rows: many } of regimes) {
    const actions = interventionsOf(action).map((one) =>
      settle(rename(one, toHere), checkRows(many, name), rng.fork(name)),
    );
    planned.push({ name, rows: many, actions });
  }
  const repeated = planned.find(({ name }, k) => planned.findIndex((other) => other.name === name) !== k);
  if (repeated !== undefined) {
    throw new InputError(
      'data/regime-name',
      `simulate: two regimes are named ${quoteName(repeated.name)}. Rename one.`,
      {
        name: repeated.name,
      },
    );
  }
  if (planned.every(({ rows: many }) => many === 0)) {
    throw new InputError('data/no-rows', 'simulate: there are no rows to simulate. Ask for some.');
  }
  return planned;
}

function checkRows(rows: number, what: string): number {
  if (Number.isInteger(rows) && rows >= 0) return rows;
  throw new InputError(
    'data/row-count',
    `simulate: ${quoteName(what)} must be a whole number of rows, got ${rows}.`,
    { rows },
  );
}

function targetsOf(
  { targets = 'all' }: InterventionPlan,
  observed: readonly string[],
  toHere: (name: string, what: string) => string,
  rng: Rng,
): readonly string[] {
  if (targets === 'all') return observed;
  if (typeof targets !== 'number') return targets.map((name) => toHere(name, 'target'));
  if (!(targets >= 0 && targets <= 1)) {
    throw new InputError('data/target-share', `simulate: a share of targets is 0 … 1, got ${targets}.`, {
      targets,
    });
  }
  const chosen = permutation(rng, observed.length).subarray(0, Math.round(targets * observed.length));
  return Array.from(chosen.sort(), (j) => observed[j] as string);
}

function rename(intervention: Intervention, toHere: (name: string, what: string) => string): Intervention {
  const target = toHere(intervention.target, 'target');
  if (intervention.kind === 'replace') {
    return { ...intervention, target, parents: intervention.parents.map((name) => toHere(name, 'parent')) };
  }
  if (intervention.kind === 'blend' || intervention.kind === 'sometimes') {
    return { ...intervention, target, with: rename(intervention.with, toHere) };
  }
  return { ...intervention, target };
}

/** Random values are drawn once, so that they are the row's own in every world. */
function settle(intervention: Intervention, rows: number, rng: Rng): Intervention {
  if (intervention.kind !== 'stochastic') return intervention;
  const { target, distribution } = intervention;
  return { target, kind: 'hard', value: drawFrom(distribution, rows, rng.fork(target)) };
}

function regimesFor(
  runs: readonly Run[],
  hidden: readonly string[],
): { readonly list: readonly Regime[]; readonly of: Int32Array } {
  const list = runs.map(({ name, actions }): Regime => {
    if (actions.some(({ target }) => hidden.includes(target))) return { name, targets: 'unknown' };
    const targets = new Map<string, RegimeTarget>();
    for (const { target, ...act } of actions) {
      const value = act.kind === 'hard' && typeof act.value === 'number' ? { value: act.value } : {};
      targets.set(target, { variable: target, kind: act.kind === 'hard' ? 'hard' : 'soft', ...value });
    }
    return { name, targets: [...targets.values()] };
  });
  return { list, of: Int32Array.from(runs.flatMap(({ rows }, k) => new Array<number>(rows).fill(k))) };
}

/** What a regime did, then an action; a value that the action sets takes the place of the regime's. */
function insteadOf(
  before: readonly Intervention[],
  action: readonly Intervention[],
  part: { readonly from: number; readonly to: number },
): readonly Intervention[] {
  const own = action.map((one) => sliceValues(one, part));
  const kept = before.flatMap((earlier): Intervention[] => {
    if (earlier.kind !== 'hard') return [earlier];
    const later = own.filter(
      ({ target, kind }) => target === earlier.target && (kind === 'hard' || kind === 'stochastic'),
    );
    if (later.length === 0) return [earlier];
    const rows = part.to - part.from;
    const free = Uint8Array.from({ length: rows }, (_, r) =>
      later.every((one) => one.kind === 'hard' && typeof one.value === 'object' && Number.isNaN(one.value[r]))
        ? 1
        : 0,
    );
    const { value } = earlier;
    if (!free.includes(1) || typeof value === 'string') return [];
    const merged = Float64Array.from(free, (is, r) =>
      is === 0 ? Number.NaN : typeof value === 'number' ? value : (value[r] as number),
    );
    return [{ target: earlier.target, kind: 'hard', value: merged }];
  });
  return [...kept, ...own];
}

function sliceValues(
  one: Intervention,
  { from, to }: { readonly from: number; readonly to: number },
): Intervention {
  const cut = <V>(value: V): V =>
    (typeof value === 'object'
      ? Float64Array.from(value as ArrayLike<number>).subarray(from, to)
      : value) as V;
  if (one.kind === 'hard') return { ...one, value: cut(one.value) };
  if (one.kind === 'shift' || one.kind === 'scale') return { ...one, by: cut(one.by) };
  if (one.kind === 'blend' || one.kind === 'sometimes')
    return { ...one, with: sliceValues(one.with, { from, to }) };
  return one;
}

function stack(parts: readonly Columns[], names: readonly string[]): Columns {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return columnsFrom(
    Object.fromEntries(
      names.map((name) => {
        const values = new Float64Array(rows);
        let at = 0;
        for (const part of parts) {
          values.set(part.column(name), at);
          at += part.rows;
        }
        return [name, values];
      }),
    ),
  );
}
