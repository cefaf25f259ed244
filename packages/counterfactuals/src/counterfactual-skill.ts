import { ShapeError } from '@cfe/base';

/**
 * How much of what an action really changed was foretold: 1 − Σ(ŷ′ − y′)² / Σ(y − y′)².
 *
 * 1 is perfect, 0 what copying the factual value scores, negative worse than that, such as a wrong sign. A
 * correlation of ŷ′ with y′ would not do: the noise that both worlds share makes it high for any answer.
 *
 * @param factual - `[rows]`, y in the world as it was
 * @param truth - `[rows]`, y′ in the world after the action, from a model that knows
 * @param predicted - `[rows]`, ŷ′
 * @returns at most 1; `null` if the action changed nothing
 * @throws {@link ShapeError} if the lengths differ
 * @example
 * import { counterfactualSkill } from '@cfe/counterfactuals';
 * counterfactualSkill([1, 2], [3, 4], [3, 4]); // → 1
 * counterfactualSkill([1, 2], [3, 4], [1, 2]); // → 0
 */
export function counterfactualSkill(
  factual: ArrayLike<number>,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number | null {
  if (factual.length !== truth.length || predicted.length !== truth.length) {
    throw new ShapeError(
      'counterfactuals/skill-length',
      `counterfactualSkill: ${factual.length} factual, ${truth.length} true and ${predicted.length} predicted values; they must be as many.`,
    );
  }
  let [error, change] = [0, 0];
  for (let r = 0; r < truth.length; r++) {
    error += ((predicted[r] as number) - (truth[r] as number)) ** 2;
    change += ((factual[r] as number) - (truth[r] as number)) ** 2;
  }
  return change === 0 ? null : 1 - error / change;
}
