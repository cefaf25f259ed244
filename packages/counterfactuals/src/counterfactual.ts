import { type Columns, columnsFrom, InputError, rngFrom, type Seed } from '@cfe/base';
import { type AnyCausalModel, type Do, type Evidence, interventionsOf } from '@cfe/scm';
import type { Answer, IdentifiedBy, Support } from './answer.ts';
import { actedOn } from './distribution.ts';
import { counterfactualBasis } from './internal/assumptions.ts';
import {
  fewRowsWarning,
  levelOf,
  percentileInterval,
  sampleSizeOf,
  tailShare,
} from './internal/intervals.ts';
import { type OutcomeLaw, outcomeLaw } from './internal/outcome-answer.ts';
import { abductOf, evidenceOf, individuals } from './internal/particles.ts';
import { seedOfReplicate } from './internal/replicate-seed.ts';
import { weightedQuantile } from './internal/weighted.ts';
import { shakiest } from './shakiest.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { warningsOf } from './support.ts';

/** What one variable would have been. */
export interface CounterfactualValue extends Answer, Omit<OutcomeLaw, 'range'> {
  readonly value: number;
}

/** One answer per variable. */
export type CounterfactualAnswer = Readonly<Record<string, CounterfactualValue>>;

/**
 * What one row would have been, had something been done to it: its own noise is kept (abduction), the action
 * replaces mechanisms, and everything downstream is predicted again. The third rung.
 *
 * Variables that the action cannot reach keep the row's values exactly. Where the evidence does not fix the noise
 * (some variables are unknown, or a categorical one has many noises that fit) the answer is the mean over the
 * posterior, with its spread.
 *
 * @param row - values of all variables, or of some; a category by its level's name or index. Other fields are ignored
 * when every variable is there
 * @param options.level - of the intervals, default 0.9; they cover what is not known of the parameters (with an
 * ensemble) and of the row's own noise
 * @param options.samples - draws where the noise is not fixed, default 2,000
 * @throws {@link InputError} if the model cannot abduct, or the evidence is impossible
 * @see Pearl (2009), Causality, section 7.1
 * @example
 * import { counterfactual } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const had = await counterfactual(model, { x: 1, y: 5 }, { do: { x: 2 } });
 * had.y?.value; // → 7
 */
export async function counterfactual(
  subject: Subject,
  row: Evidence,
  options: {
    readonly do: Do;
    readonly level?: number | undefined;
    readonly samples?: number | undefined;
    readonly seed?: Seed | undefined;
  },
): Promise<CounterfactualAnswer> {
  const level = levelOf(options.level);
  const { model, replicates, rows } = ensembleOf(subject);
  const evidence = Object.fromEntries(evidenceOf(model, fieldsOf(model, row)));
  const ask = async (member: AnyCausalModel, seed: Seed | undefined) => {
    const before = await individuals(member, { evidence, samples: options.samples ?? 2000, seed });
    return { ...before, rows: await actedOn(member, before, options.do, seed) };
  };
  const point = await ask(model, options.seed);
  const worlds = [];
  for (const [index, replicate] of replicates.entries())
    worlds.push(await ask(replicate, seedOfReplicate(options.seed, index)));
  const support = warningsOf(rows, { do: options.do, factual: evidence }, { rows: point.rows, least: 0.05 });
  const acted = new Set(interventionsOf(options.do).map(({ target }) => target));
  const restsOn = counterfactualBasis(model, options.do);
  const pooled = worlds.length >= 10 ? worlds : [point];
  const weights = Float64Array.from(
    pooled.flatMap((world) => [...world.weights].map((w) => w / pooled.length)),
  );
  return Object.fromEntries(
    model.graph.nodes.map((name): [string, CounterfactualValue] => {
      const { range: _, ...law } = outcomeLaw(model, point, name, level);
      const draws = Float64Array.from(pooled.flatMap((world) => [...world.rows.column(name)]));
      const size = sampleSizeOf(model, rows, name);
      const tail = tailShare(level, size);
      const interval = (pooled.every((world) => world.rows.rows === 1)
        ? percentileInterval([...draws], level, size)
        : undefined) ?? [weightedQuantile(draws, weights, tail), weightedQuantile(draws, weights, 1 - tail)];
      const few = fewRowsWarning(size);
      const known = draws.length > 1 && law.probabilities === undefined;
      const kept = acted.has(name) || law.value === evidence[name];
      return [
        name,
        {
          ...law,
          ...(known ? { interval } : {}),
          level,
          ...restsOn(name),
          ...(kept ? { identifiedBy: 'graph' } : {}),
          ...support,
          warnings: few === undefined ? support.warnings : [...support.warnings, few],
        },
      ];
    }),
  );
}

/** What many rows would have been. */
export interface CounterfactualTable {
  readonly values: Columns;
  /** central intervals over the replicates, by variable; absent without an ensemble of 10 or more */
  readonly low?: Columns;
  readonly high?: Columns;
  readonly level: number;
  /** what the values rest on that the action reaches; the others are the rows' own */
  readonly identifiedBy: IdentifiedBy;
  readonly assumptions: readonly string[];
  /** of the rows and actions together, the furthest from the data; needs an ensemble with its rows */
  readonly support?: Support;
  readonly warnings: readonly string[];
}

/**
 * {@link counterfactual} for many complete rows at once, a value of the action per row where it has one.
 *
 * @param rows - complete rows; a category by its level's index
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { counterfactuals } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const had = await counterfactuals(model, columnsFrom({ x: [1, 0], y: [5, 1] }), { do: { x: [2, 3] } });
 * [...had.values.column('y')]; // → [7, 7]
 */
export async function counterfactuals(
  subject: Subject,
  rows: Columns,
  options: { readonly do: Do; readonly level?: number | undefined; readonly seed?: Seed | undefined },
): Promise<CounterfactualTable> {
  const level = levelOf(options.level);
  const { model, replicates, rows: fitted } = ensembleOf(subject);
  const ask = async (member: AnyCausalModel, seed: Seed | undefined): Promise<Columns> =>
    (await counterfactualWorlds(member, rows, [options.do], { seed }))[0] as Columns;
  const values = await ask(model, options.seed);
  const basis = {
    level,
    ...shakiest(model.graph.nodes.map(counterfactualBasis(model, options.do))),
    ...warningsOf(fitted, { do: options.do, factual: rows }, { rows: values, least: 0 }),
  } as const;
  if (replicates.length < 10) return { values, ...basis };
  const others: Columns[] = [];
  for (const [index, replicate] of replicates.entries())
    others.push(await ask(replicate, seedOfReplicate(options.seed, index)));
  const bounds = model.graph.nodes.map((name): readonly [low: Float64Array, high: Float64Array] => {
    const size = sampleSizeOf(model, fitted, name);
    const columns = others.map((world) => world.column(name));
    const [low, high] = [new Float64Array(rows.rows), new Float64Array(rows.rows)];
    for (let r = 0; r < rows.rows; r++) {
      const cell = columns.map((column) => column[r] as number);
      [low[r], high[r]] = percentileInterval(cell, level, size) as readonly [number, number];
    }
    return [low, high];
  });
  const bound = (side: 0 | 1): Columns =>
    columnsFrom(Object.fromEntries(model.graph.nodes.map((name, j) => [name, bounds[j]![side]])));
  return { values, low: bound(0), high: bound(1), ...basis };
}

/**
 * Several counterfactual worlds of the same rows. The noise is abducted once and shared, so worlds differ by their
 * actions alone, and the cost is linear in their number.
 *
 * @returns one table of rows per action
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { counterfactualWorlds } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const rows = columnsFrom({ x: [1], y: [5] });
 * const [low, high] = await counterfactualWorlds(model, rows, [{ x: 0 }, { x: 10 }]);
 * [low?.column('y')[0], high?.column('y')[0]]; // → [3, 23]
 */
export async function counterfactualWorlds(
  model: AnyCausalModel,
  rows: Columns,
  actions: readonly Do[],
  { seed }: { readonly seed?: Seed | undefined } = {},
): Promise<Columns[]> {
  const noise = await abductOf(model, rows, rngFrom(seed).fork('abduct'));
  const worlds = [];
  for (const action of actions) worlds.push(await actedOn(model, { rows, noise }, action, seed));
  return worlds;
}

/** A row's values of the model's variables; names that no variable has are refused, unless the row is a wider table's. */
function fieldsOf(model: AnyCausalModel, row: Evidence): Evidence {
  const { nodes } = model.graph;
  if (nodes.every((name) => row[name] !== undefined))
    return Object.fromEntries(nodes.map((name) => [name, row[name] as number | string]));
  if (Object.keys(row).length > 0) return row;
  throw new InputError(
    'counterfactuals/row',
    'counterfactual: nothing is known of this row. Give the values of some variables; for a population, use interventional.',
  );
}
