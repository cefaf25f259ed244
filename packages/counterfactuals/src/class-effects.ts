import { type Columns, InputError, quoteName, type Variable } from '@cfe/base';
import { type Cpdag, type Dag, incident, indexOf, type Pdag } from '@cfe/graph';
import { tQuantile } from './internal/quantiles.ts';
import { regress } from './internal/regression.ts';
import { designOf } from './robustness-value.ts';

/** A linear effect under one possible set of parents of the treatment. */
export interface PossibleEffect {
  readonly parents: readonly string[];
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** The effects that the members of an equivalence class imply. */
export interface ClassEffects {
  /** one per possible parent set of the treatment; members that share it share the effect */
  readonly effects: readonly PossibleEffect[];
  /** from the smallest to the largest value */
  readonly range: readonly [low: number, high: number];
  /** the union of the intervals: holds the true effect at least as often as one interval does */
  readonly interval: readonly [low: number, high: number];
  readonly identifiedBy: 'graph' | 'not';
  readonly message: string;
}

/**
 * The linear effects of a treatment that the DAGs of an equivalence class imply, by regression on each of the
 * treatment's possible parent sets (local IDA): where directions are open, the answer is a set.
 *
 * @param rows - complete rows; linear mechanisms without hidden confounding are assumed
 * @param options.level - of the intervals, default 0.9
 * @throws {@link InputError} if the treatment is categorical
 * @see Maathuis, Kalisch and Bühlmann (2009), Annals of Statistics 37, 3133–3164
 * @example
 * import { classEffects } from '@cfe/counterfactuals';
 * import { cpdag } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const asked = { graph: cpdag(model.graph), variables: model.variables, treatment: 'x', outcome: 'y' };
 * const { effects, identifiedBy } = classEffects(model.sample(500, { seed: 1 }), asked);
 * effects.map(({ parents }) => parents); // → [[], ['y']]
 * identifiedBy; // → 'not'
 */
export function classEffects(
  rows: Columns,
  options: {
    readonly graph: Dag | Cpdag | Pdag;
    readonly variables: readonly Variable[];
    readonly treatment: string;
    readonly outcome: string;
    readonly level?: number | undefined;
  },
): ClassEffects {
  const { graph, variables, treatment, outcome, level = 0.9 } = options;
  const x = indexOf(graph, treatment, 'classEffects');
  indexOf(graph, outcome, 'classEffects');
  const variable = (name: string): Variable =>
    variables.find((candidate) => candidate.name === name) as Variable;
  if (variable(treatment).kind !== 'continuous' || variable(outcome).kind !== 'continuous') {
    throw new InputError(
      'counterfactuals/ida-categorical',
      `classEffects: ${quoteName(treatment)} and ${quoteName(outcome)} must be continuous: these are linear effects.`,
      { treatment, outcome },
    );
  }
  const effects = possibleParents(graph, x).map((indices): PossibleEffect => {
    const parents = indices.map((i) => graph.nodes[i] as string);
    if (parents.includes(outcome)) return { parents, value: 0, interval: [0, 0] };
    const { coefficients, standardErrors, degreesOfFreedom } = regress(
      [rows.column(treatment), ...parents.flatMap((name) => designOf(rows, variable(name)))],
      rows.column(outcome),
    );
    const value = coefficients[0] as number;
    const half = tQuantile((1 + level) / 2, Math.max(1, degreesOfFreedom)) * (standardErrors[0] as number);
    return { parents, value, interval: [value - half, value + half] };
  });
  const values = effects.map(({ value }) => value);
  const single = effects.length === 1;
  const range: [number, number] = [Math.min(...values), Math.max(...values)];
  return {
    effects,
    range,
    interval: [
      Math.min(...effects.map(({ interval }) => interval[0])),
      Math.max(...effects.map(({ interval }) => interval[1])),
    ],
    identifiedBy: single ? 'graph' : 'not',
    message: single
      ? `All members of the class agree on the parents of ${treatment}, so the effect is identified.`
      : `The class leaves ${effects.length} possible sets of parents of ${treatment}: the effect is one of ${effects.length} values, and the data do not say which.`,
  };
}

/** The parent sets that a node can have in members of the class: those that make no new collider at the node. */
function possibleParents(graph: Dag | Cpdag | Pdag, x: number): number[][] {
  const sure = [...incident(graph.parents, x)];
  const open = [...incident(graph.neighbours, x)];
  const joined = (a: number, b: number): boolean =>
    [graph.parents, graph.children, graph.neighbours].some((relation) => incident(relation, a).includes(b));
  if (open.length > 20) {
    throw new InputError(
      'counterfactuals/ida-open',
      `classEffects: ${quoteName(graph.nodes[x] as string)} has ${open.length} undirected edges, too many to try all orientations. Add knowledge or interventions.`,
      { open: open.length },
    );
  }
  const sets: number[][] = [];
  for (let mask = 0; mask < 2 ** open.length; mask++) {
    const added = open.filter((_, k) => (mask >> k) & 1);
    const valid = added.every(
      (a) => sure.every((b) => joined(a, b)) && added.every((b) => a === b || joined(a, b)),
    );
    if (valid) sets.push([...sure, ...added].sort((a, b) => a - b));
  }
  return sets;
}
