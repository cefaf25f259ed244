import { extendToDag } from '../extend-to-dag.ts';
import type { Graph } from '../graph.ts';
import { incident } from '../queries.ts';
import { findCycle } from '../topological-order.ts';
import { incidenceFromPairs } from './incidence.ts';

/**
 * Whether a partially directed graph is the interventional class of some DAG under some targets: no cycle has a
 * directed edge and otherwise undirected or forward ones, no a → b — c has a and c not adjacent, and the undirected
 * parts are chordal. Then targets that are the undirected components give this graph.
 * @see Hauser & Bühlmann (2012), JMLR 13, theorem 18
 */
export function isChainClass(graph: Graph): boolean {
  if (graph.spouses.items.length > 0) return false;
  const d = graph.nodes.length;
  const part = new Int32Array(d).fill(-1);
  let parts = 0;
  for (let i = 0; i < d; i++) {
    if (part[i] !== -1) continue;
    part[i] = parts;
    const members = [i];
    for (const k of members) {
      for (const j of incident(graph.neighbours, k)) {
        if (part[j] !== -1) continue;
        part[j] = parts;
        members.push(j);
      }
    }
    parts++;
  }
  const between: [number, number][] = [];
  for (let a = 0; a < d; a++) {
    const children = incident(graph.children, a);
    for (const b of children) {
      if (part[a] === part[b]) return false;
      between.push([part[a] as number, part[b] as number]);
      for (const c of incident(graph.neighbours, b)) if (!children.includes(c)) return false;
    }
  }
  const nodes = Array.from({ length: parts }, (_, k) => `${k}`);
  const cycle = findCycle({ nodes, children: incidenceFromPairs(parts, between) });
  return cycle === undefined && extendToDag(graph) !== undefined;
}
