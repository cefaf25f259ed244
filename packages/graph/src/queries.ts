import { throwUnknownName } from '@cfe/base';
import type { Edge, EdgeType, Graph, Incidence } from './graph.ts';

const indices = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/**
 * The index of a node by name.
 *
 * @throws {@link UnknownNameError} if the graph has no such node; it names the nearest one
 * @example
 * import { createDag, indexOf } from '@cfe/graph';
 * indexOf(createDag(['a', 'b'], []), 'b'); // → 1
 */
export function indexOf(graph: Pick<Graph, 'nodes'>, name: string, where = 'indexOf'): number {
  let index = indices.get(graph.nodes);
  if (index === undefined) {
    index = new Map(graph.nodes.map((node, i) => [node, i]));
    indices.set(graph.nodes, index);
  }
  return index.get(name) ?? throwUnknownName(where, 'node', name, graph.nodes);
}

/**
 * The nodes related to node `i`, ascending: a view, not to be written to.
 *
 * @example
 * import { createDag, incident } from '@cfe/graph';
 * incident(createDag(['a', 'b', 'c'], [['a', 'c'], ['b', 'c']]).parents, 2); // → Int32Array [0, 1]
 */
export function incident(relation: Incidence, i: number): Int32Array {
  return relation.items.subarray(relation.offsets[i], relation.offsets[i + 1]);
}

/**
 * The parents of a node, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { createDag, parentsOf } from '@cfe/graph';
 * parentsOf(createDag(['a', 'b', 'c'], [['b', 'c'], ['a', 'c']]), 'c'); // → ['a', 'b']
 */
export function parentsOf(graph: Graph, name: string): string[] {
  return named(graph, graph.parents, indexOf(graph, name, 'parentsOf'));
}

/**
 * The children of a node, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { childrenOf, createDag } from '@cfe/graph';
 * childrenOf(createDag(['a', 'b', 'c'], [['a', 'c'], ['a', 'b']]), 'a'); // → ['b', 'c']
 */
export function childrenOf(graph: Graph, name: string): string[] {
  return named(graph, graph.children, indexOf(graph, name, 'childrenOf'));
}

/**
 * Whether i → j (by index), in O(log degree).
 *
 * @example
 * import { createDag, hasEdge } from '@cfe/graph';
 * const dag = createDag(['a', 'b'], [['a', 'b']]);
 * [hasEdge(dag, 0, 1), hasEdge(dag, 1, 0)]; // → [true, false]
 */
export function hasEdge(graph: Graph, i: number, j: number): boolean {
  const items = graph.children.items;
  let low = graph.children.offsets[i] as number;
  let high = graph.children.offsets[i + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as number) < j) low = middle + 1;
    else high = middle;
  }
  return low < (graph.children.offsets[i + 1] as number) && items[low] === j;
}

/**
 * All edges by name: directed, then undirected, then bidirected, each in the nodes' order and listed once.
 *
 * @example
 * import { createDag, edgesOf } from '@cfe/graph';
 * edgesOf(createDag(['a', 'b'], [['a', 'b']])); // → [{ from: 'a', to: 'b', type: 'directed' }]
 */
export function edgesOf(graph: Graph): Edge[] {
  return [
    ...listed(graph, graph.children, 'directed'),
    ...listed(graph, graph.neighbours, 'undirected'),
    ...listed(graph, graph.spouses, 'bidirected'),
  ];
}

function listed(graph: Graph, relation: Incidence, type: EdgeType): Edge[] {
  return graph.nodes.flatMap((from, i) =>
    [...incident(relation, i)]
      .filter((j) => type === 'directed' || i < j)
      .map((j) => ({ from, to: graph.nodes[j] as string, type })),
  );
}

function named(graph: Graph, relation: Incidence, i: number): string[] {
  return Array.from(incident(relation, i), (k) => graph.nodes[k] as string);
}
