import { InputError } from '@cfe/base';
import { createGraph } from './create-graph.ts';
import type { Edge, Graph, GraphKind } from './graph.ts';
import { edgesOf } from './queries.ts';

/** The JSON form of a graph file. */
export interface GraphJson {
  readonly kind?: GraphKind;
  readonly nodes: readonly string[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly type?: Edge['type'] }[];
}

/**
 * A graph as JSON data.
 *
 * @example
 * import { createDag, graphToJson } from '@cfe/graph';
 * graphToJson(createDag(['a', 'b'], [['a', 'b']])).edges; // → [{ from: 'a', to: 'b', type: 'directed' }]
 */
export function graphToJson(graph: Graph): Required<GraphJson> {
  return { kind: graph.kind, nodes: graph.nodes, edges: edgesOf(graph) };
}

/**
 * A graph from JSON data. Without a `kind` it is what its edges allow: a DAG, an ADMG with bidirected edges, a
 * PDAG with undirected ones.
 *
 * @throws {@link InputError} if the data has another shape, or what createGraph refuses
 */
export function graphFromJson(json: unknown): Graph {
  const { kind, nodes, edges } = json as Partial<GraphJson>;
  if (!Array.isArray(nodes) || !Array.isArray(edges)) {
    throw new InputError(
      'graph/json',
      'graphFromJson: a graph is {"nodes": ["a", "b"], "edges": [{"from": "a", "to": "b"}]}; nodes or edges is missing.',
    );
  }
  const broken = edges.findIndex((edge) => typeof edge?.from !== 'string' || typeof edge?.to !== 'string');
  if (broken >= 0) {
    throw new InputError(
      'graph/json',
      `graphFromJson: edge ${broken} needs "from" and "to", each a node's name.`,
      {
        edge: broken,
      },
    );
  }
  return createGraph(kind ?? kindOf(edges as Edge[]), nodes, edges as Edge[]);
}

function kindOf(edges: readonly Partial<Edge>[]): GraphKind {
  if (edges.some(({ type }) => type === 'undirected')) return 'pdag';
  return edges.some(({ type }) => type === 'bidirected') ? 'admg' : 'dag';
}
