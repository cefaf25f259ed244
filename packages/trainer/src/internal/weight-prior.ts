import { type LayerLayout, type Plan, planLayout } from '@cfe/autograd';
import type { VariableStart } from './start.ts';

/** A normal prior on the weights that bend: −log p = Σ ½ · strength · (w − centre)², strength 0 for free parameters. */
export interface WeightPrior {
  readonly centre: Float64Array;
  readonly strength: Float64Array;
}

/**
 * The prior of a fit, `[parameters]`. Biases, spreads and the direct linear part of a location or logit are free. Weights of
 * bends that a regression found have spread `spread` around where it put them; all others around 0.
 *
 * @param start - parameters, of which `starts` tells how they came about
 */
export function weightPrior(
  plan: Plan,
  start: Float64Array,
  starts: readonly VariableStart[],
  spread: (variable: number) => number,
): WeightPrior {
  const layout = planLayout(plan);
  const centre = new Float64Array(layout.parameters);
  const strength = new Float64Array(layout.parameters);
  for (const [j, { layers, inputs }] of layout.mechanisms.entries()) {
    const { head, hidden, skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const { kind } = starts[j] as VariableStart;
    const loose = 1 / spread(j) ** 2;
    for (const [l, layer] of layers.entries()) {
      const isLast = l === layers.length - 1;
      const end = layer.weights + layer.inputs * layer.outputs;
      strength.fill(loose, layer.weights, end);
      if (kind === 'curve') centre.set(start.subarray(layer.weights, end), layer.weights);
      if (!isLast) continue;
      const free = skip || hidden.length === 0 ? inputs : 0;
      release(strength, layer, free, head.kind === 'categorical' ? layer.outputs : 1);
    }
  }
  return { centre, strength };
}

/** Frees the direct inputs, which come last, of the first so many outputs. */
function release(strength: Float64Array, layer: LayerLayout, direct: number, outputs: number): void {
  for (let o = 0; o < outputs; o++) {
    const end = layer.weights + (o + 1) * layer.inputs;
    strength.fill(0, end - direct, end);
  }
}
