import { InputError } from '@cfe/base';
import { extendToDag } from '../extend-to-dag.ts';
import type { Graph } from '../graph.ts';

/** The graph itself when all its edges have marks, otherwise a DAG of its class. */
export function memberOf(graph: Graph, where: string): Graph {
  if (graph.neighbours.items.length === 0) return graph;
  const dag = graph.kind === 'pdag' ? undefined : extendToDag(graph);
  if (dag === undefined) {
    throw new InputError(
      'graph/no-class',
      `${where}: this partially directed graph stands for no equivalence class. Complete it first, e.g. cpdag(extendToDag(graph)).`,
      { kind: graph.kind },
    );
  }
  return dag;
}
