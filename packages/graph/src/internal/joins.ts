import type { Graph, Incidence } from '../graph.ts';
import { incident, indexOf } from '../queries.ts';

/** i → j, seen from the pair's smaller index i. */
export const forward = 1;
/** i ← j */
export const backward = 2;
/** i — j */
const line = 4;
/** i ↔ j */
export const arc = 8;

/**
 * How each joined pair is joined, as bits, by the pair's number i·d + j with i < j.
 *
 * @param order - the graph whose order of nodes numbers them; default the graph itself
 */
export function joins(graph: Graph, order: Graph = graph): Map<number, number> {
  const d = graph.nodes.length;
  const place = order === graph ? undefined : graph.nodes.map((name) => indexOf(order, name));
  const out = new Map<number, number>();
  const add = (relation: Incidence, up: number, down: number): void => {
    for (let k = 0; k < d; k++) {
      const i = place?.[k] ?? k;
      for (const other of incident(relation, k)) {
        const j = place?.[other] ?? other;
        const pair = i < j ? i * d + j : j * d + i;
        out.set(pair, (out.get(pair) ?? 0) | (i < j ? up : down));
      }
    }
  };
  add(graph.children, forward, backward);
  add(graph.neighbours, line, line);
  add(graph.spouses, arc, arc);
  return out;
}
