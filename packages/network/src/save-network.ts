import type { CausalNetwork } from './causal-network.ts';
import { headerOf, numbersOf } from './internal/network-header.ts';
import { writeModelFile } from './model-file.ts';

/**
 * A network as bytes: the same on every platform, to be read by {@link loadNetwork}.
 *
 * The format is versioned and documented in the package's README: a JSON header that anyone can read, then the
 * parameters, scales and noise laws as float64.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createNetwork, loadNetwork, saveNetwork } from '@cfe/network';
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]), seed: 1 });
 * const again = loadNetwork(saveNetwork(network));
 * again.sample(1, { seed: 2 }).column('y')[0] === network.sample(1, { seed: 2 }).column('y')[0]; // → true
 */
export function saveNetwork(network: CausalNetwork): Uint8Array {
  return writeModelFile(headerOf(network), numbersOf(network.state));
}
