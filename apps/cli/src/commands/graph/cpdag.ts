import { InputError } from '@cfe/base';
import {
  cpdag,
  type Dag,
  type Edge,
  extendToDag,
  type Graph,
  graphToJson,
  interventionalCpdag,
} from '@cfe/graph';
import { readJson } from '../../input/files.ts';
import { graphFrom, readGraph } from '../../input/graph.ts';
import { textOf } from '../../input/options.ts';
import { edgeLines } from '../../output/edges.ts';
import { targetSetsIn } from './request.ts';
import type { GraphVerb } from './verb.ts';

interface Request {
  readonly graph: Graph;
  readonly targets: readonly (readonly string[])[] | undefined;
}

export const cpdagVerb: GraphVerb<Request> = {
  name: 'cpdag',
  summary: 'the equivalence class of a DAG: what observations, or experiments on some targets, can tell',
  arguments: [['<graph>', 'graph file']],
  options: [['--targets <file>', 'JSON: regime label → list of the variables intervened on']],
  async requestFrom([path = ''], options) {
    const file = textOf(options, 'targets');
    return {
      graph: await readGraph(path),
      targets: file === undefined ? undefined : targetSetsIn(await readJson(file)),
    };
  },
  requestFromJson({ graph, targets }) {
    return {
      graph: graphFrom(graph),
      targets: targets === undefined || targets === null ? undefined : targetSetsIn(targets),
    };
  },
  answer({ graph, targets }) {
    const dag = memberOf(graph);
    return { graph: graphToJson(targets === undefined ? cpdag(dag) : interventionalCpdag(dag, targets)) };
  },
  textOf(answer) {
    return edgeLines((answer as { readonly graph: { readonly edges: readonly Edge[] } }).graph.edges);
  },
};

/** A DAG: the graph itself, or a member of the class that it is. */
function memberOf(graph: Graph): Dag {
  const dag = graph.kind === 'dag' ? (graph as Dag) : graph.kind === 'admg' ? undefined : extendToDag(graph);
  if (dag !== undefined) return dag;
  throw new InputError(
    'cli/no-dag',
    `cpdag: this ${graph.kind} stands for no DAG without hidden common causes.`,
  );
}
