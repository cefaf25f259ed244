import { rngFrom, type Seed } from '@cfe/base';
import type { Plan } from './plan.ts';
import { planLayout } from './plan-layout.ts';

/**
 * Starting parameters, `[planLayout(plan).parameters]`, float64.
 *
 * Weights are normal with variance 1/inputs (2/inputs before a rectifier, He et al. 2015; LeCun et al. 1998 for the
 * others), a tenth of that where an output is the logarithm of a scale or shapes a flow; biases and log scales are 0;
 * a flow starts near the identity with its components spread over the line.
 * Every mechanism draws from its own stream by the variable's name, so adding a variable leaves the others alone.
 *
 * @param options.seed - default 0
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, initialParameters } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) });
 * initialParameters(plan, { seed: 1 }).length; // → 5
 */
export function initialParameters(
  plan: Plan,
  { seed }: { readonly seed?: Seed | undefined } = {},
): Float64Array {
  const layout = planLayout(plan);
  const parameters = new Float64Array(layout.parameters);
  const rng = rngFrom(seed).fork('initial-parameters');
  for (const [j, mechanism] of layout.mechanisms.entries()) {
    const stream = rng.fork(plan.names[j] as string);
    const { activation, head } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const gain = activation === 'relu' || activation === 'elu' ? 2 : 1;
    for (const [l, layer] of mechanism.layers.entries()) {
      const last = l === mechanism.layers.length - 1;
      const sd = Math.sqrt((last ? 1 : gain) / Math.max(1, layer.inputs));
      for (let k = 0; k < layer.inputs * layer.outputs; k++) {
        const calm = last && head.kind !== 'categorical' && k >= layer.inputs ? 0.1 : 1;
        parameters[layer.weights + k] = calm * sd * stream.normal();
      }
      if (last && head.kind === 'flow') spreadComponents(parameters, layer.bias + 2, head.components);
    }
  }
  return parameters;
}

function spreadComponents(parameters: Float64Array, at: number, components: number): void {
  for (let k = 0; k < components; k++) {
    parameters[at + k] = -2;
    parameters[at + 2 * components + k] = components === 1 ? 0 : 2 - (4 * k) / (components - 1);
  }
}
