import type { Graph, Incidence } from './graph.ts';
import { markedIndices, type Names, namesOf, nodeIndices } from './internal/node-indices.ts';

/**
 * A mark per node: 1 where a path along any of the relations leads from a source. Sources are marked too.
 * The kernel on indices behind ancestors, descendants and components. O(d + edges).
 *
 * @param relations - e.g. `[graph.children]`, or `[graph.children, graph.neighbours]` for possible descendants
 * @param sources - node indices
 * @param avoid - `[d]`, nodes marked 1 are not entered
 * @returns `[d]`, 0 or 1
 * @example
 * import { createDag, reachable } from '@cfe/graph';
 * const dag = createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y']]);
 * reachable([dag.children], [1]); // → Uint8Array [0, 1, 1]
 */
export function reachable(
  relations: readonly Incidence[],
  sources: Iterable<number>,
  avoid?: Uint8Array,
): Uint8Array {
  const d = (relations[0]?.offsets.length ?? 1) - 1;
  const marks = new Uint8Array(d);
  const stack = new Int32Array(d);
  let top = 0;
  const enter = (i: number): void => {
    if (marks[i] === 1 || avoid?.[i] === 1) return;
    marks[i] = 1;
    stack[top++] = i;
  };
  for (const i of sources) enter(i);
  while (top > 0) {
    const i = stack[--top] as number;
    for (const { offsets, items } of relations) {
      const end = offsets[i + 1] as number;
      for (let at = offsets[i] as number; at < end; at++) enter(items[at] as number);
    }
  }
  return marks;
}

/**
 * The ancestors of one or several nodes, those nodes included, in the graph's order.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { ancestorsOf, createDag } from '@cfe/graph';
 * ancestorsOf(createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y']]), 'm'); // → ['x', 'm']
 */
export function ancestorsOf(graph: Graph, names: Names): string[] {
  return marked(graph, [graph.parents], names, 'ancestorsOf');
}

/**
 * The descendants of one or several nodes, those nodes included, in the graph's order: all that an
 * intervention on them can change.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @example
 * import { createDag, descendantsOf } from '@cfe/graph';
 * descendantsOf(createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y']]), 'm'); // → ['m', 'y']
 */
export function descendantsOf(graph: Graph, names: Names): string[] {
  return marked(graph, [graph.children], names, 'descendantsOf');
}

/**
 * The nodes that are an ancestor, or the node itself, in some DAG of the class: reached against → and along —.
 *
 * @example
 * import { cpdag, createDag, possibleAncestorsOf } from '@cfe/graph';
 * possibleAncestorsOf(cpdag(createDag(['a', 'b'], [['a', 'b']])), 'a'); // → ['a', 'b']
 */
export function possibleAncestorsOf(graph: Graph, names: Names): string[] {
  return marked(graph, [graph.parents, graph.neighbours], names, 'possibleAncestorsOf');
}

/**
 * The nodes that are a descendant, or the node itself, in some DAG of the class: reached along → and —.
 *
 * @example
 * import { cpdag, createDag, possibleDescendantsOf } from '@cfe/graph';
 * const collider = createDag(['a', 'b', 'c'], [['a', 'b'], ['c', 'b']]);
 * possibleDescendantsOf(cpdag(collider), 'b'); // → ['b']
 */
export function possibleDescendantsOf(graph: Graph, names: Names): string[] {
  return marked(graph, [graph.children, graph.neighbours], names, 'possibleDescendantsOf');
}

function marked(graph: Graph, relations: readonly Incidence[], names: Names, where: string): string[] {
  return namesOf(graph, markedIndices(reachable(relations, nodeIndices(graph, names, where))));
}
