import {
  InputError,
  quoteName,
  type Rng,
  rngFrom,
  type Seed,
  ShapeError,
  throwUnknownName,
  type Variable,
} from '@cfe/base';
import { createDag, type Dag, edgesOf, incident, indexOf } from '@cfe/graph';
import { drawFrom } from './distribution.ts';
import { type Do, type Intervention, interventionsOf, type Value } from './intervention.ts';
import type { Mechanism } from './mechanism.ts';

/** One term of an intervened mechanism: weight · f(parents, noiseFactor · u). */
export interface Branch {
  /** `undefined`: the variable's own mechanism; otherwise another, with the indices that it reads */
  readonly replacement: { readonly mechanism: Mechanism; readonly parents: Int32Array } | undefined;
  /** `[rows]`; rows of weight 0 do not see this branch at all, not even its NaN */
  readonly weight: Float64Array;
  /** `[rows]` */
  readonly noiseFactor: Float64Array;
}

/**
 * What an action does to one variable, row by row:
 * x = cut ? value : Σ over branches of weight · f(parents, noiseFactor · u) + shift.
 *
 * Every kind of intervention, and any mixture of them, comes down to this form, so a model or executor
 * implements this alone.
 */
export interface Action {
  /** `[rows]`, 1 where the incoming edges are cut */
  readonly cut: Uint8Array;
  /** `[rows]`, meaningful where cut */
  readonly value: Float64Array;
  readonly branches: readonly Branch[];
  /** `[rows]` */
  readonly shift: Float64Array;
  /** `[rows]`, 1 where anything is done at all; elsewhere the variable follows its own mechanism */
  readonly touched: Uint8Array;
  /** Whether the branches are just the own mechanism with weight and noise factor 1 wherever not cut, and no shift. */
  readonly cutOnly: boolean;
}

/** An action checked against a model and spread over rows. */
export interface ResolvedDo {
  readonly rows: number;
  readonly interventions: readonly Intervention[];
  /** by variable index; `undefined` where nothing is done */
  readonly actions: readonly (Action | undefined)[];
  /** the model's graph plus the edges that replacements read; an order of it serves every row */
  readonly graph: Dag;
}

interface Draft {
  cut: Uint8Array;
  value: Float64Array;
  branches: Branch[];
  shift: Float64Array;
  cutOnly: boolean;
  touched: Uint8Array;
}

/**
 * Checks an action against a model's variables and spreads it over rows: the one place where the meaning of
 * every intervention is written down.
 *
 * Interventions on one variable apply in order: shifts add, a scale multiplies what came before it. A row
 * whose value is cut off takes no second intervention in the same action.
 *
 * @param seed - for `stochastic` and `sometimes`; each target has its own stream
 * @throws {@link UnknownNameError} if a target is no variable of the model
 * @throws {@link InputError} for contradictory interventions, an unknown level, a value that is not finite, or a cyclic replacement
 * @throws {@link ShapeError} if a per-row value has another length than there are rows
 * @example
 * import { linearGaussian, resolveDo } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * resolveDo(model, { y: [5, Number.NaN] }, 2).actions[1]?.cut; // → Uint8Array [1, 0]
 */
export function resolveDo(
  model: { readonly variables: readonly Variable[]; readonly graph: Dag },
  action: Do | undefined,
  rows: number,
  seed?: Seed,
): ResolvedDo {
  const interventions = interventionsOf(action);
  const drafts = new Map<number, Draft>();
  const rng = rngFrom(seed).fork('do');
  const added: [string, string][] = [];
  for (const [position, intervention] of interventions.entries()) {
    const index = model.graph.nodes.indexOf(intervention.target);
    if (index < 0) throwUnknownName('do', 'variable', intervention.target, model.graph.nodes);
    const draft = drafts.get(index) ?? untouched(rows);
    drafts.set(index, draft);
    const stream = rng.fork(`${position}/${intervention.target}`);
    apply(draft, intervention, {
      model,
      variable: model.variables[index] as Variable,
      rows,
      rng: stream,
      added,
    });
  }
  return {
    rows,
    interventions,
    actions: model.graph.nodes.map((_, i) => drafts.get(i)),
    graph: added.length === 0 ? model.graph : withEdges(model.graph, added),
  };
}

/**
 * What nothing done looks like in the form of an {@link Action}: cut nowhere, the own mechanism with weight 1.
 *
 * @example
 * import { natural } from '@cfe/scm';
 * natural(2).cut; // → Uint8Array [0, 0]
 */
export function natural(rows: number): Action {
  return untouched(rows);
}

interface Context {
  readonly model: { readonly variables: readonly Variable[]; readonly graph: Dag };
  readonly variable: Variable;
  readonly rows: number;
  readonly rng: Rng;
  readonly added: [string, string][];
}

function untouched(rows: number): Draft {
  return {
    cut: new Uint8Array(rows),
    value: new Float64Array(rows),
    branches: [{ replacement: undefined, weight: ones(rows), noiseFactor: ones(rows) }],
    shift: new Float64Array(rows),
    cutOnly: true,
    touched: new Uint8Array(rows),
  };
}

function apply(draft: Draft, intervention: Intervention, context: Context): void {
  const { rows, rng } = context;
  switch (intervention.kind) {
    case 'hard': {
      const values = spread(intervention.value, intervention, context);
      claim(
        draft,
        intervention,
        (r) => !Number.isNaN(values[r]),
        (r) => {
          draft.cut[r] = 1;
          draft.value[r] = values[r] as number;
        },
      );
      return;
    }
    case 'stochastic': {
      requireLevels(intervention, context);
      const values = drawFrom(intervention.distribution, rows, rng);
      claim(
        draft,
        intervention,
        () => true,
        (r) => {
          draft.cut[r] = 1;
          draft.value[r] = values[r] as number;
        },
      );
      return;
    }
    case 'shift':
    case 'scale': {
      requireContinuous(intervention, context);
      const by = spread(intervention.by, intervention, context);
      const scale = intervention.kind === 'scale';
      draft.cutOnly = false;
      modify(
        draft,
        intervention,
        (r) => !Number.isNaN(by[r]),
        (r) => {
          const amount = by[r] as number;
          draft.shift[r] = scale ? (draft.shift[r] as number) * amount : (draft.shift[r] as number) + amount;
          if (scale) for (const b of draft.branches) b.weight[r] = (b.weight[r] as number) * amount;
        },
      );
      return;
    }
    case 'noise': {
      requireContinuous(intervention, context);
      if (!(intervention.factor >= 0) || !Number.isFinite(intervention.factor)) {
        throw bad(intervention, `its noise factor must be a finite number ≥ 0, got ${intervention.factor}`);
      }
      draft.cutOnly = false;
      modify(
        draft,
        intervention,
        () => true,
        (r) => {
          for (const b of draft.branches)
            b.noiseFactor[r] = (b.noiseFactor[r] as number) * intervention.factor;
        },
      );
      return;
    }
    case 'replace': {
      const parents = Int32Array.from(intervention.parents, (name) =>
        indexOf(context.model.graph, name, 'do'),
      );
      for (const name of intervention.parents) context.added.push([name, intervention.target]);
      draft.cutOnly = false;
      modify(
        draft,
        intervention,
        () => true,
        () => {},
      );
      draft.branches = [
        {
          replacement: { mechanism: intervention.mechanism, parents },
          weight: ones(rows),
          noiseFactor: ones(rows),
        },
      ];
      return;
    }
    case 'blend': {
      requireContinuous(intervention, context);
      const weight = probability(intervention, intervention.weight, 'weight');
      mix(draft, intervention, context, new Float64Array(rows).fill(weight));
      return;
    }
    case 'sometimes': {
      const p = probability(intervention, intervention.probability, 'probability');
      const taken = new Float64Array(rows);
      for (let r = 0; r < rows; r++) taken[r] = rng.uniform() < p ? 1 : 0;
      mix(draft, intervention, context, taken);
      return;
    }
  }
}

/** (1 − w) of what stands, plus w of what `with` makes of it; where w is 1 a cut stays a cut. */
function mix(
  draft: Draft,
  intervention: Intervention & { readonly kind: 'blend' | 'sometimes' },
  context: Context,
  weight: Float64Array,
): void {
  const inner = intervention.with;
  if (inner.target !== intervention.target) {
    throw bad(
      intervention,
      `the intervention inside it is on ${quoteName(inner.target)}; both need the same target`,
    );
  }
  const other = untouched(context.rows);
  apply(other, inner, { ...context, rng: context.rng.fork('with') });
  draft.cutOnly = draft.cutOnly && other.cutOnly && weight.every((w) => w === 0 || w === 1);
  const touches = (r: number): boolean => other.touched[r] === 1 && (weight[r] as number) > 0;
  modify(draft, intervention, touches, (r) => {
    const w = weight[r] as number;
    if (other.cut[r] === 1 && w === 1) {
      draft.cut[r] = 1;
      draft.value[r] = other.value[r] as number;
      return;
    }
    const outcome = other.cut[r] === 1 ? (other.value[r] as number) : (other.shift[r] as number);
    draft.shift[r] = (1 - w) * (draft.shift[r] as number) + w * outcome;
    for (const b of draft.branches) b.weight[r] = (b.weight[r] as number) * (1 - w);
  });
  for (const branch of other.branches) {
    const weights = branch.weight.map((b, r) =>
      touches(r) && other.cut[r] === 0 ? b * (weight[r] as number) : 0,
    );
    if (weights.some((w) => w !== 0)) draft.branches.push({ ...branch, weight: weights });
  }
}

/** Marks rows as set, and refuses a row that something was already done to. */
function claim(
  draft: Draft,
  intervention: Intervention,
  where: (row: number) => boolean,
  act: (row: number) => void,
): void {
  for (let r = 0; r < draft.touched.length; r++) {
    if (!where(r)) continue;
    if (draft.touched[r] === 1) throw contradiction(intervention, r);
    draft.touched[r] = 1;
    act(r);
  }
}

function modify(
  draft: Draft,
  intervention: Intervention,
  where: (row: number) => boolean,
  act: (row: number) => void,
): void {
  for (let r = 0; r < draft.touched.length; r++) {
    if (!where(r)) continue;
    if (draft.cut[r] === 1) throw contradiction(intervention, r);
    draft.touched[r] = 1;
    act(r);
  }
}

function contradiction(intervention: Intervention, row: number): InputError {
  return new InputError(
    'scm/contradictory-do',
    `do: row ${row} of ${quoteName(intervention.target)} gets a value and a second intervention (${intervention.kind}). Give each row one of them; to override an earlier action, compose them.`,
    { target: intervention.target, row, kind: intervention.kind },
  );
}

function spread(value: Value, intervention: Intervention, { variable, rows }: Context): Float64Array {
  if (typeof value === 'string') return new Float64Array(rows).fill(levelIndex(value, variable));
  if (typeof value === 'number') {
    checkValue(value, intervention, variable, undefined);
    return new Float64Array(rows).fill(value);
  }
  if (value.length !== rows) {
    throw new ShapeError(
      'scm/do-length',
      `do: ${quoteName(intervention.target)} has ${value.length} values for ${rows} rows. Give one number, or one per row (NaN leaves a row alone).`,
      { target: intervention.target, length: value.length, rows },
    );
  }
  const values = Float64Array.from(value);
  for (const [r, v] of values.entries()) if (!Number.isNaN(v)) checkValue(v, intervention, variable, r);
  return values;
}

function checkValue(
  value: number,
  intervention: Intervention,
  variable: Variable,
  row: number | undefined,
): void {
  const where = row === undefined ? '' : ` in row ${row}`;
  if (!Number.isFinite(value))
    throw bad(intervention, `its value${where} is ${value}; it must be a finite number`);
  if (variable.kind === 'categorical' && intervention.kind === 'hard') {
    if (!Number.isInteger(value) || value < 0 || value >= variable.levels.length) {
      throw bad(
        intervention,
        `its value${where} is ${value}; give a level's name or an index from 0 to ${variable.levels.length - 1}`,
      );
    }
  }
}

/**
 * The index of a categorical variable's level.
 *
 * @throws {@link UnknownNameError} if the variable has no such level
 * @throws {@link InputError} if the variable is continuous
 * @example
 * import { levelIndex } from '@cfe/scm';
 * levelIndex('high', { name: 'k', kind: 'categorical', levels: ['low', 'high'] }); // → 1
 */
export function levelIndex(level: string, variable: Variable): number {
  if (variable.kind === 'continuous') {
    throw new InputError(
      'scm/level-of-continuous',
      `do: ${quoteName(variable.name)} is continuous, so it takes a number, not ${quoteName(level)}.`,
      { variable: variable.name, level },
    );
  }
  const index = variable.levels.indexOf(level);
  if (index < 0) throwUnknownName('do', `level of ${quoteName(variable.name)}`, level, variable.levels);
  return index;
}

function requireContinuous(intervention: Intervention, { variable }: Context): void {
  if (variable.kind !== 'continuous') {
    throw bad(intervention, `a categorical variable takes hard, stochastic, replace or sometimes`);
  }
}

/** A law for a categorical variable yields its levels' indices and nothing else. */
function requireLevels(
  intervention: Intervention & { readonly kind: 'stochastic' },
  { variable }: Context,
): void {
  if (variable.kind === 'continuous') return;
  const { distribution } = intervention;
  const levels = variable.levels.length;
  const fits =
    distribution.kind === 'categorical'
      ? distribution.probabilities.length === levels
      : distribution.kind === 'empirical' &&
        Array.from(distribution.values).every((v) => Number.isInteger(v) && v >= 0 && v < levels);
  if (fits) return;
  throw bad(
    intervention,
    `a categorical variable takes a categorical law with one probability for each of its ${levels} levels, or an empirical one of their indices`,
  );
}

function probability(intervention: Intervention, p: number, what: string): number {
  if (!(p >= 0 && p <= 1)) throw bad(intervention, `its ${what} must be between 0 and 1, got ${p}`);
  return p;
}

function bad(intervention: Intervention, problem: string): InputError {
  return new InputError(
    'scm/do-value',
    `do: ${intervention.kind} on ${quoteName(intervention.target)}: ${problem}.`,
    {
      target: intervention.target,
      kind: intervention.kind,
    },
  );
}

function withEdges(graph: Dag, added: readonly [string, string][]): Dag {
  const present = new Set(
    edgesOf(graph).map(({ from, to }) => `${graph.nodes.indexOf(from)} ${graph.nodes.indexOf(to)}`),
  );
  const edges: [string, string][] = edgesOf(graph).map(({ from, to }): [string, string] => [from, to]);
  for (const [from, to] of added) {
    const key = `${graph.nodes.indexOf(from)} ${graph.nodes.indexOf(to)}`;
    if (!present.has(key)) edges.push([from, to]);
    present.add(key);
  }
  return createDag(graph.nodes, edges);
}

function ones(rows: number): Float64Array {
  return new Float64Array(rows).fill(1);
}

/**
 * The columns that variable j's own mechanism reads, in the graph's parent order.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { parentColumns } from '@cfe/scm';
 * const dag = createDag(['a', 'b'], [['a', 'b']]);
 * parentColumns(dag, 1, [Float64Array.of(7), Float64Array.of(8)]); // → [Float64Array [7]]
 */
export function parentColumns(graph: Dag, j: number, columns: readonly Float64Array[]): Float64Array[] {
  return Array.from(incident(graph.parents, j), (k) => columns[k] as Float64Array);
}
