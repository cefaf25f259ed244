import type { Edge, Graph } from '../graph.ts';
import { incident } from '../queries.ts';

const none = 0;
const directed = 1;
const undirected = 2;

/** A partially directed graph while it is being oriented: our matrix coding, and who is adjacent to whom. */
export interface Orientations {
  readonly d: number;
  /** `[d × d]`: 1 at (i, j) for i → j, 2 at both places for i — j */
  readonly marks: Uint8Array;
  /** per node, ascending */
  readonly adjacent: readonly Int32Array[];
}

/** The graph's edges as they are. */
export function orientationsOf(graph: Graph): Orientations {
  const state = skeletonOf(graph);
  state.marks.fill(none);
  for (let i = 0; i < state.d; i++) {
    for (const j of incident(graph.children, i)) state.marks[i * state.d + j] = directed;
    for (const j of incident(graph.neighbours, i)) state.marks[i * state.d + j] = undirected;
  }
  return state;
}

/** The graph's edges, all undirected. */
export function skeletonOf(graph: Graph): Orientations {
  const d = graph.nodes.length;
  const marks = new Uint8Array(d * d);
  const adjacent = graph.nodes.map((_, i) => {
    const list = [graph.parents, graph.children, graph.neighbours].flatMap((relation) => [
      ...incident(relation, i),
    ]);
    for (const j of list) marks[i * d + j] = undirected;
    return Int32Array.from(list).sort();
  });
  return { d, marks, adjacent };
}

/** Turns i — j into i → j. */
export function orient({ d, marks }: Orientations, i: number, j: number): void {
  marks[i * d + j] = directed;
  marks[j * d + i] = none;
}

/**
 * Closes the orientations under Meek's rules R1–R3, or R1–R4. Each directed edge is looked at once, for the rules
 * in which it is a premise: O(edges · degree²).
 * @see Meek (1995), UAI, figure 1
 */
export function closeUnderMeek(state: Orientations, rules: 'R1-R3' | 'R1-R4'): void {
  const { d, marks, adjacent } = state;
  const at = (i: number, j: number): number => marks[i * d + j] as number;
  const joined = (i: number, j: number): boolean => at(i, j) !== none || at(j, i) !== none;
  const queue: (readonly [number, number])[] = [];
  for (let i = 0; i < d; i++)
    for (const j of adjacent[i] as Int32Array) if (at(i, j) === directed) queue.push([i, j]);
  const point = (i: number, j: number): void => {
    if (at(i, j) !== undirected) return;
    orient(state, i, j);
    queue.push([i, j]);
  };
  // R4's premise from → middle → to: x — from, x — to, x adjacent to middle, from and to not adjacent ⇒ x → to.
  const ruleFour = (from: number, middle: number, to: number): void => {
    if (from === to || joined(from, to)) return;
    for (const x of adjacent[from] as Int32Array) {
      if (at(x, from) === undirected && at(x, to) === undirected && joined(x, middle)) point(x, to);
    }
  };
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [a, b] = next;
    for (const c of adjacent[b] as Int32Array) {
      if (c === a) continue;
      if (at(b, c) === undirected && !joined(a, c)) point(b, c); // R1: a → b — c
      if (at(b, c) === directed && at(a, c) === undirected) point(a, c); // R2: a → b → c, a — c
      if (at(c, b) === directed && !joined(a, c)) {
        for (const x of adjacent[a] as Int32Array) {
          // R3: a → b ← c, x — a, x — c, x — b
          if (at(x, a) === undirected && at(x, c) === undirected && at(x, b) === undirected) point(x, b);
        }
      }
      if (rules === 'R1-R4' && at(b, c) === directed) ruleFour(a, b, c);
    }
    for (const c of adjacent[a] as Int32Array) {
      if (at(c, a) !== directed) continue;
      if (at(c, b) === undirected) point(c, b); // R2: c → a → b, c — b
      if (rules === 'R1-R4') ruleFour(c, a, b);
    }
  }
}

/** The edges by name. */
export function edgesFrom({ d, marks, adjacent }: Orientations, nodes: readonly string[]): Edge[] {
  const edges: Edge[] = [];
  for (let i = 0; i < d; i++) {
    for (const j of adjacent[i] as Int32Array) {
      const ends = { from: nodes[i] as string, to: nodes[j] as string };
      const mark = marks[i * d + j];
      if (mark === directed) edges.push({ ...ends, type: 'directed' });
      if (mark === undirected && i < j) edges.push({ ...ends, type: 'undirected' });
    }
  }
  return edges;
}
