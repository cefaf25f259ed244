import { createDag, incident, topologicalLevels } from '@cfe/graph';
import type { Arrow } from './protocol.ts';

/** Where a node's centre lies. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
}

const row = 74;
const top = 30;

/** Causes above effects: a row per level, nodes of a row ordered by where their parents are. */
export function layoutOf(nodes: readonly string[], edges: readonly Arrow[], width: number): Layout {
  const dag = createDag(nodes, edges);
  const perRow = Math.max(2, Math.floor(width / 104));
  const places = new Map<string, Place>();
  let y = top;
  for (const level of topologicalLevels(dag)) {
    const wish = (i: number): number => {
      const above = Array.from(incident(dag.parents, i), (p) => places.get(nodes[p]!)!.x);
      return above.length === 0 ? width / 2 : above.reduce((a, b) => a + b, 0) / above.length;
    };
    const ordered = [...level].sort((a, b) => wish(a) - wish(b) || a - b);
    const lines = Math.ceil(ordered.length / perRow);
    const each = Math.ceil(ordered.length / lines);
    for (let at = 0; at < ordered.length; at += each) {
      const line = ordered.slice(at, at + each);
      // every other row half a step aside, so that an edge over two rows does not run through a node
      const aside = places.size === 0 ? 0 : ((Math.round((y - top) / row) % 2) - 0.5) * 0.5;
      for (const [k, i] of line.entries()) {
        const x = ((k + 0.5 + (line.length < perRow ? aside : 0)) / line.length) * width;
        places.set(nodes[i]!, { x: Math.min(width - 52, Math.max(52, x)), y });
      }
      y += row;
    }
  }
  return { width, height: y - row + top, places };
}
