import { createGraph, type Dag, edgesOf, type Graph } from '@cfe/graph';

/** Pairs of variables that a hidden cause moves together. */
export type Confounded = readonly (readonly [a: string, b: string])[];

/** The graph with a bidirected edge for each declared hidden cause. */
export function withHiddenCauses(graph: Dag, confounded: Confounded): Graph {
  return createGraph('admg', graph.nodes, [
    ...edgesOf(graph),
    ...confounded.map(([from, to]) => ({ from, to, type: 'bidirected' as const })),
  ]);
}
