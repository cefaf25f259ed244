import { InputError, quoteName } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import type { Graph, GraphKind } from './graph.ts';
import { nodeIndices } from './internal/node-indices.ts';
import { edgesOf, indexOf } from './queries.ts';

/**
 * The same graph with other names; nodes that are not mentioned keep theirs.
 *
 * @throws {@link UnknownNameError} if a name to be replaced is no node
 * @throws {@link InputError} if two nodes would share a name
 * @example
 * import { createDag, renameNodes } from '@cfe/graph';
 * renameNodes(createDag(['a', 'b'], [['a', 'b']]), { a: 'cause' }).nodes; // → ['cause', 'b']
 */
export function renameNodes<Kind extends GraphKind>(
  graph: Graph<Kind>,
  names: Readonly<Record<string, string>>,
): Graph<Kind> {
  for (const name of Object.keys(names)) indexOf(graph, name, 'renameNodes');
  const renamed = (name: string): string => (Object.hasOwn(names, name) ? (names[name] as string) : name);
  return createGraph(
    graph.kind,
    graph.nodes.map(renamed),
    edgesOf(graph).map((edge) => ({ ...edge, from: renamed(edge.from), to: renamed(edge.to) })),
  );
}

/**
 * The same graph with its nodes in another order.
 *
 * @param order - every node's name once
 * @throws {@link InputError} if the names are not those of the graph
 * @example
 * import { createDag, permuteNodes } from '@cfe/graph';
 * permuteNodes(createDag(['a', 'b'], [['a', 'b']]), ['b', 'a']).nodes; // → ['b', 'a']
 */
export function permuteNodes<Kind extends GraphKind>(
  graph: Graph<Kind>,
  order: readonly string[],
): Graph<Kind> {
  checkSameNames('permuteNodes', graph.nodes, order);
  return createGraph(graph.kind, order, edgesOf(graph));
}

/**
 * The graph among some of its nodes, which keep their order. A class restricted to some nodes need not be a class,
 * so a `'cpdag'` or `'icpdag'` becomes a `'pdag'`.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { createDag, edgesOf, subgraph } from '@cfe/graph';
 * edgesOf(subgraph(createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]), ['a', 'c'])); // → []
 */
export function subgraph(graph: Graph, names: readonly string[]): Graph {
  const kept = new Set(Array.from(nodeIndices(graph, names, 'subgraph'), (i) => graph.nodes[i] as string));
  const kind = graph.kind === 'cpdag' || graph.kind === 'icpdag' ? 'pdag' : graph.kind;
  const edges = edgesOf(graph).filter(({ from, to }) => kept.has(from) && kept.has(to));
  return createGraph(kind, [...kept], edges);
}

/** Refuses two lists of names that are not the same set. */
export function checkSameNames(where: string, expected: readonly string[], got: readonly string[]): void {
  const there = new Set(expected);
  const here = new Set(got);
  const missing = expected.filter((name) => !here.has(name));
  const extra = got.filter((name) => !there.has(name));
  if (missing.length === 0 && extra.length === 0 && got.length === expected.length) return;
  const list = (names: readonly string[]): string => names.slice(0, 5).map(quoteName).join(', ') || 'none';
  throw new InputError(
    'graph/different-nodes',
    `${where}: the nodes differ; missing: ${list(missing)}; not expected: ${list(extra)}. Both must have the same names, each once.`,
    { missing, extra },
  );
}
