import { InputError } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import type { Edge, EdgeType, Graph, GraphKind } from './graph.ts';
import { isChainClass } from './internal/is-chain-class.ts';
import { isCpdag } from './is-cpdag.ts';
import { edgesOf } from './queries.ts';

/** A graph file: edges are directed unless they say otherwise. */
export interface GraphJson {
  readonly kind?: GraphKind;
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly type?: EdgeType }[];
}

/**
 * The graph as plain JSON.
 *
 * @example
 * import { createDag, graphToJson } from '@cfe/graph';
 * graphToJson(createDag(['a', 'b'], [['a', 'b']])).edges; // → [{ from: 'a', to: 'b', type: 'directed' }]
 */
export function graphToJson(graph: Graph): GraphJson & { readonly kind: GraphKind } {
  return { kind: graph.kind, nodes: graph.nodes, edges: edgesOf(graph) };
}

/**
 * The graph that a JSON value describes. Without a `kind` it is the narrowest that holds the edges.
 *
 * @throws {@link InputError} if the value has another shape, or its edges contradict each other
 * @throws {@link UnknownNameError} if an edge names no node
 * @throws {@link CyclicGraphError} if there is a directed cycle
 * @example
 * import { graphFromJson } from '@cfe/graph';
 * graphFromJson({ nodes: ['a', 'b'], edges: [{ from: 'a', to: 'b' }] }).kind; // → 'dag'
 */
export function graphFromJson(value: unknown): Graph {
  const { kind, nodes, edges } = fieldsOf(value);
  if (kind !== undefined && !isKind(kind)) {
    const known = Object.keys(kinds).filter((name) => name !== 'pag');
    throw shapeError(`kind is ${show(kind)}; it is one of ${known.join(', ')}`);
  }
  if (!Array.isArray(nodes) || !nodes.every((name) => typeof name === 'string')) {
    throw shapeError('nodes must be a list of names');
  }
  if (!Array.isArray(edges)) throw shapeError('edges must be a list');
  const read = edges.map((edge: unknown, at) => edgeFrom(edge, at));
  return kind === undefined ? graphFromEdges(nodes, read) : createGraph(kind, nodes, read);
}

/**
 * A graph of the narrowest kind that holds the edges: `'dag'`, `'admg'`; with undirected edges `'cpdag'` if it is a
 * Markov class, `'icpdag'` if experiments on some targets would leave just this class, else `'pdag'` (always so above
 * 5,000 nodes).
 * @example
 * import { graphFromEdges } from '@cfe/graph';
 * graphFromEdges(['a', 'b'], [{ from: 'a', to: 'b', type: 'undirected' }]).kind; // → 'cpdag'
 */
export function graphFromEdges(nodes: readonly string[], edges: readonly Edge[]): Graph {
  if (edges.some(({ type }) => type === 'bidirected')) return createGraph('admg', nodes, edges);
  if (!edges.some(({ type }) => type === 'undirected')) return createGraph('dag', nodes, edges);
  const graph = createGraph('pdag', nodes, edges);
  const isSmall = nodes.length <= 5000; // the test is dense, d² bytes
  if (isSmall && isCpdag(graph)) return createGraph('cpdag', nodes, edges);
  return isSmall && isChainClass(graph) ? createGraph('icpdag', nodes, edges) : graph;
}

const kinds: Readonly<Record<GraphKind, true>> = {
  dag: true,
  cpdag: true,
  icpdag: true,
  pdag: true,
  admg: true,
  pag: true,
};
const types: Readonly<Record<EdgeType, true>> = { directed: true, undirected: true, bidirected: true };

function isKind(value: unknown): value is GraphKind {
  return typeof value === 'string' && Object.hasOwn(kinds, value);
}

function edgeFrom(value: unknown, at: number): Edge {
  const { from, to, type = 'directed' } = fieldsOf(value);
  if (typeof from !== 'string' || typeof to !== 'string') {
    throw shapeError(`edge ${at} needs the texts "from" and "to", got ${show(value)}`, at);
  }
  if (typeof type !== 'string' || !Object.hasOwn(types, type)) {
    throw shapeError(
      `edge ${at} has the type ${show(type)}; it is one of ${Object.keys(types).join(', ')}`,
      at,
    );
  }
  return { from, to, type: type as EdgeType };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw shapeError(`expected an object, got ${show(value)}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

function shapeError(what: string, edgeIndex?: number): InputError {
  return new InputError(
    'graph/json',
    `graphFromJson: ${what}. A graph is {"nodes": ["a", "b"], "edges": [{"from": "a", "to": "b"}]}.`,
    edgeIndex === undefined ? {} : { edgeIndex },
  );
}
