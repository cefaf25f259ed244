import { InputError, quoteName } from '@cfe/base';
import { CyclicGraphError } from './errors.ts';
import type { Dag, Edge, EdgeType, Graph, GraphKind } from './graph.ts';
import { incidenceFromPairs } from './internal/incidence.ts';
import { indexOf } from './queries.ts';
import { findCycle } from './topological-order.ts';

/** An edge as people write it: `['a', 'b']` is a → b. */
export type EdgeInput =
  | readonly [from: string, to: string]
  | { readonly from: string; readonly to: string; readonly type?: EdgeType };

const allowed: Readonly<Record<GraphKind, readonly EdgeType[]>> = {
  dag: ['directed'],
  cpdag: ['directed', 'undirected'],
  icpdag: ['directed', 'undirected'],
  pdag: ['directed', 'undirected'],
  admg: ['directed', 'bidirected'],
  pag: [],
};

/**
 * A directed acyclic graph from its nodes and edges.
 *
 * @param nodes - distinct names, in the order that indices follow
 * @throws {@link UnknownNameError} if an edge names no node
 * @throws {@link InputError} on a duplicate node, a self-loop, or two edges between one pair
 * @throws {@link CyclicGraphError} if there is a cycle
 * @example
 * import { createDag, parentsOf } from '@cfe/graph';
 * const dag = createDag(['x', 'm', 'y'], [['x', 'm'], ['m', 'y'], ['x', 'y']]);
 * parentsOf(dag, 'y'); // → ['x', 'm']
 */
export function createDag(nodes: readonly string[], edges: Iterable<EdgeInput>): Dag {
  return createGraph('dag', nodes, edges);
}

/**
 * A graph of a given kind, checked: edge types that the kind allows, at most one edge per pair (an ADMG may
 * join one pair by → and ↔), no directed cycle.
 *
 * That a `'cpdag'` really is one class is the business of what produced it (`cpdag`, a learner).
 *
 * @throws {@link UnknownNameError} if an edge names no node
 * @throws {@link InputError} on a duplicate node, a self-loop, a type that the kind has not, contradictory edges, or a kind
 * that is unknown or not made yet (`'pag'`)
 * @throws {@link CyclicGraphError} if the directed edges form a cycle
 * @example
 * import { createGraph } from '@cfe/graph';
 * createGraph('admg', ['x', 'y'], [['x', 'y'], { from: 'x', to: 'y', type: 'bidirected' }]).kind; // → 'admg'
 */
export function createGraph<Kind extends GraphKind>(
  kind: Kind,
  nodes: readonly string[],
  edges: Iterable<EdgeInput>,
): Graph<Kind> {
  if (kind === 'pag' || !Object.hasOwn(allowed, kind)) throw unknownKind(kind);
  checkNodes(nodes);
  const lookup = { nodes };
  const pairs: Record<EdgeType, [number, number][]> = { directed: [], undirected: [], bidirected: [] };
  const seen = new Map<number, EdgeType>();
  for (const input of edges) {
    const edge = normalise(input);
    const from = indexOf(lookup, edge.from, 'createGraph');
    const to = indexOf(lookup, edge.to, 'createGraph');
    const shown = `${quoteName(edge.from)} and ${quoteName(edge.to)}`;
    if (from === to) {
      throw new InputError(
        'graph/self-loop',
        `createGraph: ${quoteName(edge.from)} has an edge to itself. Remove it.`,
        {
          node: edge.from,
        },
      );
    }
    if (!allowed[kind].includes(edge.type)) {
      throw new InputError(
        'graph/edge-type',
        `createGraph: a graph of kind '${kind}' cannot hold the ${edge.type} edge between ${shown}. It takes ${allowed[kind].join(' and ')} ones.`,
        { kind, edge },
      );
    }
    const pair = Math.min(from, to) * nodes.length + Math.max(from, to);
    const key = kind === 'admg' && edge.type === 'bidirected' ? -1 - pair : pair;
    if (seen.has(key)) {
      throw new InputError(
        'graph/contradictory-edges',
        `createGraph: two edges join ${shown}. Keep one of them.`,
        { edge },
      );
    }
    seen.set(key, edge.type);
    pairs[edge.type].push([from, to]);
  }
  const d = nodes.length;
  const mirrored = (list: readonly [number, number][]): [number, number][] =>
    list.flatMap(([a, b]): [number, number][] => [
      [a, b],
      [b, a],
    ]);
  const graph: Graph<Kind> = Object.freeze({
    kind,
    nodes: Object.freeze([...nodes]),
    parents: incidenceFromPairs(
      d,
      pairs.directed.map(([from, to]): [number, number] => [to, from]),
    ),
    children: incidenceFromPairs(d, pairs.directed),
    neighbours: incidenceFromPairs(d, mirrored(pairs.undirected)),
    spouses: incidenceFromPairs(d, mirrored(pairs.bidirected)),
  });
  const cycle = findCycle(graph);
  if (cycle !== undefined) {
    throw new CyclicGraphError(
      'createGraph',
      cycle.map((i) => nodes[i] as string),
    );
  }
  return graph;
}

function normalise(input: EdgeInput): Edge {
  return 'from' in input
    ? { from: input.from, to: input.to, type: input.type ?? 'directed' }
    : { from: input[0], to: input[1], type: 'directed' };
}

function unknownKind(kind: string): InputError {
  const made = Object.keys(allowed).filter((name) => name !== 'pag');
  return new InputError(
    'graph/kind',
    `createGraph: ${kind === 'pag' ? "graphs of kind 'pag' cannot be made yet" : `there is no kind ${quoteName(kind)}`}; it is one of ${made.join(', ')}.`,
    { kind },
  );
}

function checkNodes(nodes: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of nodes) {
    if (typeof name !== 'string' || name === '') {
      throw new InputError('graph/node-name', 'createGraph: every node needs a name, a non-empty text.', {
        name,
      });
    }
    if (seen.has(name)) {
      throw new InputError(
        'graph/duplicate-node',
        `createGraph: the node ${quoteName(name)} is listed twice. Keep one.`,
        { name },
      );
    }
    seen.add(name);
  }
}
