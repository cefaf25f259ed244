import type { LocalScore, ParentRules, ParentScorer, ParentSet } from './parent-scorer.ts';

interface CachedSet extends ParentSet {
  /** of the set of parents, for one node; see {@link setKeys} */
  readonly key: number | string;
}

/** Up to so many candidates, a fresh fit looks at every set of them. */
const fewCandidates = 5;

/** Grow and shrink over any decomposable score, each local score computed once. */
export function cachedScorer(
  d: number,
  local: LocalScore,
  { allowed, required }: ParentRules,
  maxParents: number,
): ParentScorer<CachedSet> {
  const keys = setKeys(d);
  const known = Array.from({ length: d }, () => new Map<number | string, CachedSet>());
  let nextId = 1;

  /** A parent set with its score, which is infinite, and not kept, where it need only be known to exceed `limit`. */
  function at(
    node: number,
    key: number | string,
    parents: () => Int32Array,
    limit = Number.POSITIVE_INFINITY,
  ): CachedSet {
    const sets = known[node]!;
    const found = sets.get(key);
    if (found !== undefined) return found;
    const sorted = parents().sort();
    const made = { id: nextId++, key, parents: sorted, score: local(node, [...sorted], limit) };
    if (made.score < Number.POSITIVE_INFINITY) sets.set(key, made);
    return made;
  }

  function withParent(node: number, { key, parents }: CachedSet, w: number, limit?: number): CachedSet {
    return at(node, keys.add(key, w), () => Int32Array.of(...parents, w), limit);
  }

  function withoutParent(node: number, { key, parents }: CachedSet, w: number): CachedSet {
    return at(node, keys.remove(key, w), () => parents.filter((other) => other !== w));
  }

  function growShrink(node: number, from: CachedSet, candidates: Int32Array, count: number): CachedSet {
    let state = from;
    const open = Array.from(candidates.subarray(0, count));
    while (state.parents.length < maxParents) {
      let best: CachedSet | undefined;
      let bestAt = -1;
      for (let k = 0; k < open.length; k++) {
        const tried = withParent(node, state, open[k]!, state.score);
        if (best !== undefined && tried.score >= best.score) continue;
        best = tried;
        bestAt = k;
      }
      if (best === undefined || best.score > state.score) break;
      open.splice(bestAt, 1);
      state = best;
    }
    for (;;) {
      let best: CachedSet | undefined;
      for (const w of state.parents) {
        if (required?.[node * d + w] === 1) continue;
        const tried = withoutParent(node, state, w);
        if (best === undefined || tried.score < best.score) best = tried;
      }
      if (best === undefined || best.score > state.score) return state;
      state = best;
    }
  }

  /** The grown set, or a better one among all sets of a few candidates: some parents help only together. */
  function better(
    node: number,
    forced: Int32Array,
    grown: CachedSet,
    candidates: Int32Array,
    count: number,
  ): CachedSet {
    if (count > fewCandidates || forced.length + count > maxParents) return grown;
    let best = grown;
    for (let set = 1; set < 2 ** count; set++) {
      const members = Int32Array.of(
        ...forced,
        ...candidates.subarray(0, count).filter((w, t) => (set >> t) & 1 && !forced.includes(w)),
      );
      const tried = at(node, keys.of(members), () => members, best.score);
      if (tried.score < best.score) best = tried;
    }
    return best;
  }

  return {
    state: (node, parents) => at(node, keys.of(parents), () => parents.slice()),
    fit(node, candidates, count) {
      const forced = Int32Array.from({ length: d }, (_, w) => w).filter(
        (w) => required?.[node * d + w] === 1,
      );
      const grown = growShrink(
        node,
        at(node, keys.of(forced), () => forced.slice()),
        candidates,
        count,
      );
      return better(node, forced, grown, candidates, count);
    },
    accepts(node, state, added) {
      if (allowed?.[node * d + added] === 0 || state.parents.length >= maxParents) return false;
      return withParent(node, state, added, state.score).score <= state.score;
    },
    plus: (node, state, added, candidates, count) =>
      growShrink(node, withParent(node, state, added), candidates, count),
    minus: (node, state, removed, candidates, count) =>
      growShrink(node, withoutParent(node, state, removed), candidates, count),
  };
}

interface SetKeys {
  readonly of: (members: Int32Array) => number | string;
  readonly add: (key: number | string, member: number) => number | string;
  readonly remove: (key: number | string, member: number) => number | string;
}

/** Keys of sets of 0 … d − 1: the sum of their powers of two while a double holds it exactly, a text beyond. */
function setKeys(d: number): SetKeys {
  if (d <= 53) {
    const bit = Float64Array.from({ length: d }, (_, w) => 2 ** w);
    return {
      of: (members) => members.reduce((sum, w) => sum + bit[w]!, 0),
      add: (key, w) => (key as number) + bit[w]!,
      remove: (key, w) => (key as number) - bit[w]!,
    };
  }
  const one = (w: number): string => String.fromCharCode(w);
  const sorted = (text: string): string => [...text].sort().join('');
  return {
    of: (members) => sorted(Array.from(members, one).join('')),
    add: (key, w) => sorted(`${key}${one(w)}`),
    remove: (key, w) => (key as string).replace(one(w), ''),
  };
}
