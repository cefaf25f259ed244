import { InputError, quoteName } from '@cfe/base';
import type { Graph } from '../graph.ts';
import { indexOf } from '../queries.ts';

/** One name or several. */
export type Names = string | readonly string[];

/** The indices of names, ascending and each once. */
export function nodeIndices(graph: Pick<Graph, 'nodes'>, names: Names, where: string): Int32Array {
  const list = typeof names === 'string' ? [names] : names;
  return Int32Array.from(new Set(list.map((name) => indexOf(graph, name, where)))).sort();
}

/** The names of indices. */
export function namesOf(graph: Pick<Graph, 'nodes'>, indices: Iterable<number>): string[] {
  return Array.from(indices, (i) => graph.nodes[i] as string);
}

/** A mark per node: 1 at the given indices. */
export function marksOf(d: number, indices: Iterable<number>): Uint8Array {
  const marks = new Uint8Array(d);
  for (const i of indices) marks[i] = 1;
  return marks;
}

/** The indices that carry a mark, ascending. */
export function markedIndices(marks: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < marks.length; i++) if (marks[i] !== 0) out.push(i);
  return out;
}

/** Refuses sets of nodes that share one. */
export function checkDisjoint(
  where: string,
  graph: Pick<Graph, 'nodes'>,
  sets: Readonly<Record<string, Int32Array>>,
): void {
  const owner = new Map<number, string>();
  for (const [role, members] of Object.entries(sets)) {
    for (const i of members) {
      const other = owner.get(i);
      if (other !== undefined) {
        const name = graph.nodes[i] as string;
        throw new InputError(
          'graph/overlapping-sets',
          `${where}: ${quoteName(name)} is in both ${other} and ${role}. Name it in one of them.`,
          { name, sets: [other, role] },
        );
      }
      owner.set(i, role);
    }
  }
}
