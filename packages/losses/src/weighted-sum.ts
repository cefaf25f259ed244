import { addTo, lossValue, zeros } from './internal/loss-value.ts';
import type { Loss } from './loss.ts';

/** A loss and how much it counts. */
export interface WeightedLoss {
  readonly loss: Loss;
  /** default 1 */
  readonly weight?: number | undefined;
}

/**
 * A weighted sum of losses, itself a loss. Losses of weight 0 are not evaluated.
 *
 * @example
 * import { interventionalLikelihood, sparsity, weightedSum } from '@cfe/losses';
 * weightedSum([{ loss: interventionalLikelihood() }, { loss: sparsity(), weight: 0.01 }]).name;
 * // → interventional likelihood + 0.01 · sparsity
 */
export function weightedSum(parts: readonly WeightedLoss[]): Loss {
  const terms = parts.map(({ loss, weight = 1 }) => ({ loss, weight }));
  const named = terms.map(({ loss, weight }) => (weight === 1 ? loss.name : `${weight} · ${loss.name}`));
  const sum: Loss = {
    name: named.join(' + '),
    scale: [...new Set(terms.map(({ loss }) => loss.scale))].join(' + '),
    source: terms.map(({ loss }) => loss.source).join('; '),
    evaluate(input) {
      const gradient = zeros(input);
      let value = 0;
      for (const { loss, weight } of terms) {
        if (weight === 0) continue;
        const part = loss.evaluate(input);
        value += weight * part.value;
        addTo(gradient.parameters, weight, part.gradient.parameters);
        if (gradient.gates !== undefined && part.gradient.gates !== undefined) {
          addTo(gradient.gates, weight, part.gradient.gates);
        }
      }
      return lossValue(sum, value, gradient.parameters, gradient.gates);
    },
  };
  return sum;
}
