import { onCounterfactuals } from './internal/counterfactual-pass.ts';
import type { Loss } from './loss.ts';

/**
 * Mean squared error of counterfactuals against what really became of the same units under an action: abduct the noise of
 * the factual rows, act, predict, compare. For paired data (twins, repeated measurements) or a simulator that can run one
 * unit twice; without either there is nothing to compare with, and the interventional likelihood is what data can say.
 *
 * Reads `batch.pairs`. Only values that the action does not set are compared.
 *
 * @throws {@link InputError} (on evaluation) if the batch has no pairs, or the plan a categorical variable
 * @see Pearl (2009), Causality, section 7.1; Louizos et al. (2017), NeurIPS, on twin data as a benchmark
 */
export function pairedCounterfactual(): Loss {
  const loss: Loss = {
    name: 'paired counterfactual',
    scale: 'standardised units squared per row and variable',
    source: 'Pearl (2009), Causality, section 7.1',
    evaluate(input) {
      const { rows, rowWeights } = input.batch;
      return onCounterfactuals(loss, input, (predicted, pairs) => {
        const upstream = new Float64Array(predicted.length);
        const share = 1 / predicted.length;
        let value = 0;
        for (let at = 0; at < upstream.length; at++) {
          if (pairs.action.cut[at] === 1) continue;
          const weight = share * (rowWeights?.[at % rows] ?? 1);
          const error = (predicted[at] as number) - (pairs.values[at] as number);
          value += weight * error * error;
          upstream[at] = 2 * weight * error;
        }
        return { value, upstream };
      });
    },
  };
  return loss;
}
