import { type LayerLayout, type Plan, planLayout } from '@cfe/autograd';

/**
 * `[parameters]`, 1 where a parameter is a weight that bends: those of hidden layers, and the output's on hidden units.
 * Biases, spreads and the direct linear part of a location or logit are free; what shapes a spread or a flow is not.
 */
export function penaltyMask(plan: Plan): Uint8Array {
  const layout = planLayout(plan);
  const mask = new Uint8Array(layout.parameters);
  for (const [j, { layers, inputs }] of layout.mechanisms.entries()) {
    const { head, hidden, skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
    for (const [l, layer] of layers.entries()) {
      const isLast = l === layers.length - 1;
      for (let k = 0; k < layer.inputs * layer.outputs; k++) mask[layer.weights + k] = 1;
      if (!isLast || !(skip || hidden.length === 0)) continue;
      const free = head.kind === 'categorical' ? layer.outputs : 1;
      release(mask, layer, inputs, free);
    }
  }
  return mask;
}

/** The direct inputs of the first `outputs` outputs, which come after the hidden units. */
function release(mask: Uint8Array, layer: LayerLayout, inputs: number, outputs: number): void {
  for (let o = 0; o < outputs; o++) {
    const end = layer.weights + (o + 1) * layer.inputs;
    mask.fill(0, end - inputs, end);
  }
}
