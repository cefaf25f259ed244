import { InputError, quoteName } from '@cfe/base';
import type { Graph } from '../graph.ts';
import { incident, indexOf } from '../queries.ts';
import { MixedMatrix } from './mixed-matrix.ts';

/**
 * Two graphs over the same names in one order, the first one's.
 *
 * @throws {@link InputError} if a node of one is missing in the other
 */
export function aligned(where: string, truth: Graph, estimate: Graph): readonly [MixedMatrix, MixedMatrix] {
  const missing = truth.nodes.find((name) => !estimate.nodes.includes(name));
  const extra = estimate.nodes.find((name) => !truth.nodes.includes(name));
  if (missing !== undefined || extra !== undefined) {
    const [name, lacking] = missing === undefined ? [extra as string, 'truth'] : [missing, 'estimate'];
    throw new InputError(
      'graph/different-nodes',
      `${where}: ${quoteName(name)} is missing from the ${lacking}. Both graphs must have the same nodes.`,
      { missing, extra },
    );
  }
  const matrix = new MixedMatrix(truth.nodes.length);
  const to = estimate.nodes.map((name) => indexOf(truth, name));
  for (const [i, at] of to.entries()) {
    for (const j of incident(estimate.children, i)) matrix.direct(at, to[j] as number);
    for (const j of incident(estimate.neighbours, i)) matrix.join(at, to[j] as number);
  }
  return [MixedMatrix.from(truth), matrix];
}
