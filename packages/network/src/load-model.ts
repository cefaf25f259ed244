import { InputError } from '@cfe/base';
import {
  type DiscreteModel,
  type LinearGaussian,
  type LinearGaussianSpec,
  linearGaussian,
  parseBif,
} from '@cfe/scm';
import type { CausalNetwork, ExecutorFactory } from './causal-network.ts';
import { isModelFile } from './internal/model-file.ts';
import { loadNetwork } from './load-network.ts';

/** What a file may hold. */
export type LoadedModel = CausalNetwork | LinearGaussian | DiscreteModel;

/**
 * Any model of the engine from its file: a network that was saved, a linear-Gaussian model as JSON, or a discrete one in
 * the Bayesian network interchange format (BIF). What it is, its first bytes tell.
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
  if (typeof file !== 'string' && isModelFile(file)) return loadNetwork(file, options);
  const text = typeof file === 'string' ? file : decoded(file);
  const first = text.trimStart();
  if (first.startsWith('{')) return exactFrom(first);
  if (/^(?:\/\/|\/\*|network\b|variable\b)/.test(first)) return parseBif(text);
  throw new InputError(
    'network/file-unknown',
    'loadModel: this is no model that is known: neither a saved network (CFEMODEL), nor JSON, nor BIF.',
  );
}

function exactFrom(text: string): LinearGaussian {
  const json = parsed(text);
  if (json.kind !== 'linear-gaussian') {
    throw new InputError(
      'network/file-kind',
      `loadModel: the JSON is of kind ${JSON.stringify(json.kind)}; it must be "linear-gaussian".`,
      { kind: json.kind },
    );
  }
  const isList = (value: unknown): boolean => Array.isArray(value);
  const numbers = (value: unknown): boolean =>
    isList(value) && (value as unknown[]).every((x) => typeof x === 'number');
  const { nodes, weights, intercepts, noiseVariances } = json as Record<string, unknown>;
  const ok =
    isList(nodes) &&
    isList(weights) &&
    (weights as unknown[]).every(
      (row) => numbers(row) && (row as unknown[]).length === (nodes as unknown[]).length,
    ) &&
    (intercepts === undefined || numbers(intercepts)) &&
    (noiseVariances === undefined || numbers(noiseVariances));
  if (!ok) {
    throw new InputError(
      'network/file-damaged',
      'loadModel: a linear-gaussian model needs "nodes", a square matrix of numbers "weights", and may have "intercepts" and "noiseVariances".',
    );
  }
  return linearGaussian(json as unknown as LinearGaussianSpec);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new InputError(
      'network/file-damaged',
      'loadModel: the text begins like JSON but is none.',
      {},
      { cause },
    );
  }
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
