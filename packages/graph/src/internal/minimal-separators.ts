import { incident } from '../queries.ts';
import { reachable } from '../reachable.ts';
import type { MarkedGraph } from './cut.ts';
import { markedIndices, marksOf } from './node-indices.ts';
import { openWalks, walkSpace } from './open-walks.ts';

/**
 * The inclusion-minimal sets Z of candidates that separate two sets of nodes, nearest to `from` first: minimal vertex
 * separators of the moral graph over the ancestors of both sets. Polynomial time from one to the next.
 *
 * @param from - indices, likewise `to`; the two are disjoint
 * @param candidates - `[d]`, 1 for the nodes that Z may hold
 * @yields indices, ascending
 * @see van der Zander, Liśkiewicz & Textor (2019), Artificial Intelligence 270, 1–40; Shen & Liang (1997), Information
 * Processing Letters 62, 273–282
 */
export function* minimalSeparators(
  graph: MarkedGraph,
  from: Int32Array,
  to: Int32Array,
  candidates: Uint8Array,
): Generator<number[]> {
  const { adjacent, nodes } = contracted(graph, from, to, candidates);
  const [a, b] = [0, 1]; // `from` and `to` as one vertex each
  if ((adjacent[a] as Set<number>).has(b)) return;
  const near = adjacent.map((set) => Int32Array.from(set));
  /** Marks the vertices reached from one without passing the walls; walls that are met are returned. */
  const flood = (start: number, walls: Uint8Array, seen: Uint8Array): number[] => {
    const met: number[] = [];
    const stack = [start];
    seen[start] = 1;
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      for (const j of near[i] as Int32Array) {
        if (seen[j] === 1) continue;
        seen[j] = 1;
        (walls[j] === 1 ? met : stack).push(j);
      }
    }
    return met.sort((i, j) => i - j);
  };
  /** What of the border of a side, which holds a, the other side with b touches. */
  const cut = (side: Uint8Array): number[] => {
    const border = new Uint8Array(nodes.length);
    for (let i = 0; i < side.length; i++) {
      if (side[i] === 1) for (const j of near[i] as Int32Array) if (side[j] === 0) border[j] = 1;
    }
    return flood(b, border, new Uint8Array(nodes.length));
  };
  const first = cut(marksOf(nodes.length, [a]));
  const queue = [first];
  const known = new Set([first.join()]);
  for (const separator of queue) {
    yield separator.map((i) => nodes[i] as number).sort((i, j) => i - j);
    const side = new Uint8Array(nodes.length);
    for (const i of flood(a, marksOf(nodes.length, separator), side)) side[i] = 0;
    for (const v of separator) {
      if ((adjacent[v] as Set<number>).has(b)) continue;
      side[v] = 1;
      const next = cut(side);
      side[v] = 0;
      const key = next.join();
      if (known.has(key)) continue;
      known.add(key);
      queue.push(next);
    }
  }
}

/**
 * The minimal separator of two nodes that is nearest to the first, or `undefined` if no set of candidates separates
 * them. Linear time, by the walks of Bayes-Ball.
 *
 * @see van der Zander & Liśkiewicz (2020), Finding minimal d-separators in linear time, UAI
 */
export function nearestSeparator(
  graph: MarkedGraph,
  from: number,
  to: number,
  candidates: Uint8Array,
): number[] | undefined {
  const d = candidates.length;
  const space = walkSpace(d);
  const given = reachable([graph.parents], [from, to]);
  for (let i = 0; i < d; i++) given[i] = (given[i] as number) & (candidates[i] as number);
  for (const [start, end] of [
    [from, to],
    [to, from],
  ] as const) {
    given[start] = 0;
    given[end] = 0;
    const arrivals = openWalks(graph, [start], given, space);
    if (arrivals[end] !== 0) return undefined;
    for (let i = 0; i < d; i++) if (arrivals[i] === 0) given[i] = 0;
  }
  return markedIndices(given);
}

/** The moral graph over the ancestors of both sets, each set one vertex, and what may not be in Z contracted away. */
function contracted(
  graph: MarkedGraph,
  from: Int32Array,
  to: Int32Array,
  candidates: Uint8Array,
): { readonly adjacent: readonly Set<number>[]; readonly nodes: readonly number[] } {
  const ancestral = reachable([graph.parents], [...from, ...to]);
  const moral = moralNeighbours(graph, ancestral);
  const vertex = new Map<number, number>();
  for (const i of from) vertex.set(i, 0);
  for (const i of to) vertex.set(i, 1);
  const nodes = [-1, -1];
  for (const [i, mark] of ancestral.entries()) {
    if (mark === 1 && candidates[i] === 1 && !vertex.has(i)) {
      vertex.set(i, nodes.length);
      nodes.push(i);
    }
  }
  const adjacent = nodes.map(() => new Set<number>());
  const join = (i: number, j: number): void => {
    if (i === j) return;
    (adjacent[i] as Set<number>).add(j);
    (adjacent[j] as Set<number>).add(i);
  };
  const done = new Set<number>();
  for (const [i, list] of moral) {
    const at = vertex.get(i);
    if (at !== undefined) {
      for (const j of list) if (vertex.has(j)) join(at, vertex.get(j) as number);
      continue;
    }
    if (done.has(i)) continue;
    // a connected patch of what may not be in Z joins all that it touches
    const patch = new Set([i]);
    const border = new Set<number>();
    for (const k of patch) {
      done.add(k);
      for (const j of moral.get(k) as Set<number>) {
        const other = vertex.get(j);
        if (other === undefined) patch.add(j);
        else border.add(other);
      }
    }
    const list2 = [...border];
    for (const [n, j] of list2.entries()) for (const k of list2.slice(n + 1)) join(j, k);
  }
  return { adjacent, nodes };
}

/**
 * Who is joined in the moral (with ↔: augmented) graph over the marked nodes: each district with its parents is a
 * clique, a district being a connected component of ↔.
 */
export function moralNeighbours(
  graph: MarkedGraph,
  within: Uint8Array,
): ReadonlyMap<number, ReadonlySet<number>> {
  const out = new Map<number, Set<number>>();
  for (const [i, mark] of within.entries()) if (mark === 1) out.set(i, new Set());
  const seen = new Set<number>();
  for (const i of out.keys()) {
    if (seen.has(i)) continue;
    const district = new Set([i]);
    const clique = new Set<number>();
    for (const k of district) {
      seen.add(k);
      clique.add(k);
      for (const p of incident(graph.parents, k)) if (within[p] === 1) clique.add(p);
      for (const s of incident(graph.spouses, k)) if (within[s] === 1) district.add(s);
    }
    const members = [...clique];
    for (const [n, j] of members.entries()) {
      for (const k of members.slice(n + 1)) {
        (out.get(j) as Set<number>).add(k);
        (out.get(k) as Set<number>).add(j);
      }
    }
  }
  return out;
}
