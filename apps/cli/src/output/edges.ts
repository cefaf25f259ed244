import { type Edge, edgesOf, type Graph, indexOf } from '@cfe/graph';
import { textTable } from './text-table.ts';

/** An edge, with the share of resamples that have it, where resamples were drawn. */
export interface ToldEdge extends Edge {
  readonly confidence?: number;
}

/**
 * The edges with their confidence: of a directed edge in that direction, of an undirected one that the two are joined.
 *
 * @param confidence - `[d][d]` in the order of `nodes`
 */
export function toldEdges(
  graph: Graph,
  confidence?: readonly ArrayLike<number>[],
  nodes: readonly string[] = graph.nodes,
): ToldEdge[] {
  const at = (a: string, b: string): number =>
    confidence?.[indexOf({ nodes }, a)]?.[indexOf({ nodes }, b)] ?? 0;
  return edgesOf(graph).map((edge) => {
    if (confidence === undefined) return edge;
    const { from, to, type } = edge;
    return { ...edge, confidence: type === 'directed' ? at(from, to) : at(from, to) + at(to, from) };
  });
}

const marks: Readonly<Record<Edge['type'], string>> = {
  directed: '→',
  undirected: '—',
  bidirected: '↔',
};

/** Edges as lines for a terminal. */
export function edgeLines(edges: readonly ToldEdge[]): string {
  if (edges.length === 0) return '  (no edges)';
  const rows = edges.map(({ from, to, type, confidence }) => [
    '',
    from,
    marks[type],
    to,
    ...(confidence === undefined ? [] : [`${Math.round(100 * confidence)}%`]),
  ]);
  return textTable([rows[0]?.map(() => '') ?? [], ...rows])
    .split('\n')
    .slice(1)
    .join('\n');
}
