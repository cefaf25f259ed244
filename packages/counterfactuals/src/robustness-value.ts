import type { Columns, Variable } from '@cfe/base';
import { parentsOf } from '@cfe/graph';
import type { AnyCausalModel } from '@cfe/scm';
import { regress } from './internal/regression.ts';

/** How strong a hidden confounder must be to overturn an effect. */
export interface RobustnessValue {
  /**
   * 0 … 1: a hidden confounder that explains this share of what is left of both treatment and outcome would bring the
   * linear effect to zero; a weaker one would not
   */
  readonly value: number;
  /** partial R² of treatment and outcome, given what is adjusted for: the share a confounder of everything else would need */
  readonly partialR2: number;
  /** the linear effect of a unit of treatment, adjusted for the treatment's parents */
  readonly linearEffect: number;
  /** the sentence a person should read */
  readonly message: string;
}

/**
 * The robustness value of a linear effect estimate: RV = ½(√(f⁴ + 4f²) − f²), f = |t| / √df, with the treatment's
 * parents adjusted for.
 *
 * @param rows - complete rows that the model was fitted to
 * @see Cinelli and Hazlett (2020), JRSS-B 82, 39–67, equation 21
 * @example
 * import { robustnessValue } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 1], [0, 0]] });
 * const { value } = robustnessValue(model.sample(4000, { seed: 1 }), { treatment: 'x', outcome: 'y', model });
 * value > 0.55 && value < 0.65; // → true
 */
export function robustnessValue(
  rows: Columns,
  {
    treatment,
    outcome,
    model,
  }: {
    readonly treatment: string;
    readonly outcome: string;
    readonly model: Pick<AnyCausalModel, 'graph' | 'variables'>;
  },
): RobustnessValue {
  const adjusted = parentsOf(model.graph, treatment).flatMap((name) =>
    designOf(rows, model.variables[model.graph.nodes.indexOf(name)] as Variable),
  );
  const { coefficients, standardErrors, degreesOfFreedom } = regress(
    [rows.column(treatment), ...adjusted],
    rows.column(outcome),
  );
  const linearEffect = coefficients[0] as number;
  const f2 = (linearEffect / (standardErrors[0] as number)) ** 2 / degreesOfFreedom;
  const value = Number.isFinite(f2) ? (Math.sqrt(f2 * f2 + 4 * f2) - f2) / 2 : 1;
  const partialR2 = Number.isFinite(f2) ? f2 / (1 + f2) : 1;
  return {
    value,
    partialR2,
    linearEffect,
    message: `A hidden common cause would have to explain ${(100 * value).toFixed(0)}% of what is left of both ${treatment} and ${outcome} to bring the linear effect to zero.`,
  };
}

/** A variable as regression columns: itself, or an indicator per level but the first. */
export function designOf(rows: Columns, variable: Variable): Float64Array[] {
  const column = rows.column(variable.name);
  if (variable.kind === 'continuous') return [column];
  return variable.levels.slice(1).map((_, l) => column.map((x) => (x === l + 1 ? 1 : 0)));
}
