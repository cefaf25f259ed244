import { throwUnknownName } from '@cfe/base';
import type { AnyCausalModel } from '@cfe/scm';
import type { Particles } from './particles.ts';
import { levelShares, weightedCovariance, weightedMean, weightedQuantile } from './weighted.ts';

/** One variable's law over individuals. */
export interface OutcomeLaw {
  /** mean; of a categorical variable the index of its most probable level */
  readonly value: number;
  /** standard deviation over individuals; absent for a categorical variable */
  readonly sd?: number;
  /** the central `level` of individuals; absent for a categorical variable */
  readonly range?: readonly [low: number, high: number];
  /** of a categorical variable, by level */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/** The law of one variable over weighted individuals. */
export function outcomeLaw(
  model: AnyCausalModel,
  { rows, weights }: Pick<Particles, 'rows' | 'weights'>,
  outcome: string,
  level: number,
): OutcomeLaw {
  const values = rows.column(outcome);
  const variable = model.variables[model.graph.nodes.indexOf(outcome)];
  if (variable?.kind === 'categorical') {
    const shares = levelShares(values, weights, variable.levels.length);
    return {
      value: shares.indexOf(Math.max(...shares)),
      probabilities: Object.fromEntries(variable.levels.map((name, l) => [name, shares[l] as number])),
    };
  }
  return {
    value: weightedMean(values, weights),
    sd: Math.sqrt(Math.max(0, weightedCovariance(values, values, weights))),
    range: [
      weightedQuantile(values, weights, (1 - level) / 2),
      weightedQuantile(values, weights, (1 + level) / 2),
    ],
  };
}

/** @throws {@link UnknownNameError} if the model has no such variable */
export function checkOutcome(where: string, model: AnyCausalModel, outcome: string): void {
  if (!model.graph.nodes.includes(outcome)) throwUnknownName(where, 'variable', outcome, model.graph.nodes);
}
