import type { Graph } from '../graph.ts';

/** The first arrival along a directed path, with nothing given on it. */
export const causal = 1;
/** Arrived at an arrowhead, on a walk that is not directed all along. */
const head = 2;
/** Arrived at a tail: the walk came up to a parent. */
const tail = 4;
/** Any arrival by a walk that is not a directed path. */
export const nonCausal: number = head | tail;

/**
 * How open walks arrive at each node: the one reachability kernel of separation, adjustment and the distances.
 *
 * A walk is open given Z when each of its colliders is in Z and none of its other inner nodes is; on walks (unlike
 * paths) that is all, since a walk can step down to Z and back. Walks start at a source and do not return to one.
 * Statuses are (node, arrived at a head or tail, directed so far): at most three per node, so O(d + edges).
 * @see Shachter (1998), Bayes-Ball, UAI; van der Zander, Liśkiewicz & Textor (2019), Artificial Intelligence 270, 1–40;
 * Henckel, Würtzen & Weichwald (2024), UAI (walk statuses)
 * @param sources - indices, none of them given
 * @param given - `[d]`, 1 for the nodes of Z
 * @param out - `[d]`, receives bits {@link causal} and {@link nonCausal}; it is cleared first
 */
export function openWalks(
  graph: Pick<Graph, 'parents' | 'children' | 'spouses'>,
  sources: Iterable<number>,
  given: Uint8Array,
  out: Uint8Array,
  isSource: Uint8Array = new Uint8Array(out.length),
): Uint8Array {
  const { parents, children, spouses } = graph;
  const stack: number[] = [];
  out.fill(0);
  isSource.fill(0);
  for (const i of sources) isSource[i] = 1;
  const arrive = (items: Int32Array, from: number, to: number, status: number): void => {
    for (let at = from; at < to; at++) {
      const i = items[at] as number;
      const seen = out[i] as number;
      if ((seen & status) !== 0 || isSource[i] === 1) continue;
      out[i] = seen | status;
      stack.push(i * 8 + status);
    }
  };
  const along = (relation: typeof parents, i: number, status: number): void =>
    arrive(relation.items, relation.offsets[i] as number, relation.offsets[i + 1] as number, status);
  for (const i of sources) {
    along(children, i, causal);
    along(parents, i, tail);
    along(spouses, i, head);
  }
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const i = top >>> 3;
    const status = top & 7;
    const isGiven = given[i] === 1;
    if (!isGiven) along(children, i, status === causal ? causal : head);
    if (isGiven ? status !== tail : status === tail) {
      along(parents, i, tail);
      along(spouses, i, head);
    }
  }
  return out;
}
