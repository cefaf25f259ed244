import { createGraph, type EdgeInput } from './create-graph.ts';
import type { Graph, Incidence, Pdag } from './graph.ts';
import { memberOf } from './internal/class-member.ts';
import { moralNeighbours } from './internal/minimal-separators.ts';
import { namesOf } from './internal/node-indices.ts';
import { incident, indexOf } from './queries.ts';

/**
 * The connected components, whatever the edges: variables of different ones are independent.
 *
 * @returns names in the graph's order, the component of the first node first
 * @example
 * import { components, createDag } from '@cfe/graph';
 * components(createDag(['a', 'b', 'c'], [['a', 'c']])); // → [['a', 'c'], ['b']]
 */
export function components(graph: Graph): string[][] {
  return componentsAlong(graph, [graph.parents, graph.children, graph.neighbours, graph.spouses]);
}

/**
 * The districts (c-components): the connected components of ↔. Variables of one share latent causes, directly or in a
 * chain.
 *
 * @returns names in the graph's order, the district of the first node first
 * @see Tian & Pearl (2002), AAAI
 * @example
 * import { createGraph, districts } from '@cfe/graph';
 * districts(createGraph('admg', ['x', 'm', 'y'], [['x', 'm'], { from: 'x', to: 'y', type: 'bidirected' }])); // → [['x', 'y'], ['m']]
 */
export function districts(graph: Graph): string[][] {
  return componentsAlong(graph, [graph.spouses]);
}

/**
 * The moral graph: the same nodes, with an undirected edge between two that are adjacent or have a common child (with
 * bidirected edges: that are joined by a path of colliders). Vertex separation in the moral graph over the ancestors of
 * some sets is d- or m-separation of those sets.
 *
 * @throws {@link InputError} if the graph is partially directed and stands for no class
 * @see Lauritzen, Dawid, Larsen & Leimer (1990), Networks 20, 491–505
 * @example
 * import { createDag, edgesOf, moralGraph } from '@cfe/graph';
 * edgesOf(moralGraph(createDag(['a', 'b', 'c'], [['a', 'c'], ['b', 'c']]))).length; // → 3
 */
export function moralGraph(graph: Graph): Pdag {
  const { nodes } = graph;
  const all = new Uint8Array(nodes.length).fill(1);
  const edges: EdgeInput[] = [];
  for (const [i, list] of moralNeighbours(memberOf(graph, 'moralGraph'), all)) {
    for (const j of [...list].sort((a, b) => a - b)) {
      if (i < j) edges.push({ from: nodes[i] as string, to: nodes[j] as string, type: 'undirected' });
    }
  }
  return createGraph('pdag', nodes, edges);
}

/**
 * The Markov blanket of a variable: given it, the variable is independent of all others. Its neighbours in the moral
 * graph: parents, children and the children's other parents.
 *
 * @throws {@link UnknownNameError} if the graph has no such node
 * @throws {@link InputError} if the graph is partially directed and stands for no class
 * @example
 * import { createDag, markovBlanketOf } from '@cfe/graph';
 * markovBlanketOf(createDag(['a', 'b', 'c'], [['a', 'c'], ['b', 'c']]), 'a'); // → ['b', 'c']
 */
export function markovBlanketOf(graph: Graph, name: string): string[] {
  const i = indexOf(graph, name, 'markovBlanketOf');
  const all = new Uint8Array(graph.nodes.length).fill(1);
  const around = moralNeighbours(memberOf(graph, 'markovBlanketOf'), all).get(i) as ReadonlySet<number>;
  return namesOf(
    graph,
    [...around].sort((a, b) => a - b),
  );
}

function componentsAlong(graph: Graph, relations: readonly Incidence[]): string[][] {
  const done = new Uint8Array(graph.nodes.length);
  const out: string[][] = [];
  for (let i = 0; i < done.length; i++) {
    if (done[i] === 1) continue;
    done[i] = 1;
    const part = [i];
    for (const k of part) {
      for (const relation of relations) {
        for (const j of incident(relation, k)) {
          if (done[j] === 1) continue;
          done[j] = 1;
          part.push(j);
        }
      }
    }
    out.push(
      namesOf(
        graph,
        part.sort((a, b) => a - b),
      ),
    );
  }
  return out;
}
