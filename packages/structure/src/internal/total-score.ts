import { type Dag, parentsOf } from '@cfe/graph';
import type { LocalScore } from './parent-scorer.ts';

/** The score of a DAG over the nodes that a local score counts. */
export function totalScore(dag: Dag, nodes: readonly string[], local: LocalScore): number {
  return nodes.reduce(
    (sum, name, v) =>
      sum +
      local(
        v,
        parentsOf(dag, name)
          .map((parent) => nodes.indexOf(parent))
          .sort((a, b) => a - b),
      ),
    0,
  );
}
