import { createReferenceExecutor } from '@cfe/autograd';
import type { CausalNetwork, ExecutorFactory } from './causal-network.ts';
import { buildNetwork } from './internal/build-network.ts';
import { checkHeader, countOf, type NetworkHeader, stateFrom } from './internal/network-header.ts';
import { readModelFile } from './model-file.ts';

/**
 * A network from the bytes that {@link saveNetwork} made.
 *
 * Everything is checked before anything is allocated for it: that the file is whole and unchanged, that its shapes are
 * those of its own graph and mechanisms, that its numbers are finite.
 *
 * @param options.executor - what runs the plan; default the reference executor in float64
 * @throws {@link InputError} if the bytes are no network, cut short, damaged, or of a later version (`code` begins with
 * `network/file-`)
 */
export function loadNetwork(
  bytes: Uint8Array,
  {
    executor = (plan) => createReferenceExecutor(plan),
  }: { readonly executor?: ExecutorFactory | undefined } = {},
): CausalNetwork {
  let checked: NetworkHeader | undefined;
  const { numbers } = readModelFile(bytes, (json) => {
    checked = checkHeader(json);
    return countOf(checked);
  });
  const header = checked as NetworkHeader;
  const { variables, mechanisms, noiseChoice, structure } = header;
  return buildNetwork(
    { variables, mechanisms, noiseChoice, structure, executor },
    stateFrom(header, numbers),
  );
}
