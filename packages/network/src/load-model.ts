import { InputError } from '@cfe/base';
import { parseModel, type StoredModel } from '@cfe/scm';
import type { CausalNetwork, ExecutorFactory } from './causal-network.ts';
import { loadNetwork } from './load-network.ts';
import { isModelFile } from './model-file.ts';

/** What a file may hold. */
export type LoadedModel = CausalNetwork | StoredModel;

/**
 * Any model of the engine from its file: a network that was saved, or an exact model as JSON or in the Bayesian network
 * interchange format (BIF). What it is, its first bytes tell.
 *
 * @throws {@link InputError} if it is none of these, damaged, or holds something impossible
 * @example
 * import { loadModel } from '@cfe/network';
 * const model = loadModel('{"kind":"linear-gaussian","nodes":["x","y"],"weights":[[0,2],[0,0]]}');
 * model.predict(model.noise(1), { do: { x: 3 } }).column('x')[0]; // → 3
 */
export function loadModel(
  file: Uint8Array | string,
  options: { readonly executor?: ExecutorFactory | undefined } = {},
): LoadedModel {
  if (typeof file === 'string') return parseModel(file);
  return isModelFile(file) ? loadNetwork(file, options) : parseModel(decoded(file));
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(
      'network/file-unknown',
      'loadModel: this is no model that is known: neither a saved network (CFEMODEL) nor text.',
      {},
      { cause },
    );
  }
}
