import { InputError } from '@cfe/base';
import { onCounterfactuals } from './internal/counterfactual-pass.ts';
import type { Loss } from './loss.ts';

/**
 * Contrast of counterfactuals: each unit's should be nearer to what became of that unit than to what became of the others.
 * Minus the log share that its own outcome gets among all of the batch, by exp(−squared distance / 2 temperature).
 *
 * It asks that units be told apart, not that values be right: beside {@link pairedCounterfactual}, for pairs whose scale is not
 * to be trusted. ln(rows) is what knowing nothing scores. Reads `batch.pairs`; the distance is the mean over variables that the
 * action does not set.
 *
 * @param options.temperature - in standardised units squared, default 1
 * @throws {@link InputError} if the temperature is not positive; on evaluation if the batch has no pairs, or the plan a
 * categorical variable
 * @see van den Oord, Li and Vinyals (2018), Representation learning with contrastive predictive coding, arXiv 1807.03748,
 * equation 4
 */
export function contrastiveCounterfactual({
  temperature = 1,
}: {
  readonly temperature?: number | undefined;
} = {}): Loss {
  if (!(temperature > 0)) {
    throw new InputError(
      'losses/temperature',
      `contrastiveCounterfactual: the temperature is ${temperature}; it must be above 0.`,
      { temperature },
    );
  }
  const loss: Loss = {
    name: 'contrastive counterfactual',
    scale: 'nats per row',
    source: 'van den Oord, Li and Vinyals (2018), arXiv 1807.03748, equation 4',
    evaluate(input) {
      const { rows, rowWeights } = input.batch;
      return onCounterfactuals(loss, input, (predicted, { action: { cut }, values }) => {
        const d = predicted.length / rows;
        const upstream = new Float64Array(predicted.length);
        const scores = new Float64Array(rows);
        let value = 0;
        for (let r = 0; r < rows; r++) {
          const free = Array.from({ length: d }, (_, j) => j * rows).filter((base) => cut[base + r] !== 1);
          if (free.length === 0) continue;
          const by = 1 / (temperature * free.length);
          let most = Number.NEGATIVE_INFINITY;
          for (let i = 0; i < rows; i++) {
            let squares = 0;
            for (const base of free)
              squares += ((predicted[base + r] as number) - (values[base + i] as number)) ** 2;
            scores[i] = -0.5 * by * squares;
            most = Math.max(most, scores[i] as number);
          }
          const own = scores[r] as number;
          let total = 0;
          for (let i = 0; i < rows; i++) {
            scores[i] = Math.exp((scores[i] as number) - most);
            total += scores[i] as number;
          }
          const weight = (rowWeights?.[r] ?? 1) / rows;
          value += weight * (most + Math.log(total) - own);
          for (const base of free) {
            let expected = 0;
            for (let i = 0; i < rows; i++)
              expected += ((scores[i] as number) / total) * (values[base + i] as number);
            upstream[base + r] = weight * by * (expected - (values[base + r] as number));
          }
        }
        return { value, upstream };
      });
    },
  };
  return loss;
}
