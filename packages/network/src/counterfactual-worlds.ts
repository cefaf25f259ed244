import type { Columns, Seed } from '@cfe/base';
import { copyUnreached, type Do } from '@cfe/scm';
import type { CausalNetwork } from './causal-network.ts';

/**
 * What rows would have been under each of several actions: their noise is abducted once and shared by all worlds.
 *
 * @param rows - complete factual rows
 * @returns one set of columns per action, each as `counterfactualRows` of `@cfe/scm` gives it
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { createDag } from '@cfe/graph';
 * import { counterfactualWorlds, createNetwork } from '@cfe/network';
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]) });
 * const [as, other] = counterfactualWorlds(network, columnsFrom({ x: [1], y: [5] }), [{}, { x: 2 }]);
 * as.column('y'); // → Float64Array [5]
 * other.column('x'); // → Float64Array [2]
 */
export function counterfactualWorlds(
  network: CausalNetwork,
  rows: Columns,
  actions: readonly Do[],
  options: { readonly seed?: Seed | undefined } = {},
): readonly Columns[] {
  const noise = network.abduct(rows, options);
  return network
    .worlds(noise, actions, options)
    .map((world, w) => copyUnreached(network, rows, world, { do: actions[w] as Do, seed: options.seed }));
}
