import { extendToDag, fromAdjacency } from '@cfe/graph';
import { combinations } from './combinations.ts';
import { orientClass } from './equivalence.ts';
import type { LocalScore, ParentRules } from './parent-scorer.ts';

export interface GreedyOptions extends ParentRules {
  /** scores closer than this are equal */
  readonly tie: number;
  readonly breathe: () => Promise<void> | undefined;
  readonly expired: () => boolean;
  readonly onStep?: (step: number, score: number) => void;
}

export interface GreedyResult {
  readonly parents: readonly (readonly number[])[];
  readonly score: number;
  readonly inserted: number;
  readonly deleted: number;
  readonly expired: boolean;
}

interface Move {
  readonly gain: number;
  readonly x: number;
  readonly y: number;
  /** the neighbours of y that become its parents (insertion), or cease to be neighbours (deletion) */
  readonly set: readonly number[];
}

/**
 * Chickering's greedy equivalence search over classes, kept as maximally oriented graphs that obey the knowledge.
 *
 * @see Chickering (2002), JMLR 3, 507–554, theorems 15 and 17
 */
export async function greedyEquivalenceSearch(
  d: number,
  local: LocalScore,
  options: GreedyOptions,
): Promise<GreedyResult> {
  const { allowed, required, tie, breathe, expired, onStep } = options;
  const known = new Map<string, number>();
  const score = (v: number, parents: readonly number[]): number => {
    const sorted = [...parents].sort((a, b) => a - b);
    const key = `${v}:${sorted.join()}`;
    let value = known.get(key);
    if (value === undefined) {
      value = local(v, sorted);
      known.set(key, value);
    }
    return value;
  };
  const ids = Array.from({ length: d }, (_, v) => v);
  let parents: number[][] = ids.map((v) => ids.filter((w) => required?.[v * d + w] === 1));
  let marks = orientClass(parents, options);
  const mark = (i: number, j: number): number => marks[i * d + j]!;
  const joined = (i: number, j: number): boolean => mark(i, j) !== 0 || mark(j, i) !== 0;
  const isClique = (set: readonly number[]): boolean =>
    set.every((a, k) => set.every((b, m) => m <= k || joined(a, b)));
  const totalOf = (of: readonly (readonly number[])[]): number =>
    of.reduce((sum, list, v) => sum + score(v, list), 0);
  let best = totalOf(parents);
  let over = false;

  /** Whether every partially directed path from y to x meets the set. */
  function blocked(y: number, x: number, set: readonly number[]): boolean {
    const seen = new Uint8Array(d);
    for (const v of set) seen[v] = 1;
    const queue = [y];
    seen[y] = 1;
    for (let v = queue.pop(); v !== undefined; v = queue.pop()) {
      for (const w of ids) {
        if (seen[w] === 1 || mark(v, w) === 0) continue;
        if (w === x) return false;
        seen[w] = 1;
        queue.push(w);
      }
    }
    return true;
  }

  function insertions(x: number, y: number): Move[] {
    const into = ids.filter((v) => mark(v, y) === 1);
    const neighbours = ids.filter((v) => mark(v, y) === 2);
    const shared = neighbours.filter((v) => joined(v, x));
    if (!isClique(shared)) return [];
    const others = neighbours.filter((v) => !joined(v, x));
    const moves: Move[] = [];
    for (let size = 0; size <= others.length; size++) {
      let cliques = 0;
      for (const set of combinations(others, size)) {
        const base = [...shared, ...set];
        if (!isClique(base)) continue;
        cliques++;
        const given = [...base, ...into];
        const gain = score(y, given) - score(y, [...given, x]);
        if (gain > tie && blocked(y, x, base)) moves.push({ gain, x, y, set });
      }
      if (cliques === 0) break;
    }
    return moves;
  }

  function deletions(x: number, y: number): Move[] {
    const shared = ids.filter((v) => mark(v, y) === 2 && joined(v, x));
    const into = ids.filter((v) => mark(v, y) === 1 && v !== x);
    const moves: Move[] = [];
    for (let size = 0; size <= shared.length; size++) {
      for (const set of combinations(shared, size)) {
        const kept = shared.filter((v) => !set.includes(v));
        if (!isClique(kept)) continue;
        const given = [...kept, ...into];
        const gain = score(y, [...given, x]) - score(y, given);
        if (gain > -tie) moves.push({ gain, x, y, set });
      }
    }
    return moves;
  }

  /** The class after a move, if it has a DAG that obeys the knowledge and scores better (or as well, with fewer edges). */
  function applied({ x, y, set }: Move, insert: boolean): readonly (readonly number[])[] | undefined {
    const next = marks.slice();
    const put = (a: number, b: number): void => {
      next[a * d + b] = 1;
      next[b * d + a] = 0;
    };
    if (insert) {
      put(x, y);
      for (const v of set) put(v, y);
    } else {
      next[x * d + y] = next[y * d + x] = 0;
      for (const v of set) {
        put(y, v);
        if (next[x * d + v] === 2) put(x, v);
      }
    }
    const rows = ids.map((i) => next.slice(i * d, i * d + d));
    const names = ids.map(String);
    let dag: ReturnType<typeof extendToDag>;
    try {
      dag = extendToDag(fromAdjacency('pdag', rows, names));
    } catch {
      return undefined; // the knowledge and the move make a cycle
    }
    if (dag === undefined) return undefined;
    const { offsets, items } = dag.parents;
    const found = ids.map((v) => Array.from(items.slice(offsets[v]!, offsets[v + 1]!)));
    const fits = found.every(
      (list, v) =>
        list.every((w) => allowed === undefined || allowed[v * d + w] === 1) &&
        ids.every((w) => required?.[v * d + w] !== 1 || list.includes(w)),
    );
    return fits && totalOf(found) < best + (insert ? -tie : tie) ? found : undefined;
  }

  async function phase(insert: boolean, before: number): Promise<number> {
    for (let steps = 0; ; steps++) {
      const moves: Move[] = [];
      for (const y of ids) {
        for (const x of ids) {
          const wait = breathe();
          if (wait !== undefined) await wait;
          if (x === y) continue;
          if (insert) {
            if (!joined(x, y) && (allowed === undefined || allowed[y * d + x] === 1)) {
              moves.push(...insertions(x, y));
            }
          } else if (mark(x, y) === 1 || mark(x, y) === 2) {
            if (required?.[y * d + x] !== 1 && required?.[x * d + y] !== 1) moves.push(...deletions(x, y));
          }
        }
        over ||= expired();
        if (over) return steps;
      }
      moves.sort((a, b) => b.gain - a.gain);
      let found: readonly (readonly number[])[] | undefined;
      for (const move of moves) {
        found = applied(move, insert);
        if (found !== undefined) break;
      }
      if (found === undefined) return steps;
      parents = found.map((list) => [...list]);
      marks = orientClass(parents, options);
      best = totalOf(parents);
      onStep?.(before + steps + 1, best);
    }
  }

  onStep?.(0, best);
  const inserted = await phase(true, 0);
  const deleted = over ? 0 : await phase(false, inserted);
  return { parents, score: best, inserted, deleted, expired: over };
}
