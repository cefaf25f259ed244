import { edgeNorms } from './edge-norms.ts';
import { addNormsBackward } from './internal/edge-groups.ts';
import { lossValue, zeros } from './internal/loss-value.ts';
import type { Loss } from './loss.ts';

/**
 * How many edges there are, softly.
 *
 * Of a gated plan it is the sum of the gates, of any other the sum over edges of the norm of the weights by which the child
 * reads the parent (group lasso). A gate and the weights behind it are identified only as a product: with gates, keep
 * the weights from making up for small ones by weight decay.
 *
 * @see Yuan and Lin (2006), J. R. Statist. Soc. B 68, 49–67; Zheng, Dan, Aragam, Ravikumar and Xing (2020), AISTATS
 */
export function sparsity(): Loss {
  const loss: Loss = {
    name: 'sparsity',
    scale: 'edges',
    source: 'Yuan and Lin (2006), J. R. Statist. Soc. B 68, 49–67; Zheng et al. (2020), AISTATS',
    evaluate(input) {
      const { executor, parameters, gates } = input;
      const gradient = zeros(input);
      if (gates !== undefined) {
        let value = 0;
        for (const gate of gates) value += gate;
        return lossValue(loss, value, gradient.parameters, gradient.gates?.fill(1));
      }
      const norms = edgeNorms(executor.plan, parameters);
      const ones = new Float64Array(norms.length).fill(1);
      addNormsBackward(executor.plan, parameters, norms, ones, gradient.parameters);
      return lossValue(
        loss,
        norms.reduce((sum, norm) => sum + norm, 0),
        gradient.parameters,
      );
    },
  };
  return loss;
}
