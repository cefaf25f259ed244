import type { Graph } from './graph.ts';
import { incident, indexOf } from './queries.ts';
import { reachable } from './reachable.ts';

/**
 * The directed paths from one node to another, shorter ones first: the ways along which an action on `from` can
 * change `to`.
 *
 * @param options.limit - stop after so many, default 100: their number can grow exponentially
 * @returns each path as the names along it, both ends included
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { causalPaths, createDag } from '@cfe/graph';
 * const dag = createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y'], ['x', 'y']]);
 * causalPaths(dag, 'x', 'y'); // → [['x', 'y'], ['x', 'm', 'y']]
 */
export function causalPaths(
  graph: Graph,
  from: string,
  to: string,
  { limit = 100 }: { readonly limit?: number } = {},
): string[][] {
  const start = indexOf(graph, from, 'causalPaths');
  const end = indexOf(graph, to, 'causalPaths');
  const leadsToEnd = reachable([graph.parents], [end]);
  const found: string[][] = [];
  let frontier: number[][] = [[start]];
  while (frontier.length > 0 && found.length < limit) {
    const next: number[][] = [];
    for (const path of frontier) {
      for (const child of incident(graph.children, path.at(-1) as number)) {
        if (leadsToEnd[child] === 0) continue;
        const longer = [...path, child];
        if (child === end) found.push(longer.map((i) => graph.nodes[i] as string));
        else next.push(longer);
      }
    }
    frontier = next.slice(0, 10 * limit);
  }
  return found.slice(0, limit);
}
