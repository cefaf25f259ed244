import type { Graph, Incidence } from '../graph.ts';
import { incidenceFromPairs } from './incidence.ts';

/** The relations of a graph whose every edge has marks: what walks need. */
export type MarkedGraph = Pick<Graph, 'parents' | 'children' | 'spouses'>;

/** The graph without the directed edges that are cut. */
export function withoutEdges(graph: MarkedGraph, isCut: (from: number, to: number) => boolean): MarkedGraph {
  const { offsets, items } = graph.children;
  const d = offsets.length - 1;
  const kept: [number, number][] = [];
  for (let i = 0; i < d; i++) {
    for (let at = offsets[i] as number; at < (offsets[i + 1] as number); at++) {
      const j = items[at] as number;
      if (!isCut(i, j)) kept.push([i, j]);
    }
  }
  const parents: Incidence = incidenceFromPairs(
    d,
    kept.map(([from, to]): [number, number] => [to, from]),
  );
  return { parents, children: incidenceFromPairs(d, kept), spouses: graph.spouses };
}
