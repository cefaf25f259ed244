import { InputError, rngFrom, type Seed } from '@cfe/base';
import { createGraph, type EdgeInput } from './create-graph.ts';
import { extendToDag } from './extend-to-dag.ts';
import type { Cpdag, Dag, Graph } from './graph.ts';
import { CliquePicking } from './internal/clique-picking.ts';
import {
  closeUnderMeek,
  edgesFrom,
  type Orientations,
  orient,
  orientationsOf,
} from './internal/orientations.ts';
import { edgesOf, incident } from './queries.ts';

/**
 * All DAGs that a partially directed graph stands for: its skeleton, its directed edges, and no v-structure that it
 * has not. One after the other, in polynomial time each; stop when you have enough, since a class can have d! members.
 *
 * @param graph - a class, or a class with background knowledge (`meek`)
 * @yields DAGs, each once; nothing if there is none
 * @example
 * import { cpdag, createDag, dagsOf } from '@cfe/graph';
 * const chain = createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]);
 * [...dagsOf(cpdag(chain))].length; // → 3
 */
export function* dagsOf(graph: Graph): Generator<Dag> {
  if (extendToDag(graph) === undefined) return;
  const isClass = graph.kind === 'cpdag' || graph.kind === 'icpdag';
  const stack: Orientations[] = [orientationsOf(graph)];
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const edges = edgesFrom(state, graph.nodes);
    const line = edges.findIndex(({ type }) => type === 'undirected');
    if (line < 0) {
      yield createGraph('dag', graph.nodes, edges);
      continue;
    }
    const { from, to } = edges[line] as { from: string; to: string };
    const [i, j] = [graph.nodes.indexOf(from), graph.nodes.indexOf(to)];
    for (const [a, b] of [
      [j, i],
      [i, j],
    ] as const) {
      const next: Orientations = { ...state, marks: state.marks.slice() };
      orient(next, a, b);
      closeUnderMeek(next, 'R1-R4');
      // from a class, Meek's rules never lead into a dead end; from anything else they can
      if (isClass || hasMember(graph.nodes, next)) stack.push(next);
    }
  }
}

/**
 * How many DAGs a Markov equivalence class has, exactly. Polynomial time in the graph.
 *
 * @throws {@link InputError} if the graph is not of kind `'dag'`, `'cpdag'` or `'icpdag'`: with background knowledge
 * counting is hard; count what `dagsOf` yields
 * @see Wienöbst, Bannach & Liśkiewicz (2021), AAAI 35, 12198–12206
 * @example
 * import { classSize, cpdag, createDag } from '@cfe/graph';
 * classSize(cpdag(createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]))) === 3n; // → true
 */
export function classSize(graph: Dag | Cpdag | Graph): bigint {
  const { picking, parts } = chordalParts(graph, 'classSize');
  return parts.reduce((product, part) => product * picking.count(part), 1n);
}

/**
 * A DAG drawn uniformly from a Markov equivalence class. Polynomial time in the graph.
 *
 * @param options.seed - default 0
 * @throws {@link InputError} if the graph is not of kind `'dag'`, `'cpdag'` or `'icpdag'`
 * @see Wienöbst, Bannach & Liśkiewicz (2021), AAAI 35, 12198–12206
 * @example
 * import { cpdag, createDag, sampleDag } from '@cfe/graph';
 * sampleDag(cpdag(createDag(['a', 'b'], [['a', 'b']])), { seed: 1 }).kind; // → 'dag'
 */
export function sampleDag(graph: Dag | Cpdag | Graph, { seed }: { readonly seed?: Seed } = {}): Dag {
  const { picking, parts } = chordalParts(graph, 'sampleDag');
  const rng = rngFrom(seed);
  const rank = new Int32Array(graph.nodes.length);
  for (const part of parts) for (const [k, i] of picking.draw(part, rng).entries()) rank[i] = k;
  const index = new Map(graph.nodes.map((name, i) => [name, i]));
  const before = (a: string, b: string): boolean =>
    (rank[index.get(a) as number] as number) < (rank[index.get(b) as number] as number);
  return createGraph(
    'dag',
    graph.nodes,
    edgesOf(graph).map(
      ({ from, to, type }): EdgeInput => (type === 'directed' || before(from, to) ? [from, to] : [to, from]),
    ),
  );
}

/** The connected components of the undirected edges, which in a class can be oriented independently. */
function chordalParts(
  graph: Graph,
  where: string,
): { readonly picking: CliquePicking; readonly parts: readonly (readonly number[])[] } {
  if (
    graph.kind !== 'dag' &&
    (graph.kind === 'pdag' || graph.kind === 'admg' || extendToDag(graph) === undefined)
  ) {
    throw new InputError(
      'graph/kind',
      `${where}: the graph is no equivalence class (its kind is '${graph.kind}'). Take dagsOf(graph), which goes through its members one by one.`,
      { kind: graph.kind },
    );
  }
  const neighbours = new Map(graph.nodes.map((_, i) => [i, new Set(incident(graph.neighbours, i))]));
  const parts: number[][] = [];
  const seen = new Set<number>();
  for (const i of neighbours.keys()) {
    if (seen.has(i)) continue;
    const part = new Set([i]);
    for (const k of part) for (const j of neighbours.get(k) as Set<number>) part.add(j);
    for (const k of part) seen.add(k);
    if (part.size > 1) parts.push([...part].sort((a, b) => a - b));
  }
  return { picking: new CliquePicking(neighbours), parts };
}

function hasMember(nodes: readonly string[], state: Orientations): boolean {
  try {
    return extendToDag(createGraph('pdag', nodes, edgesFrom(state, nodes))) !== undefined;
  } catch {
    return false; // the rules have closed a cycle
  }
}
