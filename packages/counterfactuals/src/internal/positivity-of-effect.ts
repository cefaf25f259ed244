import type { Columns } from '@cfe/base';
import { parentsOf } from '@cfe/graph';
import type { AnyCausalModel } from '@cfe/scm';
import type { Setting } from '../effect.ts';
import { type Positivity, positivity } from '../positivity.ts';

/**
 * Whether the two settings of one treatment happen among rows like each row, given what moves the treatment.
 *
 * @returns `undefined` where nothing moves the treatment, or it is no single variable of two settings
 */
export function positivityOfEffect(
  { graph, variables }: AnyCausalModel,
  rows: Columns,
  treatment: Setting,
  control: Setting,
): Positivity | undefined {
  const [name, ...more] = Object.keys(treatment);
  if (name === undefined || more.length > 0 || control[name] === undefined) return undefined;
  const covariates = parentsOf(graph, name);
  const variable = variables[graph.nodes.indexOf(name)];
  if (variable === undefined || covariates.length === 0 || rows.rows < 20) return undefined;
  if (variable.kind === 'categorical' && variable.levels.length > 2) return undefined;
  const numberOf = (value: number | string | undefined): number =>
    typeof value === 'string' && variable.kind === 'categorical'
      ? variable.levels.indexOf(value)
      : Number(value);
  const values = [numberOf(treatment[name]), numberOf(control[name])] as const;
  return positivity(rows, { variables, treatment: name, values, covariates });
}

/** What to say of it: of two values every row counts; of a number, the tails of a normal law always hold a few. */
export function positivityWarning(found: Positivity, isContinuous: boolean): string | undefined {
  return found.share <= (isContinuous ? 0.05 : 0) ? undefined : found.message;
}
