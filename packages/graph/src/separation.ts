import type { Dag, Graph } from './graph.ts';
import { memberOf } from './internal/class-member.ts';
import { checkDisjoint, marksOf, type Names, nodeIndices } from './internal/node-indices.ts';
import { openWalks, walkSpace } from './internal/open-walks.ts';

/**
 * Whether `given` d-separates `x` from `y`: every distribution of the graph then has x ⟂ y | given.
 *
 * On a partially directed graph the answer is that of every DAG it stands for, which all agree, and with bidirected
 * edges it is m-separation. Linear in the graph.
 *
 * @param x - one node or several; likewise `y`, and `given` (default none)
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if a node is in two of the sets, or a partially directed graph stands for no DAG
 * @see Pearl (2009), Causality, definition 1.2.3
 * @example
 * import { createDag, dSeparated } from '@cfe/graph';
 * const collider = createDag(['x', 'c', 'y'], [['x', 'c'], ['y', 'c']]);
 * dSeparated(collider, 'x', 'y'); // → true
 * dSeparated(collider, 'x', 'y', ['c']); // → false
 */
export function dSeparated(graph: Graph, x: Names, y: Names, given: Names = []): boolean {
  return separated(graph, x, y, given, 'dSeparated');
}

/**
 * Whether `given` m-separates `x` from `y` in a graph with bidirected edges (latent common causes).
 * On a DAG this is d-separation. Linear in the graph.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if a node is in two of the sets
 * @see Richardson (2003), Scandinavian Journal of Statistics 30, 145–157
 * @example
 * import { createGraph, mSeparated } from '@cfe/graph';
 * const graph = createGraph('admg', ['x', 'y', 'z'], [['x', 'y'], { from: 'y', to: 'z', type: 'bidirected' }]);
 * mSeparated(graph, 'x', 'z'); // → true
 * mSeparated(graph, 'x', 'z', 'y'); // → false
 */
export function mSeparated(graph: Dag | Graph<'admg'>, x: Names, y: Names, given: Names = []): boolean {
  return separated(graph, x, y, given, 'mSeparated');
}

function separated(graph: Graph, x: Names, y: Names, given: Names, where: string): boolean {
  const sets = {
    x: nodeIndices(graph, x, where),
    y: nodeIndices(graph, y, where),
    given: nodeIndices(graph, given, where),
  };
  checkDisjoint(where, graph, sets);
  const d = graph.nodes.length;
  const reached = openWalks(memberOf(graph, where, 'markov'), sets.x, marksOf(d, sets.given), walkSpace(d));
  return sets.y.every((i) => reached[i] === 0);
}
