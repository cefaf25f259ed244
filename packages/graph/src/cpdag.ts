import { createGraph } from './create-graph.ts';
import type { Dag, Graph } from './graph.ts';
import { nodeIndices } from './internal/node-indices.ts';
import { closeUnderMeek, edgesFrom, type Orientations, orient, skeletonOf } from './internal/orientations.ts';
import { incident } from './queries.ts';

/**
 * The Markov equivalence class of a DAG: an edge is directed where all its members agree.
 *
 * @see Meek (1995), UAI; Andersson, Madigan & Perlman (1997), Annals of Statistics 25, 505–541
 * @example
 * import { cpdag, createDag, edgesOf } from '@cfe/graph';
 * edgesOf(cpdag(createDag(['a', 'b'], [['a', 'b']]))); // → [{ from: 'a', to: 'b', type: 'undirected' }]
 */
export function cpdag(dag: Dag): Graph<'cpdag'> {
  const state = patternOf(dag);
  closeUnderMeek(state, 'R1-R3');
  return createGraph('cpdag', dag.nodes, edgesFrom(state, dag.nodes));
}

/**
 * The interventional Markov equivalence class of a DAG (its I-essential graph): what observational data and
 * interventions on each of the target sets determine together.
 *
 * An edge with exactly one end in a target set is directed as in the DAG; so is what follows by Meek's rules.
 *
 * @param targetSets - the variables intervened on in each regime, one list per regime; observational data (the empty
 * set) are taken to be there, whether listed or not
 * @throws {@link UnknownNameError} if a target is no node
 * @see Hauser & Bühlmann (2012), JMLR 13, 2409–2464; for soft interventions Yang, Katcoff & Uhler (2018), ICML
 * @example
 * import { createDag, edgesOf, interventionalCpdag } from '@cfe/graph';
 * const chain = createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]);
 * edgesOf(interventionalCpdag(chain, [['a']])).every(({ type }) => type === 'directed'); // → true
 */
export function interventionalCpdag(dag: Dag, targetSets: readonly (readonly string[])[]): Graph<'icpdag'> {
  const state = patternOf(dag);
  for (const targets of targetSets) {
    const inside = new Set(nodeIndices(dag, targets, 'interventionalCpdag'));
    for (const i of inside) {
      for (const j of incident(dag.parents, i)) if (!inside.has(j)) orient(state, j, i);
      for (const j of incident(dag.children, i)) if (!inside.has(j)) orient(state, i, j);
    }
  }
  closeUnderMeek(state, 'R1-R3');
  return createGraph('icpdag', dag.nodes, edgesFrom(state, dag.nodes));
}

/** Skeleton and v-structures of a DAG: a → b ← c with a and c not adjacent. */
function patternOf(dag: Dag): Orientations {
  const state = skeletonOf(dag);
  const { d, marks } = state;
  const joined = (a: number, c: number): boolean => marks[a * d + c] !== 0 || marks[c * d + a] !== 0;
  for (let b = 0; b < d; b++) {
    const parents = incident(dag.parents, b);
    for (const a of parents) if (parents.some((c) => c !== a && !joined(a, c))) orient(state, a, b);
  }
  return state;
}
