import { CyclicGraphError } from './errors.ts';
import type { Graph } from './graph.ts';
import { incident } from './queries.ts';

/**
 * An order in which every parent precedes its children, by index: level by level, smaller indices first
 * within a level. O(d log d + edges).
 *
 * @returns `[d]`, node indices
 * @throws {@link CyclicGraphError} if the directed edges form a cycle
 * @example
 * import { createDag, topologicalOrder } from '@cfe/graph';
 * topologicalOrder(createDag(['y', 'x'], [['x', 'y']])); // → Int32Array [1, 0]
 */
export function topologicalOrder(graph: Graph): Int32Array {
  const order = new Int32Array(graph.nodes.length);
  let at = 0;
  for (const level of topologicalLevels(graph)) for (const i of level) order[at++] = i;
  return order;
}

/**
 * The nodes by depth: level 0 has no parents, and each other node stands one level below its deepest parent.
 * Nodes of one level do not depend on each other, so they can be computed together. O(d + edges).
 *
 * @throws {@link CyclicGraphError} if the directed edges form a cycle
 * @example
 * import { createDag, topologicalLevels } from '@cfe/graph';
 * topologicalLevels(createDag(['y', 'x', 'z'], [['x', 'y'], ['z', 'y']])); // → [Int32Array [1, 2], Int32Array [0]]
 */
export function topologicalLevels(graph: Graph): Int32Array[] {
  const d = graph.nodes.length;
  const waiting = Int32Array.from({ length: d }, (_, i) => incident(graph.parents, i).length);
  let level = Int32Array.from({ length: d }, (_, i) => i).filter((i) => waiting[i] === 0);
  const levels: Int32Array[] = [];
  let placed = 0;
  while (level.length > 0) {
    levels.push(level);
    placed += level.length;
    const next: number[] = [];
    for (const i of level) {
      for (const child of incident(graph.children, i)) {
        const left = (waiting[child] as number) - 1;
        waiting[child] = left;
        if (left === 0) next.push(child);
      }
    }
    level = Int32Array.from(next).sort();
  }
  if (placed < d) {
    const cycle = findCycle(graph) ?? [];
    throw new CyclicGraphError(
      'topologicalOrder',
      cycle.map((i) => graph.nodes[i] as string),
    );
  }
  return levels;
}

/** The indices along one directed cycle, the first repeated at the end, or `undefined` if there is none. */
export function findCycle(graph: Pick<Graph, 'nodes' | 'children'>): number[] | undefined {
  const d = graph.nodes.length;
  const state = new Uint8Array(d); // 0 new, 1 on the path, 2 done
  const next = graph.children.offsets.slice(0, d);
  for (let root = 0; root < d; root++) {
    if (state[root] !== 0) continue;
    const path = [root];
    state[root] = 1;
    while (path.length > 0) {
      const i = path[path.length - 1] as number;
      const at = next[i] as number;
      if (at === graph.children.offsets[i + 1]) {
        state[i] = 2;
        path.pop();
        continue;
      }
      next[i] = at + 1;
      const child = graph.children.items[at] as number;
      if (state[child] === 1) return [...path.slice(path.indexOf(child)), child];
      if (state[child] === 0) {
        state[child] = 1;
        path.push(child);
      }
    }
  }
  return undefined;
}
