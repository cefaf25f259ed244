import type { ParentRules, ParentScorer, ParentSet } from './parent-scorer.ts';

/**
 * Grow and shrink over any decomposable score, each local score computed once.
 *
 * @param local - the score of a node given ascending parents; lower is better
 */
export function cachedScorer(
  d: number,
  local: (node: number, parents: readonly number[]) => number,
  { allowed, required }: ParentRules,
  maxParents: number,
): ParentScorer<ParentSet> {
  const known = new Map<string, ParentSet>();
  let nextId = 1;

  function at(node: number, parents: readonly number[]): ParentSet {
    const sorted = [...parents].sort((a, b) => a - b);
    const key = `${node}:${sorted.join()}`;
    let set = known.get(key);
    if (set === undefined) {
      set = { id: nextId++, parents: Int32Array.from(sorted), score: local(node, sorted) };
      known.set(key, set);
    }
    return set;
  }

  function growShrink(node: number, from: ParentSet, candidates: Int32Array, count: number): ParentSet {
    let state = from;
    const open = new Set(candidates.subarray(0, count));
    while (state.parents.length < maxParents) {
      const tried = [...open].map((w) => at(node, [...state.parents, w]));
      const best = lowest(tried);
      if (best === undefined || best.score > state.score) break;
      open.delete(best.parents.find((w) => !state.parents.includes(w))!);
      state = best;
    }
    for (;;) {
      const held = [...state.parents];
      const tried = held
        .filter((w) => required?.[node * d + w] !== 1)
        .map((w) =>
          at(
            node,
            held.filter((other) => other !== w),
          ),
        );
      const best = lowest(tried);
      if (best === undefined || best.score > state.score) return state;
      state = best;
    }
  }

  return {
    fit(node, candidates, count) {
      const forced = Array.from({ length: d }, (_, w) => w).filter((w) => required?.[node * d + w] === 1);
      return growShrink(node, at(node, forced), candidates, count);
    },
    accepts(node, state, added) {
      if (allowed?.[node * d + added] === 0 || state.parents.length >= maxParents) return false;
      return at(node, [...state.parents, added]).score <= state.score;
    },
    plus: (node, state, added, candidates, count) =>
      growShrink(node, at(node, [...state.parents, added]), candidates, count),
    minus: (node, state, removed, candidates, count) =>
      growShrink(
        node,
        at(
          node,
          [...state.parents].filter((w) => w !== removed),
        ),
        candidates,
        count,
      ),
  };
}

function lowest(sets: readonly ParentSet[]): ParentSet | undefined {
  let best: ParentSet | undefined;
  for (const set of sets) if (best === undefined || set.score < best.score) best = set;
  return best;
}
