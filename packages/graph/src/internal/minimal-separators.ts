import { incident } from '../queries.ts';
import { reachable } from '../reachable.ts';
import type { MarkedGraph } from './cut.ts';

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
  const around = (set: ReadonlySet<number>): Set<number> => {
    const out = new Set<number>();
    for (const i of set) for (const j of adjacent[i] as Set<number>) if (!set.has(j)) out.add(j);
    return out;
  };
  const componentOf = (start: number, walls: ReadonlySet<number>): Set<number> => {
    const seen = new Set([start]);
    for (const i of seen) for (const j of adjacent[i] as Set<number>) if (!walls.has(j)) seen.add(j);
    return seen;
  };
  const cut = (side: ReadonlySet<number>): number[] =>
    [...around(componentOf(b, around(side)))].sort((i, j) => i - j);
  const first = cut(new Set([a]));
  const queue = [first];
  const known = new Set([first.join()]);
  for (const separator of queue) {
    yield separator.map((i) => nodes[i] as number).sort((i, j) => i - j);
    const side = componentOf(a, new Set(separator));
    for (const v of separator) {
      if ((adjacent[v] as Set<number>).has(b)) continue;
      const next = cut(new Set([...side, v]));
      const key = next.join();
      if (known.has(key)) continue;
      known.add(key);
      queue.push(next);
    }
  }
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
