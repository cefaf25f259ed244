import { edgesOf } from '@cfe/graph';
import type { Falsification } from '@cfe/structure';
import type { Outcome } from '../command.ts';
import type { FittedEnsemble } from '../model/fit-ensemble.ts';
import { toldEdges } from './edges.ts';

/** What `fit` and `train` answer. */
export function fitOutcome(
  fitted: FittedEnsemble,
  {
    model,
    notes,
    seconds,
    check,
  }: {
    readonly model: string;
    readonly notes: readonly string[];
    readonly seconds: number;
    /** what the data say of a graph that was given */
    readonly check?: Falsification | undefined;
  },
): Outcome {
  const { graph } = fitted.model;
  const summary = fitted.model.summary();
  return {
    json: {
      model,
      nodes: graph.nodes,
      edges: toldEdges(graph, fitted.confidence, fitted.rows.names),
      metrics: {
        rows: fitted.rows.rows,
        status: fitted.fit.status,
        message: fitted.fit.message,
        variables: Object.fromEntries(
          summary.variables.map(({ name, mechanism, parents, fit: own, noiseSd }) => [
            name,
            { mechanism, parents, ...own, noiseSd },
          ]),
        ),
        replicates: fitted.replicates.length,
      },
      class: fitted.learned && { kind: fitted.learned.graph.kind, edges: edgesOf(fitted.learned.graph) },
      check: check && {
        contradicted: check.contradicted,
        refuted: check.refuted,
        independences: check.independences.length,
        permutationPValue: check.permutationPValue,
        message: check.message,
      },
      seconds,
      notes,
    },
    text: [
      summary.text,
      `${fitted.fit.message} ${fitted.replicates.length} refits. ${seconds.toFixed(1)} s.`,
      `Written to ${model}`,
    ].join('\n'),
  };
}
