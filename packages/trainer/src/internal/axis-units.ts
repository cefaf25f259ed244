import type { LayerLayout, Plan } from '@cfe/autograd';
import { incident } from '@cfe/graph';

/** A hidden unit that reads one input: activation(slope · (x − centre)). */
export interface AxisUnit {
  readonly input: number;
  readonly slope: number;
  readonly centre: number;
}

/**
 * Hidden units along the axes of the continuous parents, shared out evenly, with centres spread over the middle 96% of
 * each parent's values.
 *
 * @param columns - of the mechanism's inputs
 */
export function axisUnits(
  plan: Plan,
  j: number,
  columns: readonly Float64Array[],
  units: number,
): AxisUnit[] {
  const axes: { readonly input: number; readonly low: number; readonly range: number }[] = [];
  let input = 0;
  for (const i of incident(plan.parents, j)) {
    const width = plan.widths[i] as number;
    if (width === 1) {
      const sorted = (columns[input] as Float64Array).slice().sort();
      const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
      const [low, high] = [at(0.02), at(0.98)];
      if (high > low) axes.push({ input, low, range: high - low });
    }
    input += width;
  }
  return axes.flatMap(({ input: own, low, range }, k) => {
    const share = Math.floor(units / axes.length) + (k < units % axes.length ? 1 : 0);
    return Array.from({ length: share }, (_, u) => ({
      input: own,
      slope: 6 / range, // about the middle width of tanh's bend, as wide as a quarter of the range
      centre: low + ((u + 0.5) / share) * range,
    }));
  });
}

/** Writes units to a mechanism's first layer. */
export function writeUnits(layer: LayerLayout, units: readonly AxisUnit[], parameters: Float64Array): void {
  parameters.fill(0, layer.weights, layer.weights + layer.inputs * layer.outputs);
  for (const [o, { input, slope, centre }] of units.entries()) {
    parameters[layer.weights + o * layer.inputs + input] = slope;
    parameters[layer.bias + o] = -slope * centre;
  }
}
