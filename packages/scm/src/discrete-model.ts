import {
  type Columns,
  columnsFrom,
  InputError,
  quoteName,
  rngFrom,
  type Seed,
  ShapeError,
  throwUnknownName,
  type Variable,
} from '@cfe/base';
import { createDag, topologicalOrder } from '@cfe/graph';
import { applyAction } from './apply-action.ts';
import type { AbductiveModel, Evidence, ExactModel, Query } from './causal-model.ts';
import { checkLevels } from './internal/check-levels.ts';
import { completeColumns } from './internal/complete-columns.ts';
import { discreteAnswer, discreteJoint, discreteProbability } from './internal/discrete-answer.ts';
import { refuseBroken } from './internal/forward-pass.ts';
import { chooseLevels, gumbelNoise, posteriorGumbel } from './internal/gumbel.ts';
import type { Do } from './intervention.ts';
import { resolveDo } from './resolve-do.ts';

/** The parameters of a discrete model, as plain data (the JSON form adds `kind: 'discrete'`). */
export interface DiscreteSpec {
  readonly variables: readonly { readonly name: string; readonly levels: readonly string[] }[];
  /** by variable; a variable that is missing has none */
  readonly parents?: Readonly<Record<string, readonly string[]>>;
  /**
   * P(variable | parents) by variable: one row of level probabilities for each configuration of the parents, the last
   * parent's level changing fastest; as a list of rows or end to end.
   */
  readonly tables: Readonly<Record<string, ArrayLike<number> | readonly ArrayLike<number>[]>>;
}

/** A variable's own table, its parents by index. `table` is `[configurations × levels]`, the own level fastest. */
export interface DiscreteNode {
  readonly name: string;
  readonly levels: readonly string[];
  readonly parents: Int32Array;
  readonly table: Float64Array;
}

/** A joint distribution of some variables: `probabilities` is `[shape[0] × shape[1] × …]`, the last fastest. */
export interface JointTable {
  readonly nodes: readonly string[];
  readonly levels: readonly (readonly string[])[];
  readonly shape: readonly number[];
  readonly probabilities: Float64Array;
}

/** A model of tables, with exact answers on every rung. */
export type DiscreteModel = AbductiveModel &
  ExactModel & {
    readonly nodes: readonly DiscreteNode[];
    logDensity(rows: Columns, options?: { readonly do?: Do | undefined }): Float64Array;
    /** P(event | query), in the world that the query asks about. */
    probability(event: Evidence, query?: Query): number;
    /** The joint distribution of some variables in the world that the query asks about. */
    joint(names: readonly string[], query?: Query): JointTable;
  };

/**
 * The structural causal model of tables: x = argmax over levels of ln P(level | parents) + Gumbel noise.
 *
 * `exact` answers by variable elimination: observational, interventional (hard, stochastic, sometimes), conditional after
 * an action, and counterfactual under full or partial evidence, there on a twin network whose tables are the Gumbel-max
 * rule's closed form. Tables fix the first two rungs; the third rests on that rule, a convention that no data can confirm:
 * see {@link responseBounds} for what holds without it.
 *
 * Noise has one column per level, named `variable[level]`. A replaced mechanism gets a uniform number in its place.
 *
 * @throws {@link InputError} for a probability outside 0 … 1 or a row that does not sum to 1 within 1e-3 (rows are normalised)
 * @throws {@link ShapeError} if a table has another size than its parents' and own levels give
 * @throws {@link UnknownNameError} if a parent is no variable
 * @throws {@link CyclicGraphError} if the parents form a cycle
 * @see Oberst and Sontag (2019), Counterfactual off-policy evaluation with Gumbel-max structural causal models
 * @see Koller and Friedman (2009), Probabilistic Graphical Models, chapters 9 and 10
 * @example
 * import { discreteModel } from '@cfe/scm';
 * const levels = ['no', 'yes'];
 * const model = discreteModel({
 *   variables: [{ name: 'smoke', levels }, { name: 'cancer', levels }],
 *   parents: { cancer: ['smoke'] },
 *   tables: { smoke: [0.5, 0.5], cancer: [[0.99, 0.01], [0.9, 0.1]] },
 * });
 * model.exact({ do: { smoke: 'yes' } }).probabilities?.cancer?.yes; // → 0.1
 * model.exact({ factual: { smoke: 'yes', cancer: 'yes' }, do: { smoke: 'no' } }).probabilities?.cancer?.yes; // → 0.1
 */
export function discreteModel(spec: DiscreteSpec): DiscreteModel {
  const names = spec.variables.map(({ name }) => name);
  const graph = createDag(
    names,
    names.flatMap((name) => parentsIn(spec, name).map((parent): [string, string] => [parent, name])),
  );
  for (const name of [...Object.keys(spec.tables), ...Object.keys(spec.parents ?? {})]) {
    if (!names.includes(name)) throwUnknownName('discreteModel', 'variable', name, names);
  }
  const indices = new Map(names.map((name, j) => [name, j]));
  const nodes = spec.variables.map(({ name, levels }): DiscreteNode => {
    const parents = Int32Array.from(parentsIn(spec, name), (parent) => indices.get(parent) as number);
    return {
      name,
      levels: checkLevels('discreteModel', name, levels),
      parents,
      table: readTable(spec, name, parents),
    };
  });
  const variables = nodes.map(({ name, levels }): Variable => ({ name, kind: 'categorical', levels }));
  const logs = nodes.map(({ table }) => table.map(Math.log));
  const noiseNames = nodes.map(({ name, levels }) => levels.map((level) => `${name}[${level}]`));

  /** The offset of each row's parent configuration in j's table. */
  function configurations(j: number, columns: readonly Float64Array[], rows: number): Int32Array {
    const { parents, levels } = nodes[j] as DiscreteNode;
    const at = new Int32Array(rows);
    for (const k of parents) {
      const size = (nodes[k] as DiscreteNode).levels.length;
      const column = columns[k] as Float64Array;
      for (let r = 0; r < rows; r++) at[r] = (at[r] as number) * size + (column[r] as number);
    }
    return at.map((configuration) => configuration * levels.length);
  }

  const model: DiscreteModel = {
    nodes,
    variables,
    graph,
    abduction: 'draw',
    noise(rows, { seed } = {}) {
      const rng = rngFrom(seed).fork('noise');
      return columnsFrom(
        Object.fromEntries(noiseNames.flat().map((name) => [name, gumbelNoise(rng.fork(name), rows)])),
      );
    },
    predict(noise, options = {}) {
      const { rows } = noise;
      const { actions, graph: order } = resolveDo(model, options.do, rows, options.seed);
      const columns: Float64Array[] = [];
      for (const j of topologicalOrder(order)) {
        const gumbels = (noiseNames[j] as string[]).map((name) => noise.column(name));
        const own = (): Float64Array =>
          chooseLevels(logs[j] as Float64Array, configurations(j, columns, rows), gumbels);
        const action = actions[j];
        columns[j] =
          action === undefined
            ? own()
            : applyAction(action, ({ replacement }) =>
                replacement === undefined
                  ? own()
                  : replacement.mechanism.evaluate(
                      Array.from(replacement.parents, (k) => columns[k] as Float64Array),
                      (gumbels[0] as Float64Array).map((g) => Math.exp(-Math.exp(-g))),
                    ),
              );
        refuseBroken(model, j, columns[j] as Float64Array);
      }
      return columnsFrom(Object.fromEntries(names.map((name, j) => [name, columns[j] as Float64Array])));
    },
    sample: (rows, options = {}) => model.predict(model.noise(rows, options), options),
    abduct(rows, { seed }: { readonly seed?: Seed | undefined } = {}) {
      const columns = completeColumns('abduct', variables, rows);
      const rng = rngFrom(seed).fork('abduct');
      const found: [string, Float64Array][] = [];
      for (const [j, name] of names.entries()) {
        const at = configurations(j, columns, rows.rows);
        const values = columns[j] as Float64Array;
        refuseImpossible(nodes, j, at, values);
        const gumbels = posteriorGumbel(
          logs[j] as Float64Array,
          at,
          values,
          noiseNames[j]?.length ?? 0,
          rng.fork(name),
        );
        for (const [l, noiseName] of (noiseNames[j] as string[]).entries())
          found.push([noiseName, gumbels[l] as Float64Array]);
      }
      return columnsFrom(Object.fromEntries(found));
    },
    logDensity(rows, options = {}) {
      const columns = completeColumns('logDensity', variables, rows);
      const { actions } = resolveDo(model, options.do, rows.rows);
      const out = new Float64Array(rows.rows);
      for (const [j, name] of names.entries()) {
        const action = actions[j];
        if (
          action !== undefined &&
          (action.branches.length > 1 || action.branches[0]?.replacement !== undefined)
        ) {
          throw new InputError(
            'scm/no-density',
            `logDensity: ${quoteName(name)} is under a replaced or mixed mechanism, whose density is not known in closed form.`,
            { variable: name },
          );
        }
        const at = configurations(j, columns, rows.rows);
        const table = logs[j] as Float64Array;
        const values = columns[j] as Float64Array;
        for (let r = 0; r < out.length; r++) {
          if (action?.cut[r] !== 1)
            out[r] = (out[r] as number) + (table[(at[r] as number) + (values[r] as number)] as number);
        }
      }
      return out;
    },
    exact: (query) => discreteAnswer(nodes, graph, query),
    probability: (event, query = {}) => discreteProbability(nodes, graph, event, query),
    joint: (wanted, query = {}) => discreteJoint(nodes, graph, wanted, query),
  };
  return model;
}

function parentsIn({ parents }: DiscreteSpec, name: string): readonly string[] {
  return parents !== undefined && Object.hasOwn(parents, name) ? (parents[name] ?? []) : [];
}

const maxEntries = 2 ** 24;

function readTable({ variables, tables }: DiscreteSpec, name: string, parents: Int32Array): Float64Array {
  const levelsOf = (j: number): number => variables[j]?.levels.length as number;
  const own = variables.find((variable) => variable.name === name)?.levels.length as number;
  const size = parents.reduce((product, k) => product * levelsOf(k), own);
  if (size > maxEntries) {
    throw new ShapeError(
      'scm/table-size',
      `discreteModel: the table of ${quoteName(name)} would have ${size} entries; at most ${maxEntries} are taken. Give it fewer parents or levels.`,
      { variable: name, size },
    );
  }
  const given = Object.hasOwn(tables, name) ? tables[name] : undefined;
  const rows = size / own;
  const numbers = given === undefined ? undefined : flat(given, own);
  if (numbers?.length !== size) {
    throw new ShapeError(
      'scm/table-size',
      `discreteModel: the table of ${quoteName(name)} needs ${size} probabilities (${rows} × ${own}), got ${numbers?.length ?? 'none, or rows of another length'}.`,
      { variable: name, size, got: numbers?.length },
    );
  }
  const table = Float64Array.from(numbers);
  for (let at = 0; at < size; at += own) normalise(table.subarray(at, at + own), name, at / own);
  return table;
}

function flat(
  given: ArrayLike<number> | readonly ArrayLike<number>[],
  width: number,
): ArrayLike<number> | undefined {
  if (typeof given[0] === 'number' || given.length === 0) return given as ArrayLike<number>;
  const rows = Array.from(given as readonly ArrayLike<number>[]);
  return rows.every((row) => row.length === width) ? rows.flatMap((row) => Array.from(row)) : undefined;
}

/** Published tables are rounded to two or three digits: a row within 1e-3 of a distribution is taken as the nearest one. */
function normalise(row: Float64Array, name: string, configuration: number): void {
  const total = row.reduce((sum, p) => sum + p, 0);
  if (row.every((p) => p >= 0 && p <= 1 + 1e-3) && Math.abs(total - 1) <= 1e-3) {
    // what only rounding keeps from 1 stays as it was written
    if (Math.abs(total - 1) > 1e-12) for (const [k, p] of row.entries()) row[k] = p / total;
    return;
  }
  throw new InputError(
    'scm/table-row',
    `discreteModel: row ${configuration} of the table of ${quoteName(name)} is ${row.subarray(0, 8).join(', ')}${row.length > 8 ? ', …' : ''}; probabilities are ≥ 0 and sum to 1, these to ${total}.`,
    { variable: name, row: configuration, total },
  );
}

function refuseImpossible(
  nodes: readonly DiscreteNode[],
  j: number,
  at: Int32Array,
  values: Float64Array,
): void {
  const { table, name, levels } = nodes[j] as DiscreteNode;
  const row = values.findIndex((value, r) => table[(at[r] as number) + value] === 0);
  if (row < 0) return;
  throw new InputError(
    'scm/off-support',
    `abduct: row ${row} has ${quoteName(name)} = ${quoteName(levels[values[row] as number] as string)}, which the model gives probability 0 for that row's parents.`,
    { variable: name, row },
  );
}
