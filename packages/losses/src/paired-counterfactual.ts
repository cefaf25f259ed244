import { planLayout } from '@cfe/autograd';
import { InputError } from '@cfe/base';
import { lacks, lossValue } from './internal/loss-value.ts';
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
    evaluate({ executor, parameters, gates, batch }) {
      const { plan } = executor;
      const { rows, values, rowWeights, pairs } = batch;
      if (pairs === undefined)
        lacks(loss.name, 'pairs', 'Give the rows of the same units in the other world.');
      if (plan.mechanisms.some(({ head }) => head.kind === 'categorical')) {
        throw new InputError(
          'losses/categorical-pairs',
          'paired counterfactual: the noise of a categorical variable is not known from its rows, so there is no unit to compare. Leave this loss out.',
        );
      }
      const noise = executor.abduct({ rows, parameters, values, gates }).slice();
      const { action } = pairs;
      const predicted = executor.forward({ rows, parameters, noise, gates, action }).values;
      const upstream = new Float64Array(plan.variables * rows);
      const share = 1 / (rows * plan.variables);
      let value = 0;
      for (let at = 0; at < upstream.length; at++) {
        if (action.cut[at] === 1) continue;
        const weight = share * (rowWeights?.[at % rows] ?? 1);
        const error = (predicted[at] as number) - (pairs.values[at] as number);
        value += weight * error * error;
        upstream[at] = 2 * weight * error;
      }
      const direct = executor.backward(upstream);
      const throughNoise = Float64Array.from(direct.noise);
      const gradient = Float64Array.from(direct.parameters);
      const ofGates = direct.gates === undefined ? undefined : Float64Array.from(direct.gates);
      const abducted = executor.backwardAbduction(throughNoise);
      for (let i = 0; i < planLayout(plan).parameters; i++) {
        gradient[i] = (gradient[i] as number) + (abducted.parameters[i] as number);
      }
      if (ofGates !== undefined && abducted.gates !== undefined) {
        for (let e = 0; e < ofGates.length; e++)
          ofGates[e] = (ofGates[e] as number) + (abducted.gates[e] as number);
      }
      return lossValue(loss, value, gradient, ofGates);
    },
  };
  return loss;
}
