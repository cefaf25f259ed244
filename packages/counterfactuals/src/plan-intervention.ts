import {
  type Columns,
  columnsFrom,
  InputError,
  quoteName,
  type RunOptions,
  throwUnknownName,
} from '@cfe/base';
import { ancestorsOf } from '@cfe/graph';
import type { AnyCausalModel, Do, Evidence } from '@cfe/scm';
import type { IdentifiedBy } from './answer.ts';
import { actedOn } from './distribution.ts';
import { counterfactualAssumptions, interventionalAssumptions } from './internal/assumptions.ts';
import { evidenceOf, individuals, type Particles } from './internal/particles.ts';
import { subsetsBySize } from './internal/subsets.ts';
import { weightedCovariance, weightedMean, weightedQuantile } from './internal/weighted.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { warningsOf } from './support.ts';

/** A goal: the outcome's mean (of one row: its value) on one side of a number; of a category, its level's probability. */
export interface Goal {
  readonly outcome: string;
  /** of a categorical outcome: the level whose probability the number bounds */
  readonly level?: string | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** What to do to reach a goal, and what comes of it. */
export interface InterventionPlan {
  /** the values to set; empty if nothing needs to be done */
  readonly interventions: Readonly<Record<string, number>>;
  readonly reached: boolean;
  /** the outcome under the plan */
  readonly value: number;
  /** Σ cost · ((value − now) / spread)² */
  readonly cost: number;
  /** share of the ensemble's refits under which the goal is reached too; absent without an ensemble */
  readonly confidence?: number;
  /** what the outcome under the plan rests on: for one row the form of the mechanisms, for everybody the graph */
  readonly identifiedBy: IdentifiedBy;
  readonly assumptions: readonly string[];
  readonly message: string;
  readonly warnings: readonly string[];
}

/** What may be done, and at what price. */
export interface PlanOptions extends RunOptions {
  readonly target: Goal;
  /** variables that may be set; default all continuous causes of the outcome */
  readonly may?: readonly string[] | undefined;
  /** price of moving a variable by its spread, squared; default 1 */
  readonly costs?: Readonly<Record<string, number>> | undefined;
  /** allowed values; default from the lowest to the highest of the ensemble's rows, or 3 spreads around the mean */
  readonly bounds?: Readonly<Record<string, readonly [low: number, high: number]>> | undefined;
  /** most variables to set at once, default 3 */
  readonly most?: number | undefined;
  /** for one row: its values, all or some; otherwise the plan is for everybody */
  readonly row?: Evidence | undefined;
  /** simulated individuals where there is no row, or an incomplete one, default 1,000 */
  readonly samples?: number | undefined;
}

/**
 * The cheapest values to set so that an outcome reaches a target: for one row (counterfactually, with its own noise)
 * or for everybody.
 *
 * Sets of variables are tried in order of size. For one set, each step solves the problem with the outcome linear
 * in the values (its gradient taken through the model under `do`), and the steps converge where linear and true outcome
 * agree. Where curvature defeats the steps, a line search between start and bound decides.
 *
 * @throws {@link InputError} if the goal is on a variable that may be set, or names no number
 * @example
 * import { planIntervention } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const plan = await planIntervention(model, { target: { outcome: 'y', atLeast: 6 }, row: { x: 1, y: 2 } });
 * plan.interventions; // → { x: 3.000 }
 */
export async function planIntervention(subject: Subject, options: PlanOptions): Promise<InterventionPlan> {
  const { signal, onProgress, most = 3 } = options;
  const { model, replicates, rows } = ensembleOf(subject);
  const goal = readGoal(model, options.target);
  checkTerms(model, options);
  const before = await startOf(model, options);
  const base = weightedMean(goal.read(before.rows), before.weights);
  const identifiedBy =
    options.row === undefined ? 'graph' : model.abduction === 'point' ? 'functional-form' : 'convention';
  const basis = {
    identifiedBy,
    assumptions:
      identifiedBy === 'graph' ? interventionalAssumptions() : counterfactualAssumptions(identifiedBy),
  } as const;
  const seen = warningsOf(rows, { factual: options.row && knownFields(model, options.row) }).warnings;
  if (goal.excess(base) >= 0)
    return {
      interventions: {},
      reached: true,
      value: base,
      cost: 0,
      ...basis,
      message: 'The goal is reached already.',
      warnings: seen,
    };
  const levers = await leversOf(model, options, rows, goal.outcome);
  const found: { readonly names: readonly Lever[]; readonly try: Attempt }[] = [];
  const sets = [...subsetsBySize(levers, most)];
  for (const [done, set] of sets.entries()) {
    signal?.throwIfAborted();
    if (found.some(({ names }) => names.length < set.length)) break;
    const attempt = await cheapest(model, before, set, goal, options);
    if (attempt.reached) found.push({ names: set, try: attempt });
    onProgress?.({ phase: 'plan', done: done + 1, total: sets.length });
  }
  found.sort((a, b) => a.try.cost - b.try.cost);
  const best = found[0];
  if (best === undefined) {
    return {
      interventions: {},
      reached: false,
      value: base,
      cost: 0,
      ...basis,
      message:
        levers.length === 0
          ? `Nothing that may be set is a cause of ${goal.outcome} in this graph, so no plan can move it.`
          : `No values of ${levers.map(({ name }) => name).join(', ')} within their bounds, ${most} at most at once, reach the goal.`,
      warnings: seen,
    };
  }
  const interventions = actionOf(best.names, best.try.values);
  const confident = [];
  for (const replicate of replicates) {
    const start = await startOf(replicate, options);
    const after = await actedOn(replicate, start, interventions, options.seed);
    confident.push(goal.excess(weightedMean(goal.read(after), start.weights)) >= 0 ? 1 : 0);
  }
  const confidence =
    confident.length === 0 ? undefined : confident.reduce<number>((a, b) => a + b, 0) / confident.length;
  return {
    interventions,
    reached: true,
    value: best.try.outcome,
    cost: best.try.cost,
    ...(confidence === undefined ? {} : { confidence }),
    ...basis,
    message: `Setting ${best.names.map(({ name }, k) => `${name} = ${Number((best.try.values[k] as number).toPrecision(6))}`).join(' and ')} brings ${goal.told} to ${Number(best.try.outcome.toPrecision(6))}.`,
    warnings: [
      ...seen,
      ...warningsOf(rows, { do: interventions }).warnings,
      ...(confidence === undefined || confidence >= 0.5
        ? []
        : [
            `${confidence === 0 ? 'None' : `Only ${Math.round(100 * confidence)}%`} of the refits reach the goal by this plan. Plan for a goal further off, to have a margin.`,
          ]),
    ],
  };
}

interface CheckedGoal {
  readonly outcome: string;
  /** what the number is of, as a person says it */
  readonly told: string;
  /** how far past the goal a value is, ≥ 0 where it is reached */
  readonly excess: (value: number) => number;
  /** the number of each row whose mean is judged */
  readonly read: (rows: Columns) => Float64Array;
  /** steps in spreads over which slopes are taken: categories change by jumps */
  readonly step: number;
}

function readGoal(model: AnyCausalModel, { outcome, level, atLeast, atMost }: Goal): CheckedGoal {
  const variable = model.variables[model.graph.nodes.indexOf(outcome)];
  if (variable === undefined) throwUnknownName('planIntervention', 'variable', outcome, model.graph.nodes);
  const isCategorical = variable.kind === 'categorical';
  const index = isCategorical && level !== undefined ? variable.levels.indexOf(level) : -1;
  const number = atLeast ?? atMost;
  if (
    (atLeast === undefined) === (atMost === undefined) ||
    !Number.isFinite(number) ||
    isCategorical !== (level !== undefined)
  ) {
    throw new InputError(
      'counterfactuals/goal',
      `planIntervention: the goal on ${quoteName(outcome)} needs one number, 'atLeast' or 'atMost', of ${
        isCategorical ? "the probability of a 'level'" : 'its value'
      }.`,
      { outcome },
    );
  }
  if (isCategorical && index < 0) {
    throw new InputError(
      'counterfactuals/outcome-level',
      `planIntervention: ${quoteName(outcome)} has no level ${quoteName(level as string)}. It has ${variable.levels.map(quoteName).join(', ')}.`,
      { outcome, levels: variable.levels },
    );
  }
  return {
    outcome,
    told: isCategorical ? `P(${outcome} = ${level})` : outcome,
    excess: (value) => (atLeast !== undefined ? value - atLeast : (atMost as number) - value),
    read: (rows) =>
      isCategorical ? rows.column(outcome).map((x) => (x === index ? 1 : 0)) : rows.column(outcome),
    step: isCategorical ? 0.25 : 1e-4,
  };
}

/** Prices and bounds that no plan could be right under are refused. */
function checkTerms({ graph }: AnyCausalModel, { costs = {}, bounds = {}, most = 3 }: PlanOptions): void {
  for (const name of [...Object.keys(costs), ...Object.keys(bounds)])
    if (!graph.nodes.includes(name)) throwUnknownName('planIntervention', 'variable', name, graph.nodes);
  const wrong = (what: string, details: Record<string, unknown>): never => {
    throw new InputError('counterfactuals/plan-terms', `planIntervention: ${what}`, details);
  };
  for (const [name, cost] of Object.entries(costs))
    if (!(cost > 0 && cost < Number.POSITIVE_INFINITY))
      wrong(`the cost of ${quoteName(name)} is ${cost}; it must be a number above 0.`, {
        variable: name,
        cost,
      });
  for (const [name, [low, high]] of Object.entries(bounds))
    if (!(low <= high))
      wrong(`the bounds of ${quoteName(name)} are ${low} to ${high}; the lower comes first.`, {
        variable: name,
      });
  if (!(Number.isSafeInteger(most) && most > 0))
    wrong(`'most' is ${most}; a plan sets at least one variable.`, { most });
}

async function startOf(
  model: AnyCausalModel,
  { row, samples = 1000, seed }: PlanOptions,
): Promise<Particles> {
  const evidence = row && Object.fromEntries(evidenceOf(model, knownFields(model, row)));
  return individuals(model, { evidence, samples, seed });
}

function knownFields(model: AnyCausalModel, row: Evidence): Evidence {
  const { nodes } = model.graph;
  const complete = nodes.every((name) => row[name] !== undefined);
  return complete ? Object.fromEntries(nodes.map((name) => [name, row[name] as number | string])) : row;
}

/** A variable that may be set. */
interface Lever {
  readonly name: string;
  readonly now: number;
  readonly spread: number;
  readonly price: number;
  readonly low: number;
  readonly high: number;
}

async function leversOf(
  model: AnyCausalModel,
  options: PlanOptions,
  rows: Columns | undefined,
  outcome: string,
): Promise<Lever[]> {
  const causes = ancestorsOf(model.graph, outcome);
  const continuous = (name: string): boolean =>
    model.variables[model.graph.nodes.indexOf(name)]?.kind === 'continuous';
  const names = options.may ?? causes.filter((name) => name !== outcome && continuous(name));
  const reference = rows ?? (await model.sample(1000, { seed: options.seed }));
  const start = await startOf(model, options);
  return names
    .map((name) => {
      if (!model.graph.nodes.includes(name))
        throwUnknownName('planIntervention', 'variable', name, model.graph.nodes);
      if (name === outcome || !continuous(name)) {
        throw new InputError(
          'counterfactuals/may',
          `planIntervention: ${quoteName(name)} ${name === outcome ? 'is the goal itself' : 'is categorical'}, so no plan can move it. Leave it out of 'may'.`,
          { variable: name },
        );
      }
      const column = reference.column(name);
      const equal = new Float64Array(column.length).fill(1 / column.length);
      const spread = Math.sqrt(weightedCovariance(column, column, equal)) || 1;
      const mean = weightedMean(column, equal);
      const [low, high] =
        options.bounds?.[name] ??
        (rows === undefined
          ? [mean - 3 * spread, mean + 3 * spread]
          : [weightedQuantile(column, equal, 0), weightedQuantile(column, equal, 1)]);
      const now = weightedMean(start.rows.column(name), start.weights);
      return { name, now, spread, price: options.costs?.[name] ?? 1, low, high };
    })
    .filter(({ name }) => causes.includes(name));
}

interface Attempt {
  readonly values: readonly number[];
  readonly outcome: number;
  readonly cost: number;
  readonly reached: boolean;
}

async function cheapest(
  model: AnyCausalModel,
  before: Particles,
  levers: readonly Lever[],
  goal: CheckedGoal,
  { seed }: PlanOptions,
): Promise<Attempt> {
  const clampTo = ({ low, high }: Lever, v: number): number => Math.min(high, Math.max(low, v));
  const costOf = (values: readonly number[]): number =>
    levers.reduce(
      (sum, { now, spread, price }, k) => sum + price * (((values[k] as number) - now) / spread) ** 2,
      0,
    );
  /** The mean outcome under many candidate settings, all in one batch. */
  const outcomes = async (candidates: readonly (readonly number[])[]): Promise<number[]> => {
    const n = before.rows.rows;
    const repeated = (columns: Columns): Columns =>
      columnsFrom(
        Object.fromEntries(
          columns.names.map((name) => {
            const column = columns.column(name);
            return [
              name,
              Float64Array.from({ length: n * candidates.length }, (_, r) => column[r % n] as number),
            ];
          }),
        ),
      );
    const action: Do = Object.fromEntries(
      levers.map(({ name }, k) => [
        name,
        Float64Array.from(
          { length: n * candidates.length },
          (_, r) => candidates[Math.floor(r / n)]?.[k] as number,
        ),
      ]),
    );
    const after = await actedOn(
      model,
      { rows: repeated(before.rows), noise: repeated(before.noise) },
      action,
      seed,
    );
    const column = goal.read(after);
    return candidates.map((_, c) => weightedMean(column.subarray(c * n, (c + 1) * n), before.weights));
  };
  const judged = (values: readonly number[], outcome: number): Attempt => ({
    values,
    outcome,
    cost: costOf(values),
    reached: goal.excess(outcome) >= -1e-9 * Math.max(1, Math.abs(outcome)),
  });

  const now = levers.map((lever) => clampTo(lever, lever.now));
  let values = now;
  let best: Attempt | undefined;
  for (let step = 0; step < 25; step++) {
    const h = levers.map(({ spread }) => goal.step * spread);
    const shifted = (k: number, by: number): number[] => values.map((v, i) => (i === k ? v + by : v));
    const [here, ...moved] = await outcomes([
      values,
      ...levers.flatMap((_, k) => [shifted(k, h[k] as number), shifted(k, -(h[k] as number))]),
    ]);
    const attempt = judged(values, here as number);
    if (attempt.reached && (best === undefined || attempt.cost < best.cost)) best = attempt;
    const slope = levers.map((_, k) => {
      const rise = goal.excess(moved[2 * k] as number) - goal.excess(moved[2 * k + 1] as number);
      return rise / (2 * (h[k] as number));
    });
    const next = linearOptimum(levers, now, values, slope, goal.excess(here as number));
    const change = next.reduce(
      (most, v, k) => Math.max(most, Math.abs(v - (values[k] as number)) / (levers[k] as Lever).spread),
      0,
    );
    values = next;
    if (change < 1e-10) break;
  }
  return (
    (await onTheWay(levers, now, best, outcomes, judged)) ??
    judged(values, (await outcomes([values]))[0] as number)
  );
}

/** The cheapest point where the linear outcome reaches the goal, bounds respected one after the other. */
function linearOptimum(
  levers: readonly Lever[],
  now: readonly number[],
  at: readonly number[],
  slope: readonly number[],
  excess: number,
): number[] {
  const fixed = new Map<number, number>();
  for (;;) {
    let needed = -excess;
    for (const [k, v] of at.entries()) {
      needed += (slope[k] as number) * (v - (fixed.get(k) ?? (now[k] as number)));
    }
    let power = 0;
    for (const [k, { spread, price }] of levers.entries())
      if (!fixed.has(k)) power += ((slope[k] as number) * spread) ** 2 / price;
    const values = levers.map((lever, k) => {
      const stop = fixed.get(k);
      if (stop !== undefined) return stop;
      if (power === 0 || needed <= 0) return now[k] as number;
      return (now[k] as number) + (needed * (slope[k] as number) * lever.spread ** 2) / (lever.price * power);
    });
    const outside = levers.findIndex(({ low, high }, k) => {
      const v = values[k] as number;
      return !fixed.has(k) && (v < low || v > high);
    });
    if (outside < 0) return values;
    const { low, high } = levers[outside] as Lever;
    fixed.set(outside, (values[outside] as number) < low ? low : high);
  }
}

/** Of one lever, the nearest point of a fine grid that reaches the goal, refined; of several, what the steps found. */
async function onTheWay(
  levers: readonly Lever[],
  now: readonly number[],
  best: Attempt | undefined,
  outcomes: (candidates: readonly (readonly number[])[]) => Promise<number[]>,
  judged: (values: readonly number[], outcome: number) => Attempt,
): Promise<Attempt | undefined> {
  const [lever, ...more] = levers;
  if (lever === undefined || more.length > 0) return best;
  const grid = Array.from({ length: 65 }, (_, k) => [lever.low + ((lever.high - lever.low) * k) / 64]);
  const values = await outcomes(grid);
  const reached = grid.map((v, k) => judged(v, values[k] as number)).filter((attempt) => attempt.reached);
  reached.sort((a, b) => a.cost - b.cost);
  let found = reached[0];
  if (found === undefined || (best !== undefined && best.cost <= found.cost)) return best;
  let [inside, outside] = [found.values[0] as number, now[0] as number];
  for (let step = 0; step < 50; step++) {
    const middle = (inside + outside) / 2;
    const attempt = judged([middle], (await outcomes([[middle]]))[0] as number);
    if (attempt.reached) {
      inside = middle;
      found = attempt;
    } else outside = middle;
  }
  return found;
}

function actionOf(levers: readonly Lever[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(levers.map(({ name }, k) => [name, values[k] as number]));
}
