import { type Activation, type LayerLayout, type MechanismLayout, planLayout } from '@cfe/autograd';
import { indexOf } from '@cfe/graph';
import type { CausalNetwork } from './causal-network.ts';

/**
 * One structural mechanism layer over all variables: every variable has weights of its own in it and reads only what its
 * parents hand on, so that an edge can be cut for one variable without touching another.
 *
 * A view of a network's present parameters; the first layer reads the parents, the last one makes the variable.
 */
export interface CausalUnit {
  /** 0 is the layer that reads the parents */
  readonly layer: number;
  /** what comes after it; `'identity'` for the last layer */
  readonly activation: Activation;
  /** `[outputs][inputs]`, row by row, of one variable; empty where it has no such layer, as a variable without parents */
  weights(variable: string): Float64Array;
  /** `[outputs]` of one variable */
  bias(variable: string): Float64Array;
}

/**
 * The layers of a network, from the parents to the variables. A network with hidden widths [16, 16] has three.
 *
 * @example
 * import { causalUnits, createCausalUnitNetwork } from '@cfe/network';
 * const { model } = createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, seed: 1 });
 * const units = causalUnits(model);
 * units.length; // → 3
 * units[0].weights('y').length; // → 48
 */
export function causalUnits(network: CausalNetwork): CausalUnit[] {
  const { plan, graph, state } = network;
  const { mechanisms } = planLayout(plan);
  const depth = Math.max(...mechanisms.map(({ layers }) => layers.length));
  return Array.from({ length: depth }, (_, layer): CausalUnit => {
    // variables with fewer layers stand beside the last ones, so that all end together
    const of = (variable: string): LayerLayout | undefined => {
      const { layers } = mechanisms[indexOf(graph, variable, 'causalUnits')] as MechanismLayout;
      return layers[layer - (depth - layers.length)];
    };
    const deepest = mechanisms.findIndex(({ layers }) => layers.length === depth);
    return {
      layer,
      activation: layer === depth - 1 ? 'identity' : (plan.mechanisms[deepest]?.activation ?? 'identity'),
      weights(variable) {
        const own = of(variable);
        if (own === undefined) return new Float64Array(0);
        return state.parameters.slice(own.weights, own.weights + own.inputs * own.outputs);
      },
      bias(variable) {
        const own = of(variable);
        return own === undefined
          ? new Float64Array(0)
          : state.parameters.slice(own.bias, own.bias + own.outputs);
      },
    };
  });
}
