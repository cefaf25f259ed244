import { createDag } from '@cfe/graph';
import type { Arrow } from './protocol.ts';

/**
 * The graph with one edge more; the same two joined the other way is turned.
 *
 * @throws {@link CyclicGraphError} if the edge closes a cycle
 */
export function addEdge(
  nodes: readonly string[],
  edges: readonly Arrow[],
  [from, to]: Arrow,
): readonly Arrow[] {
  return checked(nodes, [...removeEdge(edges, [from, to]), [from, to]]);
}

/** The graph without what joins the two, whichever way it points. */
export function removeEdge(edges: readonly Arrow[], [a, b]: Arrow): readonly Arrow[] {
  return edges.filter(([from, to]) => !((from === a && to === b) || (from === b && to === a)));
}

function checked(nodes: readonly string[], edges: readonly Arrow[]): readonly Arrow[] {
  createDag(nodes, edges);
  return edges;
}
