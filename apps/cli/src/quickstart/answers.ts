import {
  type Answer,
  bootstrapEnsemble,
  type ClassEffects,
  type CounterfactualAnswer,
  type CurvePoint,
  classEffects,
  counterfactual,
  type Effect,
  type Ensemble,
  effect,
  effectCurve,
  interventional,
  pathEffect,
} from '@cfe/counterfactuals';
import type { Table } from '@cfe/data';
import { causalPaths, childrenOf, edgesOf } from '@cfe/graph';
import { learnStructure, type StructureResult } from '@cfe/structure';
import { regressionModel } from '../model/associational.ts';
import type { FittedEnsemble } from '../model/fit-ensemble.ts';
import { type Cars, knowledge } from './cars.ts';

/** What is asked: 500 lb less. */
export const question = {
  treatment: 'weight',
  outcome: 'mpg',
  less: 500,
  everyone: 2500,
  control: 3000,
} as const;
const { treatment, outcome, less, everyone, control } = question;

/** A regression's answer to the question about the effect. */
export interface NaiveAnswer {
  readonly name: string;
  readonly ignores: string;
  readonly value: number;
  readonly interval: readonly [number, number] | undefined;
}

/** Every answer of the main job. */
export interface Answers {
  readonly lighter: number;
  readonly counterfactual: CounterfactualAnswer;
  /** mean mpg if every car weighed 2,500 lb */
  readonly everyone: Answer;
  readonly total: Effect;
  readonly direct: Effect;
  /** the same for acceleration, where the paths pull in opposite directions */
  readonly acceleration: { readonly total: Effect; readonly direct: Effect };
  readonly naive: readonly NaiveAnswer[];
  /** what the whole equivalence class allows, by linear regression */
  readonly wholeClass: ClassEffects;
  /** what the search finds when nothing is stated beforehand */
  readonly unordered: {
    readonly edges: number;
    readonly open: number;
    readonly score: number;
    /** its arrows that run against the stated order */
    readonly against: readonly (readonly [from: string, to: string])[];
    readonly effects: ClassEffects;
  };
  readonly paths: readonly (readonly string[])[];
  readonly curve: readonly CurvePoint[];
  readonly naiveCurve: readonly { readonly x: number; readonly y: number }[];
}

/** Asks the fitted ensemble, and the regressions beside it. */
export async function answersOf(
  cars: Cars,
  fitted: FittedEnsemble & { readonly learned?: StructureResult },
  { level, seed, signal }: { readonly level: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Answers> {
  const subject: Ensemble = fitted;
  const options = { level, seed, samples: 1000 };
  const lighter = Number(cars.car[treatment]) - less;
  const setting = { treatment: { [treatment]: everyone }, control: { [treatment]: control } };
  const total = await effect(subject, { ...setting, outcome, ...options });
  signal.throwIfAborted();
  const graph = fitted.model.graph;
  const directEdge = (end: string): Promise<Effect> => directEffect(subject, end, setting, options);
  const naive: NaiveAnswer[] = [];
  const others = cars.table.names.filter((name) => name !== outcome);
  for (const [name, on, ignores] of [
    ['regression on weight alone', [treatment], 'what causes both weight and mpg'],
    ['regression on all other columns', others, 'that effects of weight are among them, and every curve'],
  ] as const) {
    const regressions = await bootstrapEnsemble(
      cars.table,
      (rows: Table) => regressionModel(rows, outcome, on),
      { replicates: 40, seed, signal },
    );
    const { value, interval } = await effect(
      { model: regressions.model, replicates: regressions.replicates },
      { ...setting, outcome, level, seed, samples: 10 },
    );
    naive.push({ name, ignores, value, interval });
  }
  const curve = await effectCurve(subject, {
    treatment,
    outcome,
    ...options,
    samples: 400,
    values: steps(cars.table),
  });
  signal.throwIfAborted();
  return {
    lighter,
    counterfactual: await counterfactual(subject, cars.car, {
      do: { [treatment]: lighter },
      level,
      seed,
      samples: 200,
    }),
    everyone: await interventional(subject, outcome, { do: { [treatment]: everyone }, ...options }),
    total,
    direct: await directEdge(outcome),
    acceleration: {
      total: await effect(subject, { ...setting, outcome: 'acceleration', ...options }),
      direct: await directEdge('acceleration'),
    },
    naive,
    wholeClass: classEffects(cars.table, {
      graph: fitted.learned?.graph ?? graph,
      variables: cars.table.variables,
      treatment,
      outcome,
      level,
    }),
    unordered: await withoutOrder(cars.table, { level, seed, signal }),
    paths: causalPaths(graph, treatment, outcome),
    curve,
    naiveCurve: await naiveLine(cars.table, curve),
  };
}

/** The effect that runs along the edge itself; a member whose graph lacks the edge counts with 0. */
async function directEffect(
  subject: Ensemble,
  end: string,
  setting: Pick<Effect, 'treatment' | 'control'>,
  options: { readonly level: number; readonly seed: number; readonly samples: number },
): Promise<Effect> {
  const asked = { ...setting, outcome: end, ...options };
  if (childrenOf(subject.model.graph, treatment).includes(end))
    return pathEffect(subject, { ...asked, edges: [[treatment, end]] });
  return { ...asked, value: 0, identifiedBy: 'graph', assumptions: [], warnings: [] };
}

/** Even steps within the middle 96% of the rows. */
function steps(table: Table): number[] {
  const sorted = Float64Array.from(table.column(treatment)).sort();
  const [low, high] = [0.02, 0.98].map((p) => sorted[Math.round(p * (sorted.length - 1))] as number) as [
    number,
    number,
  ];
  return Array.from({ length: 13 }, (_, k) => low + ((high - low) * k) / 12);
}

async function naiveLine(table: Table, curve: readonly CurvePoint[]): Promise<{ x: number; y: number }[]> {
  const model = await regressionModel(table, outcome, [treatment]);
  const out = [];
  for (const { at } of [curve[0], curve.at(-1)].filter((point) => point !== undefined)) {
    const { value } = await interventional(model, outcome, { do: { [treatment]: at }, samples: table.rows });
    out.push({ x: at, y: value });
  }
  return out;
}

/** The same search without the stated order, and what it would make of the effect. */
async function withoutOrder(
  table: Table,
  { level, seed, signal }: { readonly level: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Answers['unordered']> {
  const { graph, score } = await learnStructure(table, { method: 'flop', seed, signal });
  const tierOf = (name: string): number =>
    (knowledge.tiers ?? []).findIndex((tier: readonly string[]) => tier.includes(name));
  const edges = edgesOf(graph);
  return {
    edges: edges.length,
    open: edges.filter(({ type }) => type === 'undirected').length,
    score,
    against: edges
      .filter(({ from, to, type }) => type === 'directed' && tierOf(from) > tierOf(to))
      .map(({ from, to }) => [from, to] as const),
    effects: classEffects(table, { graph, variables: table.variables, treatment, outcome, level }),
  };
}
