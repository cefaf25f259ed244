import { throwUnknownName } from '@cfe/base';
import type { Edge, EdgeType, Graph, Incidence } from './graph.ts';

const indices = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/**
 * The index of a node by name.
 *
 * @throws {@link UnknownNameError} if the graph has no such node; it names the nearest one
 */
export function indexOf(graph: Pick<Graph, 'nodes'>, name: string, where = 'indexOf'): number {
  let index = indices.get(graph.nodes);
  if (index === undefined) {
    index = new Map(graph.nodes.map((node, i) => [node, i]));
    indices.set(graph.nodes, index);
  }
  return index.get(name) ?? throwUnknownName(where, 'node', name, graph.nodes);
}

/** The nodes related to node `i`, ascending: a view, not to be written to. */
export function incident(relation: Incidence, i: number): Int32Array {
  return relation.items.subarray(relation.offsets[i], relation.offsets[i + 1]);
}

/**
 * The parents of a node, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 */
export function parentsOf(graph: Graph, name: string): string[] {
  return named(graph, graph.parents, indexOf(graph, name, 'parentsOf'));
}

/**
 * The children of a node, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 */
export function childrenOf(graph: Graph, name: string): string[] {
  return named(graph, graph.children, indexOf(graph, name, 'childrenOf'));
}

/** Whether i → j (by index), in O(log degree). */
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
