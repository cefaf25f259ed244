import { InputError } from '@cfe/base';
import { extendToDag } from '../extend-to-dag.ts';
import type { Graph } from '../graph.ts';

/**
 * The graph itself when all its edges have marks, otherwise a DAG that it stands for.
 *
 * @param of - `'class'` refuses graphs of kind `'pdag'`; with `'markov'` any one that has a consistent extension will
 * do, since its extensions have the same independences
 */
export function memberOf(graph: Graph, where: string, of: 'class' | 'markov' = 'class'): Graph {
  if (graph.neighbours.items.length === 0) return graph;
  const dag = of === 'class' && graph.kind === 'pdag' ? undefined : extendToDag(graph);
  if (dag === undefined) {
    throw new InputError(
      'graph/no-class',
      `${where}: this partially directed graph stands for no equivalence class. Complete it first, e.g. cpdag(extendToDag(graph)).`,
      { kind: graph.kind },
    );
  }
  return dag;
}
