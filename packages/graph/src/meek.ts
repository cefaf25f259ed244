import { InputError, quoteName } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import { extendToDag } from './extend-to-dag.ts';
import type { Graph, Pdag } from './graph.ts';
import { closeUnderMeek, edgesFrom, orient, orientationsOf } from './internal/orientations.ts';
import { indexOf } from './queries.ts';

/** What is known beforehand about the direction of edges. Pairs that are not adjacent are left alone. */
export interface OrientationKnowledge {
  /** i → j if they are adjacent */
  readonly required?: readonly (readonly [from: string, to: string])[];
  /** not i → j, so j → i if they are adjacent */
  readonly forbidden?: readonly (readonly [from: string, to: string])[];
}

/**
 * All orientations that follow from the graph's directed edges and background knowledge, by Meek's rules R1–R4.
 * Starting from a CPDAG the result is maximal: what stays undirected is not determined.
 *
 * @throws {@link UnknownNameError} if the knowledge names no node
 * @throws {@link InputError} if the knowledge contradicts the graph, or no DAG of the class agrees with it
 * @see Meek (1995), UAI, theorem 4
 * @example
 * import { cpdag, createDag, edgesOf, meek } from '@cfe/graph';
 * const chain = cpdag(createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]));
 * edgesOf(meek(chain, { required: [['a', 'b']] })).map(({ type }) => type); // → ['directed', 'directed']
 */
export function meek(graph: Graph, { required = [], forbidden = [] }: OrientationKnowledge = {}): Pdag {
  const state = orientationsOf(graph);
  const wanted = [...required, ...forbidden.map(([from, to]) => [to, from] as const)];
  for (const [from, to] of wanted) {
    const i = indexOf(graph, from, 'meek');
    const j = indexOf(graph, to, 'meek');
    if (state.marks[j * state.d + i] === 1) {
      throw new InputError(
        'graph/contradictory-knowledge',
        `meek: ${quoteName(from)} → ${quoteName(to)} is asked for, but the graph or the knowledge before it says the reverse. Drop one of the two.`,
        { from, to },
      );
    }
    if (state.marks[i * state.d + j] === 2) orient(state, i, j);
  }
  closeUnderMeek(state, 'R1-R4');
  const closed = createGraph('pdag', graph.nodes, edgesFrom(state, graph.nodes));
  if (extendToDag(closed) === undefined) {
    throw new InputError(
      'graph/contradictory-knowledge',
      'meek: no DAG has this skeleton, these v-structures and these directions. Drop some of the knowledge.',
      { required, forbidden },
    );
  }
  return closed;
}
