import { cpdag } from './cpdag.ts';
import { extendToDag } from './extend-to-dag.ts';
import type { Graph } from './graph.ts';
import { shd } from './shd.ts';

/**
 * Whether a graph, whatever its `kind` says, is the CPDAG of a Markov equivalence class: some DAG has it as its class.
 *
 * @example
 * import { createGraph, isCpdag } from '@cfe/graph';
 * const line = createGraph('pdag', ['a', 'b'], [{ from: 'a', to: 'b', type: 'undirected' }]);
 * isCpdag(line); // → true
 * isCpdag(createGraph('pdag', ['a', 'b'], [['a', 'b']])); // → false
 */
export function isCpdag(graph: Graph): boolean {
  if (graph.spouses.items.length > 0) return false;
  const dag = extendToDag(graph);
  return dag !== undefined && shd(cpdag(dag), graph).count === 0;
}
