import { type Executor, type Floats, forwardWorlds, type Plan, type PlanAction } from '@cfe/autograd';
import { type Columns, InputError, quoteName, type Variable } from '@cfe/base';
import { topologicalOrder } from '@cfe/graph';
import { type Action, applyAction, type Branch, type ResolvedDo } from '@cfe/scm';
import type { NetworkState, Scale } from '../network-state.ts';
import { type NoiseColumns, noiseToPlan, noiseUnits } from './noise-columns.ts';
import { type Acted, ownUnder, planAction, setTo, simpleAction } from './plan-action.ts';
import { columnFromPlan } from './value-columns.ts';

/** An executor that holds a state's parameters, with what its arrays mean outside. */
export interface Engine {
  readonly variables: readonly Variable[];
  readonly plan: Plan;
  readonly state: NetworkState;
  readonly columns: NoiseColumns;
  /** what one unit of the plan's noise is outside, by variable */
  readonly units: Float64Array;
  readonly executor: Executor;
  readonly parameters: Floats;
}

export function createEngine(
  variables: readonly Variable[],
  plan: Plan,
  columns: NoiseColumns,
  state: NetworkState,
  executor: Executor,
): Engine {
  const parameters = executor.allocate(state.parameters.length);
  parameters.set(state.parameters);
  return { variables, plan, state, columns, units: noiseUnits(plan, state), executor, parameters };
}

/** The last pass of a prediction: its columns, in their own units, and the action it ran under. */
export interface Pass {
  readonly columns: readonly Float64Array[];
  readonly action: PlanAction | undefined;
}

/**
 * All variables given their noise, under an action. A variable whose action is no executor's (a replaced mechanism, one
 * mechanism under two noises) is found first, parents before children, by a pass of its own, and then set.
 */
export function predictPass(engine: Engine, noise: Columns, resolved: ResolvedDo): Pass {
  const planNoise = new Float64Array(engine.columns.names.length * noise.rows);
  noiseToPlan(engine.plan, engine.columns, engine.units, noise, planNoise);
  const { acted, other } = split(resolved);
  const run = (actions: readonly Acted[]): Pass => forward(engine, planNoise, noise.rows, actions);
  const known = [...acted];
  for (const j of other) {
    const action = resolved.actions[j] as Action;
    const values = applyAction(action, (branch) =>
      branch.replacement === undefined
        ? (run([...known, [j, ownUnder(branch)]]).columns[j] as Float64Array)
        : replaced(engine, noise, j, branch, run(known).columns),
    );
    known.push([j, setTo(values)]);
  }
  return run(known);
}

/** Actions that an executor takes, and the variables whose action it does not, parents first. */
export function split(resolved: ResolvedDo): { acted: Acted[]; other: number[] } {
  const acted: Acted[] = [];
  const other = new Set<number>();
  for (const [j, action] of resolved.actions.entries()) {
    if (action === undefined) continue;
    const simple = simpleAction(action);
    if (simple === undefined) other.add(j);
    else acted.push([j, simple]);
  }
  const order = other.size === 0 ? [] : [...topologicalOrder(resolved.graph)].filter((j) => other.has(j));
  return { acted, other: order };
}

function forward(engine: Engine, noise: Float64Array, rows: number, acted: readonly Acted[]): Pass {
  const { scales } = engine.state;
  const action = planAction([acted], scales, rows);
  const { values } = engine.executor.forward({ rows, parameters: engine.parameters, noise, action });
  return { columns: columnsUnder(scales, values, acted, rows, { total: rows, from: 0 }), action };
}

/** One world's columns out of a pass over several; a value that was set is what was set, to the bit. */
function columnsUnder(
  scales: readonly Scale[],
  values: Floats,
  acted: readonly Acted[],
  rows: number,
  place: { readonly total: number; readonly from: number },
): Float64Array[] {
  const columns = scales.map((scale, j) => columnFromPlan(values, j * place.total + place.from, rows, scale));
  for (const [j, { cut, value }] of acted) {
    const column = columns[j] as Float64Array;
    for (let r = 0; r < rows; r++) if (cut[r] === 1) column[r] = value[r] as number;
  }
  return columns;
}

function nothingDone(size: number): PlanAction {
  return { cut: new Uint8Array(size), value: new Float64Array(size) };
}

/** Rows of one pass over several worlds, at most. */
const widestPass = 2 ** 15;

/**
 * The same noise under several actions: worlds stand one below the other in the rows of as few passes as fit, on one set
 * of weights, and what an action does not reach is computed once for all of them. A world whose action is no executor's has a pass of its own.
 *
 * @returns by world, by variable
 */
export function predictWorlds(
  engine: Engine,
  noise: Columns,
  worlds: readonly ResolvedDo[],
): (readonly Float64Array[])[] {
  const { rows } = noise;
  const parts = worlds.map(split);
  const results: (readonly Float64Array[])[] = parts.map(({ other }, w) =>
    other.length === 0 ? [] : predictPass(engine, noise, worlds[w] as ResolvedDo).columns,
  );
  const stacked = [...parts.keys()].filter((w) => parts[w]?.other.length === 0);
  const own = new Float64Array(engine.columns.names.length * rows);
  noiseToPlan(engine.plan, engine.columns, engine.units, noise, own);
  const most = Math.max(1, Math.floor(widestPass / Math.max(1, rows)));
  for (let from = 0; from < stacked.length; from += most) {
    const batch = stacked.slice(from, from + most);
    const total = batch.length * rows;
    const acted = batch.map((w) => parts[w]?.acted as Acted[]);
    const { scales } = engine.state;
    const { values } = forwardWorlds(engine.executor, {
      rows,
      worlds: batch.length,
      parameters: engine.parameters,
      noise: own,
      action: planAction(acted, scales, rows) ?? nothingDone(scales.length * total),
    });
    for (const [k, w] of batch.entries()) {
      results[w] = columnsUnder(scales, values, acted[k] as Acted[], rows, { total, from: k * rows });
    }
  }
  return results;
}

function replaced(
  engine: Engine,
  noise: Columns,
  j: number,
  branch: Branch,
  columns: readonly Float64Array[],
): Float64Array {
  const variable = engine.variables[j] as Variable;
  const { name } = variable;
  const { mechanism, parents } = branch.replacement as NonNullable<Branch['replacement']>;
  const [column] = engine.columns.of[j] as readonly [string];
  // A categorical variable's noise is one column per level; its replacement gets a uniform number, as in exact models.
  const own = noise
    .column(column)
    .map((u, r) =>
      variable.kind === 'categorical' ? Math.exp(-Math.exp(-u)) : u * (branch.noiseFactor[r] as number),
    );
  const values = mechanism.evaluate(
    Array.from(parents, (k) => columns[k] as Float64Array),
    own,
  );
  const levels = variable.kind === 'categorical' ? variable.levels.length : 0;
  const isValue = (x: number): boolean =>
    levels === 0 ? Number.isFinite(x) : Number.isInteger(x) && x >= 0 && x < levels;
  const row = values.findIndex((x, r) => !isValue(x) && (branch.weight[r] as number) !== 0);
  if (values.length !== noise.rows || row >= 0) {
    throw new InputError(
      'network/replacement',
      values.length === noise.rows
        ? `predict: the replacement for ${quoteName(name)} gave ${values[row]} in row ${row}; it must give ${levels === 0 ? 'finite numbers' : `levels' indices, 0 to ${levels - 1}`}.`
        : `predict: the replacement for ${quoteName(name)} gave ${values.length} values for ${noise.rows} rows.`,
      { variable: name, row },
    );
  }
  return values;
}
