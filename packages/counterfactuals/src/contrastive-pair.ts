import { type Columns, InputError, quoteName } from '@cfe/base';
import { ancestorsOf } from '@cfe/graph';
import type { Evidence } from '@cfe/scm';
import { counterfactual } from './counterfactual.ts';
import { evidenceOf } from './internal/particles.ts';
import type { Goal } from './plan-intervention.ts';
import { ensembleOf, type Subject } from './subject.ts';

/** A row and the nearest one that fared otherwise. */
export interface ContrastivePair {
  /** position of the other row in the table */
  readonly row: number;
  /** in spreads of the outcome's causes, root of summed squares; a different category counts 1 */
  readonly distance: number;
  /** the causes of the outcome in which they differ, largest difference first */
  readonly differences: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** the outcome that this row would have had with the other's causes */
  readonly imagined: number;
  /** whether that reaches the goal: if not, what sets the two apart is not these causes but luck */
  readonly explained: boolean;
}

/**
 * The nearest observed row whose outcome reaches a goal that this row's does not, and what the model says this row would
 * have had with the other's causes: why this one and not that one.
 *
 * @param row - complete; a category by its level's name or index
 * @param options.target - the goal on a continuous outcome
 * @param options.rows - rows to look among; default the ensemble's
 * @returns `undefined` if no row reaches the goal
 * @throws {@link InputError} if there are no rows, or the row is incomplete
 * @see Lewis (1973), Counterfactuals; Mothilal, Sharma and Tan (2020), FAT*, 607–617
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { contrastivePair } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const rows = columnsFrom({ x: [0, 2, 9], y: [0, 4, 18] });
 * const pair = await contrastivePair(model, { x: 0, y: 0.5 }, { target: { outcome: 'y', atLeast: 3 }, rows });
 * [pair?.row, pair?.differences, pair?.imagined]; // → [1, [{ name: 'x', from: 0, to: 2 }], 4.5]
 */
export async function contrastivePair(
  subject: Subject,
  row: Evidence,
  options: { readonly target: Goal; readonly rows?: Columns | undefined },
): Promise<ContrastivePair | undefined> {
  const { model, rows: own } = ensembleOf(subject);
  const { outcome, atLeast, atMost } = options.target;
  const rows = options.rows ?? own;
  if (rows === undefined) {
    throw new InputError(
      'counterfactuals/no-rows',
      "contrastivePair: there are no rows to look among. Give 'rows', or an ensemble with its rows.",
    );
  }
  if ((atLeast === undefined) === (atMost === undefined)) {
    throw new InputError(
      'counterfactuals/goal',
      `contrastivePair: the goal on ${quoteName(outcome)} needs one number, 'atLeast' or 'atMost'.`,
      { outcome },
    );
  }
  const values = evidenceOf(model, row);
  const causes = ancestorsOf(model.graph, outcome).filter((name) => name !== outcome);
  const absent = [...causes, outcome].find((name) => !values.has(name));
  if (absent !== undefined) {
    throw new InputError(
      'counterfactuals/row',
      `contrastivePair: the row has no value for ${quoteName(absent)}.`,
      { variable: absent },
    );
  }
  const reaches = (y: number): boolean => (atLeast === undefined ? y <= (atMost as number) : y >= atLeast);
  const apart = causes.map((name) => {
    const column = rows.column(name);
    const here = values.get(name) as number;
    if (model.variables[model.graph.nodes.indexOf(name)]?.kind === 'categorical')
      return column.map((v) => (v === here ? 0 : 1));
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length) || 1;
    return column.map((v) => Math.abs(v - here) / sd);
  });
  const outcomes = rows.column(outcome);
  let nearest: { readonly row: number; readonly distance: number } | undefined;
  for (let r = 0; r < rows.rows; r++) {
    if (!reaches(outcomes[r] as number)) continue;
    const distance = Math.hypot(...apart.map((column) => column[r] as number));
    if (nearest === undefined || distance < nearest.distance) nearest = { row: r, distance };
  }
  if (nearest === undefined) return undefined;
  const { row: other, distance } = nearest;
  const differences = causes
    .map((name, k) => ({
      name,
      from: values.get(name) as number,
      to: rows.column(name)[other] as number,
      by: (apart[k] as Float64Array)[other] as number,
    }))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => b.by - a.by)
    .map(({ name, from, to }) => ({ name, from, to }));
  const answer = await counterfactual(model, row, {
    do: Object.fromEntries(causes.map((name) => [name, rows.column(name)[other] as number])),
  });
  const imagined = answer[outcome]?.value as number;
  return { row: other, distance, differences, imagined, explained: reaches(imagined) };
}
