import type { Graph, Incidence } from '../graph.ts';
import { reachable } from '../reachable.ts';
import { memberOf } from './class-member.ts';
import { nonCausal, openWalks, type WalkSpace, walkSpace } from './open-walks.ts';

/**
 * What a DAG or class says about the effect of one treatment on every outcome at once, each answer O(d + edges).
 *
 * In a class, an edge that some member reverses is undirected, "possibly directed" means along → and —, and a set
 * adjusts if it does so in every member (Perković et al. 2018).
 */
export interface EffectJudge {
  readonly graph: Graph;
  /** a DAG of the class, or the graph itself */
  readonly member: Graph;
  /** along → (and —) */
  readonly down: readonly Incidence[];
  /** against → (and along —) */
  readonly up: readonly Incidence[];
  /** marks of t and all that it may have an effect on */
  possibleDescendants(t: number): Uint8Array;
  /** marks of the outcomes whose effect of t the class leaves open: a possibly directed path from t starts with — */
  undetermined(t: number): Uint8Array;
  /** marks of the outcomes, outside `set` and determined, for which the set does not adjust; valid until the next call */
  misadjusted(t: number, set: Iterable<number>): Uint8Array;
}

export function effectJudge(graph: Graph, where: string): EffectJudge {
  const d = graph.nodes.length;
  const member = memberOf(graph, where);
  const { parents, children, neighbours } = graph;
  const isDag = neighbours.items.length === 0;
  const down = isDag ? [children] : [children, neighbours];
  const up = isDag ? [parents] : [parents, neighbours];
  const onlyT = new Uint8Array(d);
  const given = new Uint8Array(d);
  const space: WalkSpace = walkSpace(d);
  const nothing = new Uint8Array(d);
  const wrong = new Uint8Array(d);
  let last = -1; // questions about one treatment come together
  let lastBelow: Uint8Array = nothing;
  const possibleDescendants = (t: number): Uint8Array => {
    if (t !== last) [last, lastBelow] = [t, reachable(down, [t])];
    return lastBelow;
  };
  return {
    graph,
    member,
    down,
    up,
    possibleDescendants,
    undetermined(t) {
      const from = neighbours.offsets[t] as number;
      const to = neighbours.offsets[t + 1] as number;
      if (from === to) return nothing;
      onlyT[t] = 1;
      const marks = reachable(down, neighbours.items.subarray(from, to), onlyT);
      onlyT[t] = 0;
      return marks;
    },
    misadjusted(t, set) {
      given.fill(0);
      const members = [...set];
      for (const i of members) given[i] = 1;
      const below = possibleDescendants(t);
      const arrivals = openWalks(member, [t], given, space);
      for (let y = 0; y < d; y++) wrong[y] = ((arrivals[y] as number) & nonCausal) === 0 ? 0 : 1;
      if (members.some((i) => below[i] === 1)) {
        // forbidden: w ≠ t on a possibly causal path to y, with a possible descendant in the set
        onlyT[t] = 1;
        const above = reachable(up, members, onlyT);
        const spoilt: number[] = [];
        for (let w = 0; w < d; w++) if (w !== t && below[w] === 1 && above[w] === 1) spoilt.push(w);
        const marks = reachable(down, spoilt, onlyT);
        onlyT[t] = 0;
        for (let y = 0; y < d; y++) if (marks[y] === 1) wrong[y] = 1;
      }
      return wrong;
    },
  };
}
