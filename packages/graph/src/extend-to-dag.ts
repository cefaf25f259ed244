import { createGraph } from './create-graph.ts';
import type { Dag, Graph } from './graph.ts';
import { orientationsOf } from './internal/orientations.ts';

/**
 * A DAG with the graph's skeleton, its directed edges and no further v-structure, or `undefined` if there is none.
 * On a CPDAG or interventional CPDAG: a member of the class. Deterministic.
 *
 * @see Dor & Tarsi (1992), A simple algorithm to construct a consistent extension of a partially oriented graph
 * @example
 * import { createGraph, edgesOf, extendToDag } from '@cfe/graph';
 * const graph = createGraph('pdag', ['a', 'b'], [{ from: 'a', to: 'b', type: 'undirected' }]);
 * edgesOf(extendToDag(graph) ?? graph).length; // → 1
 */
export function extendToDag(graph: Graph): Dag | undefined {
  const { d, marks, adjacent } = orientationsOf(graph);
  const present = new Uint8Array(d).fill(1);
  const at = (i: number, j: number): number => marks[i * d + j] as number;
  const joined = (i: number, j: number): boolean => at(i, j) !== 0 || at(j, i) !== 0;
  // A node can go last if no edge leaves it and each of its undirected neighbours sees all its other neighbours.
  const canBeSink = (x: number): boolean => {
    const around = (adjacent[x] as Int32Array).filter((j) => present[j] === 1);
    return around.every(
      (y) => at(x, y) !== 1 && (at(x, y) !== 2 || around.every((z) => z === y || joined(z, y))),
    );
  };
  const edges: [string, string][] = [];
  const candidates = Array.from({ length: d }, (_, i) => i);
  let left = d;
  for (let x = candidates.pop(); x !== undefined; x = candidates.pop()) {
    if (present[x] === 0 || !canBeSink(x)) continue;
    present[x] = 0;
    left--;
    for (const y of adjacent[x] as Int32Array) {
      if (present[y] === 0) continue;
      edges.push([graph.nodes[y] as string, graph.nodes[x] as string]);
      candidates.push(y);
    }
  }
  return left === 0 ? createGraph('dag', graph.nodes, edges) : undefined;
}
