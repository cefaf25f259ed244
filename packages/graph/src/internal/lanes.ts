import type { Graph, Incidence } from '../graph.ts';

/**
 * Reachability for 32 questions at once: bit k of a node's word belongs to question k. A node is visited again only
 * when bits arrive that it has not seen, which in practice is a few times for all 32.
 */
export interface LaneSpace {
  /** `[3d]`, lanes seen per (node, status) */
  readonly seen: Int32Array;
  /** `[3d]`, lanes seen and not yet handed on */
  readonly fresh: Int32Array;
  /** `[3d]`, a ring of what is waiting */
  readonly queue: Int32Array;
}

export function laneSpace(d: number): LaneSpace {
  return { seen: new Int32Array(3 * d), fresh: new Int32Array(3 * d), queue: new Int32Array(3 * d) };
}

/**
 * The lanes in which each node is reached along any relation from where `start` has them.
 *
 * @param avoid - index of a node that is not entered
 * @param start - `[d]`; reached nodes get their lanes added in place
 */
export function laneReach(
  relations: readonly Incidence[],
  start: Int32Array,
  avoid: number,
  { fresh, queue }: LaneSpace,
): void {
  const d = start.length;
  let first = 0;
  let waiting = 0;
  start[avoid] = 0;
  for (let i = 0; i < d; i++) {
    const lanes = start[i] as number;
    fresh[i] = lanes;
    if (lanes !== 0) queue[waiting++] = i;
  }
  while (waiting > 0) {
    const i = queue[first] as number;
    first = first + 1 === d ? 0 : first + 1;
    waiting--;
    const lanes = fresh[i] as number;
    fresh[i] = 0;
    for (const { offsets, items } of relations) {
      const end = offsets[i + 1] as number;
      for (let at = offsets[i] as number; at < end; at++) {
        const j = items[at] as number;
        const news = lanes & ~(start[j] as number);
        if (news === 0 || j === avoid) continue;
        start[j] = (start[j] as number) | news;
        if (fresh[j] === 0) queue[(first + waiting++) % d] = j;
        fresh[j] = (fresh[j] as number) | news;
      }
    }
  }
}

/**
 * The lanes in which an open walk from one source, not directed all along, arrives at each node: `openWalks` of a DAG
 * for 32 conditioning sets at once.
 *
 * @param given - `[d]`, the lanes in whose set a node is
 * @param out - `[d]`, receives the lanes
 */
export function laneWalks(
  { parents, children }: Pick<Graph, 'parents' | 'children'>,
  source: number,
  given: Int32Array,
  { seen, fresh, queue }: LaneSpace,
  out: Int32Array,
): void {
  const capacity = seen.length;
  let first = 0;
  let waiting = 0;
  seen.fill(0);
  fresh.fill(0);
  // statuses as in openWalks: 0 causal, 1 arrived at a head, 2 arrived at a tail
  const along = ({ offsets, items }: Incidence, i: number, status: number, lanes: number): void => {
    const end = offsets[i + 1] as number;
    for (let at = offsets[i] as number; at < end; at++) {
      const j = items[at] as number;
      if (j === source) continue;
      const state = 3 * j + status;
      const news = lanes & ~(seen[state] as number);
      if (news === 0) continue;
      seen[state] = (seen[state] as number) | news;
      if (fresh[state] === 0) queue[(first + waiting++) % capacity] = state;
      fresh[state] = (fresh[state] as number) | news;
    }
  };
  along(children, source, 0, -1);
  along(parents, source, 2, -1);
  while (waiting > 0) {
    const state = queue[first] as number;
    first = first + 1 === capacity ? 0 : first + 1;
    waiting--;
    const lanes = fresh[state] as number;
    fresh[state] = 0;
    const i = (state / 3) | 0;
    const status = state - 3 * i;
    const inSet = given[i] as number;
    const pass = lanes & ~inSet;
    if (pass !== 0) along(children, i, status === 0 ? 0 : 1, pass);
    const up = status === 2 ? pass : lanes & inSet;
    if (up !== 0) along(parents, i, 2, up);
  }
  for (let i = 0; i < out.length; i++) out[i] = (seen[3 * i + 1] as number) | (seen[3 * i + 2] as number);
}
