import type { Graph, Incidence } from '../graph.ts';

/** The first arrival along a directed path, with nothing given on it. */
const causal = 1;
/** Arrived at an arrowhead, on a walk that is not directed all along. */
const head = 2;
/** Arrived at a tail: the walk came up to a parent. */
const tail = 4;
/** Any arrival by a walk that is not a directed path. */
export const nonCausal: number = head | tail;

/** Memory that a caller with many questions about graphs of one size hands in again. */
export interface WalkSpace {
  /** `[d]`, how walks arrive: bits {@link causal} and {@link nonCausal} */
  readonly arrivals: Uint8Array;
  readonly isSource: Uint8Array;
  readonly stack: Int32Array;
}

/** Memory for graphs over d nodes. */
export function walkSpace(d: number): WalkSpace {
  return { arrivals: new Uint8Array(d), isSource: new Uint8Array(d), stack: new Int32Array(3 * d) };
}

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
 * @param space - overwritten; the result is its `arrivals`
 * @param until - stop as soon as a walk that is not directed arrives at this node
 */
export function openWalks(
  graph: Pick<Graph, 'parents' | 'children' | 'spouses'>,
  sources: ArrayLike<number>,
  given: Uint8Array,
  space: WalkSpace,
  until = -1,
): Uint8Array {
  const { parents, children, spouses } = graph;
  const { arrivals, isSource, stack } = space;
  let top = 0;
  arrivals.fill(0);
  isSource.fill(0);
  for (let k = 0; k < sources.length; k++) isSource[sources[k] as number] = 1;
  const along = ({ offsets, items }: Incidence, i: number, status: number): void => {
    const end = offsets[i + 1] as number;
    for (let at = offsets[i] as number; at < end; at++) {
      const j = items[at] as number;
      const seen = arrivals[j] as number;
      if ((seen & status) !== 0 || isSource[j] === 1) continue;
      arrivals[j] = seen | status;
      stack[top++] = j * 8 + status;
    }
  };
  for (let k = 0; k < sources.length; k++) {
    const i = sources[k] as number;
    along(children, i, causal);
    along(parents, i, tail);
    along(spouses, i, head);
  }
  while (top > 0) {
    const next = stack[--top] as number;
    const i = next >>> 3;
    const status = next & 7;
    if (i === until && status !== causal) break;
    const isGiven = given[i] === 1;
    if (!isGiven) along(children, i, status === causal ? causal : head);
    if (isGiven ? status !== tail : status === tail) {
      along(parents, i, tail);
      along(spouses, i, head);
    }
  }
  return arrivals;
}
