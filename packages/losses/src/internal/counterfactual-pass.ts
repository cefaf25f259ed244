import { InputError } from '@cfe/base';
import type { Loss, LossBatch, LossInput, LossValue } from '../loss.ts';
import { lacks, lossValue } from './loss-value.ts';

type Pairs = NonNullable<LossBatch['pairs']>;

/**
 * A loss on counterfactuals of the batch's pairs: abducts the noise of the factual rows, acts, predicts, and goes back through
 * both passes.
 *
 * @param judge - what the predictions are worth, and the derivative by each, `[d * rows]`
 */
export function onCounterfactuals(
  loss: Loss,
  { executor, parameters, gates, batch }: LossInput,
  judge: (
    predicted: Float64Array,
    pairs: Pairs,
  ) => { readonly value: number; readonly upstream: Float64Array },
): LossValue {
  const { plan } = executor;
  const { rows, values, pairs } = batch;
  if (pairs === undefined) lacks(loss.name, 'pairs', 'Give the rows of the same units in the other world.');
  if (plan.mechanisms.some(({ head }) => head.kind === 'categorical')) {
    throw new InputError(
      'losses/categorical-pairs',
      `${loss.name}: the noise of a categorical variable is not known from its rows, so there is no unit to compare. Leave this loss out.`,
    );
  }
  const noise = executor.abduct({ rows, parameters, values, gates }).slice();
  const { action } = pairs;
  const predicted = new Float64Array(executor.forward({ rows, parameters, noise, gates, action }).values);
  const { value, upstream } = judge(predicted, pairs);
  const direct = executor.backward(upstream);
  const throughNoise = new Float64Array(direct.noise);
  const gradient = new Float64Array(direct.parameters);
  const ofGates = direct.gates === undefined ? undefined : new Float64Array(direct.gates);
  const abducted = executor.backwardAbduction(throughNoise);
  for (let i = 0; i < gradient.length; i++) {
    gradient[i] = (gradient[i] as number) + (abducted.parameters[i] as number);
  }
  if (ofGates !== undefined && abducted.gates !== undefined) {
    for (let e = 0; e < ofGates.length; e++)
      ofGates[e] = (ofGates[e] as number) + (abducted.gates[e] as number);
  }
  return lossValue(loss, value, gradient, ofGates);
}
