import { InputError, quoteName } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import { CyclicGraphError } from './errors.ts';
import { extendToDag } from './extend-to-dag.ts';
import type { Graph, Pdag } from './graph.ts';
import {
  closeUnderMeek,
  edgesFrom,
  type Orientations,
  orient,
  orientationsOf,
} from './internal/orientations.ts';
import { indexOf } from './queries.ts';

/** What is known beforehand about the direction of edges. Pairs that are not adjacent are left alone. */
export interface OrientationKnowledge {
  /** i → j if they are adjacent */
  readonly required?: readonly (readonly [from: string, to: string])[];
  /** not i → j, so j → i if they are adjacent */
  readonly forbidden?: readonly (readonly [from: string, to: string])[];
  /** groups in causal order: none of a later group causes one of an earlier group */
  readonly tiers?: readonly (readonly string[])[];
  /** have no causes among their neighbours */
  readonly roots?: readonly string[];
  /** have no effects among their neighbours */
  readonly leaves?: readonly string[];
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
export function meek(graph: Graph, knowledge: OrientationKnowledge = {}): Pdag {
  if (graph.spouses.items.length > 0) {
    throw new InputError('graph/kind', 'meek: the graph has bidirected edges; it takes DAGs and classes.', {
      kind: graph.kind,
    });
  }
  const state = orientationsOf(graph);
  for (const [from, to] of wantedBy(graph, state, knowledge)) {
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
  const before = orientationsOf(graph);
  const closed = hasNewCollider(state, before) ? undefined : closedGraph(graph, state);
  if (closed === undefined || extendToDag(closed) === undefined) {
    throw new InputError(
      'graph/contradictory-knowledge',
      'meek: no DAG has this skeleton, these v-structures and these directions. Drop some of the knowledge.',
      { knowledge },
    );
  }
  return closed;
}

/** The directions that the knowledge asks for, over adjacent pairs as far as tiers, roots and leaves go. */
function wantedBy(
  graph: Graph,
  { adjacent }: Orientations,
  { required = [], forbidden = [], tiers = [], roots = [], leaves = [] }: OrientationKnowledge,
): (readonly [from: string, to: string])[] {
  const tierOf = new Map<number, number>();
  for (const [tier, names] of tiers.entries()) {
    for (const name of names) {
      const i = indexOf(graph, name, 'meek');
      if (tierOf.has(i)) {
        throw new InputError(
          'graph/contradictory-knowledge',
          `meek: ${quoteName(name)} is in two tiers. Keep one.`,
          {
            name,
          },
        );
      }
      tierOf.set(i, tier);
    }
  }
  const wanted = [...required, ...forbidden.map(([from, to]) => [to, from] as const)];
  const aroundOf = (name: string): string[] =>
    Array.from(adjacent[indexOf(graph, name, 'meek')] as Int32Array, (j) => graph.nodes[j] as string);
  for (const [i, tier] of tierOf) {
    for (const j of adjacent[i] as Int32Array) {
      const other = tierOf.get(j);
      if (other !== undefined && tier < other)
        wanted.push([graph.nodes[i] as string, graph.nodes[j] as string]);
    }
  }
  for (const root of roots) for (const other of aroundOf(root)) wanted.push([root, other]);
  for (const leaf of leaves) for (const other of aroundOf(leaf)) wanted.push([other, leaf]);
  return wanted;
}

/** Whether some a → b ← c, a and c not adjacent, was not there before. */
function hasNewCollider({ d, marks, adjacent }: Orientations, before: Orientations): boolean {
  const into = (from: number, to: number): boolean => marks[from * d + to] === 1;
  for (let b = 0; b < d; b++) {
    const around = adjacent[b] as Int32Array;
    for (const a of around) {
      if (!into(a, b) || before.marks[a * d + b] === 1) continue;
      for (const c of around) {
        if (c !== a && into(c, b) && marks[a * d + c] === 0 && marks[c * d + a] === 0) return true;
      }
    }
  }
  return false;
}

/** The oriented graph, or `undefined` if the knowledge has closed a cycle. */
function closedGraph(graph: Graph, state: Orientations): Pdag | undefined {
  try {
    return createGraph('pdag', graph.nodes, edgesFrom(state, graph.nodes));
  } catch (error) {
    if (error instanceof CyclicGraphError) return undefined;
    throw error;
  }
}
