import { InputError, quoteName } from '@cfe/base';
import { addTo, lossValue, zeros } from './internal/loss-value.ts';
import { predict } from './internal/prediction.ts';
import { indicesOf } from './internal/targets.ts';
import type { Loss } from './loss.ts';

/**
 * Mean squared error of what mechanisms predict from the real values of the parents at noise 0, over the rows whose term
 * counts: for additive and location–scale mechanisms the conditional mean's error. It does not train spreads.
 *
 * @param options.targets - continuous variables
 * @throws {@link InputError} (on evaluation) if a target is categorical, or a soft structure is cyclic
 * @see Gauss (1809), Theoria motus corporum coelestium, section 179
 */
export function squaredError({ targets }: { readonly targets: readonly string[] }): Loss {
  const loss: Loss = {
    name: 'squared error',
    scale: 'standardised units squared per row and target',
    source: 'Gauss (1809), Theoria motus corporum coelestium, section 179',
    evaluate(input) {
      const { executor, batch } = input;
      const indices = indicesOf(executor.plan, targets, 'squaredError');
      const gradient = zeros(input);
      let value = 0;
      for (const j of indices) {
        if (executor.plan.mechanisms[j]?.head.kind === 'categorical') {
          throw new InputError(
            'losses/categorical-target',
            `squaredError: ${quoteName(executor.plan.names[j] as string)} is categorical; use predictionLikelihood.`,
            { variable: executor.plan.names[j] },
          );
        }
        const { predicted, counts, backward } = predict(input, j);
        const upstream = new Float64Array(batch.rows);
        const share = 1 / (batch.rows * indices.length);
        for (let r = 0; r < batch.rows; r++) {
          if (counts[r] === 0) continue;
          const weight = share * (batch.rowWeights?.[r] ?? 1);
          const error = (predicted[r] as number) - (batch.values[j * batch.rows + r] as number);
          value += weight * error * error;
          upstream[r] = 2 * weight * error;
        }
        const back = backward(upstream);
        addTo(gradient.parameters, 1, back.parameters);
        if (gradient.gates !== undefined && back.gates !== undefined) addTo(gradient.gates, 1, back.gates);
      }
      return lossValue(loss, value, gradient.parameters, gradient.gates);
    },
  };
  return loss;
}
