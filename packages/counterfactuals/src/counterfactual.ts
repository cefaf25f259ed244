import { columnsFrom, InputError, quoteName, type Seed } from '@cfe/base';
import {
  type AnyCausalModel,
  type CausalModel,
  counterfactualRows,
  type Do,
  interventionsOf,
} from '@cfe/scm';
import type { Answer, IdentifiedBy } from './answer.ts';
import { counterfactualAssumptions } from './internal/assumptions.ts';
import { levelOf, percentileInterval } from './internal/intervals.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { supportOf } from './support.ts';

/** One answer per variable. */
export type CounterfactualAnswer = Readonly<Record<string, Answer>>;

/**
 * What one row would have been, had something been done to it: its own noise is kept (abduction), the action
 * replaces mechanisms, and everything downstream is predicted again.
 *
 * Variables that the action cannot reach keep the row's values exactly.
 *
 * @param row - a value for every variable; a category by its level's name or index
 * @param options.level - of the intervals, default 0.9; they cover the uncertainty of the fitted parameters
 * @throws {@link InputError} if the row lacks a variable or the model cannot abduct
 * @see Pearl (2009), Causality, section 7.1
 * @example
 * import { counterfactual } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const had = await counterfactual(model, { x: 1, y: 5 }, { do: { x: 2 } });
 * had.y.value; // → 7
 */
export async function counterfactual(
  subject: Subject,
  row: Readonly<Record<string, number | string>>,
  options: { readonly do: Do; readonly level?: number; readonly seed?: Seed },
): Promise<CounterfactualAnswer> {
  const level = levelOf(options.level);
  const { model, replicates, rows } = ensembleOf(subject);
  const factual = completeRow(model, row);
  const worlds = [];
  for (const member of [model, ...replicates]) worlds.push(await counterfactualOf(member, factual, options));
  const [point, ...others] = worlds;
  const support = rows && supportOf(rows, options.do);
  const acted = new Set(interventionsOf(options.do).map(({ target }) => target));
  const identifiedBy: IdentifiedBy = model.abduction === 'draw' ? 'convention' : 'functional-form';
  const assumptions = counterfactualAssumptions(identifiedBy);
  return Object.fromEntries(
    model.graph.nodes.map((name): [string, Answer] => {
      const value = point?.column(name)[0] as number;
      const interval = percentileInterval(
        others.map((world) => world.column(name)[0] as number),
        level,
      );
      const kept = acted.has(name) || value === factual.column(name)[0];
      return [
        name,
        {
          value,
          ...(interval === undefined ? {} : { interval }),
          level,
          identifiedBy: kept ? 'graph' : identifiedBy,
          assumptions,
          ...(support === undefined ? {} : { support }),
          warnings: support?.inside === false ? [support.message] : [],
        },
      ];
    }),
  );
}

async function counterfactualOf(
  model: AnyCausalModel,
  factual: ReturnType<typeof columnsFrom>,
  options: { readonly do: Do; readonly seed?: Seed },
): Promise<ReturnType<typeof columnsFrom>> {
  return counterfactualRows(model as CausalModel, factual, options);
}

function completeRow(
  model: AnyCausalModel,
  row: Readonly<Record<string, number | string>>,
): ReturnType<typeof columnsFrom> {
  const columns: Record<string, Float64Array> = {};
  for (const variable of model.variables) {
    const given = row[variable.name];
    const value =
      typeof given === 'string' && variable.kind === 'categorical'
        ? variable.levels.indexOf(given)
        : Number(given);
    if (given === undefined || !Number.isFinite(value) || (value < 0 && variable.kind === 'categorical')) {
      throw new InputError(
        'counterfactuals/row',
        `counterfactual: the row needs a value for ${quoteName(variable.name)}, got ${given}.`,
        { variable: variable.name, value: given },
      );
    }
    columns[variable.name] = Float64Array.of(value);
  }
  return columnsFrom(columns);
}
