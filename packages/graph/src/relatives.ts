import type { Graph, Incidence } from './graph.ts';
import { incident, indexOf } from './queries.ts';

/**
 * All nodes with a directed path to a node, itself left out, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { ancestorsOf, createDag } from '@cfe/graph';
 * ancestorsOf(createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y']]), 'y'); // → ['x', 'm']
 */
export function ancestorsOf(graph: Graph, name: string): string[] {
  return relatives(graph, graph.parents, name, 'ancestorsOf');
}

/**
 * All nodes that a node has a directed path to, itself left out, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { createDag, descendantsOf } from '@cfe/graph';
 * descendantsOf(createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y']]), 'x'); // → ['m', 'y']
 */
export function descendantsOf(graph: Graph, name: string): string[] {
  return relatives(graph, graph.children, name, 'descendantsOf');
}

/**
 * Which nodes a relation reaches from some, themselves included: `[d]`, 1 where reached. O(d + edges).
 *
 * `reachable(graph.children, [i])` marks i and its descendants, `reachable(graph.parents, [i])` i and its ancestors.
 */
export function reachable(relation: Incidence, from: Iterable<number>): Uint8Array {
  const seen = new Uint8Array(relation.offsets.length - 1);
  const stack: number[] = [];
  for (const i of from) {
    if (seen[i] === 1) continue;
    seen[i] = 1;
    stack.push(i);
  }
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    for (const k of incident(relation, i)) {
      if (seen[k] === 1) continue;
      seen[k] = 1;
      stack.push(k);
    }
  }
  return seen;
}

function relatives(graph: Graph, relation: Incidence, name: string, where: string): string[] {
  const index = indexOf(graph, name, where);
  const seen = reachable(relation, [index]);
  return graph.nodes.filter((_, i) => i !== index && seen[i] === 1);
}
