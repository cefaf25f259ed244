import type { Rng } from '@cfe/base';
import type { CurveScorer } from './curve-scorer.ts';

/** Parents of every variable, ascending. */
export type ParentSets = readonly (readonly number[])[];

/** A change of one edge. */
interface Move {
  readonly kind: 'add' | 'remove' | 'reverse';
  readonly from: number;
  readonly to: number;
}

export interface DagSearch {
  parents: number[][];
  score: number;
}

/** What a search may and must not do. */
export interface SearchRules {
  /** i → j may be there */
  readonly isAllowed: (from: number, to: number) => boolean;
  /** i → j must be there */
  readonly isRequired: (from: number, to: number) => boolean;
}

/** Improves a DAG by adding, removing and reversing single edges, the best first, until none helps. */
export function climb(
  start: ParentSets,
  scorer: CurveScorer,
  rules: SearchRules,
  tick: () => void,
): DagSearch {
  const parents = start.map((set) => [...set]);
  const local = parents.map((set, j) => scorer.score(j, set));
  const d = parents.length;
  for (;;) {
    tick();
    let best: Move | undefined;
    let gain = 1e-6;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        if (i === j) continue;
        const own = parents[j] as number[];
        const has = own.includes(i);
        if (!has && (!rules.isAllowed(i, j) || (parents[i] as number[]).includes(j))) continue;
        if (has && rules.isRequired(i, j)) continue;
        const before = local[j] as number;
        const changed = scorer.score(j, has ? without(own, i) : withOne(own, i));
        if (has) {
          if (before - changed > gain) [best, gain] = [{ kind: 'remove', from: i, to: j }, before - changed];
          if (!rules.isAllowed(j, i)) continue;
          const other = scorer.score(i, withOne(parents[i] as number[], j));
          const turned = before + (local[i] as number) - changed - other;
          if (turned > gain && !reaches(parents, i, j, [i, j]))
            [best, gain] = [{ kind: 'reverse', from: i, to: j }, turned];
        } else if (before - changed > gain && !reaches(parents, j, i)) {
          [best, gain] = [{ kind: 'add', from: i, to: j }, before - changed];
        }
      }
    }
    if (best === undefined) break;
    apply(parents, best);
    for (const k of [best.from, best.to]) local[k] = scorer.score(k, parents[k] as number[]);
  }
  return { parents, score: local.reduce((sum, value) => sum + value, 0) };
}

/** A DAG with some edges turned, dropped or added at random. */
export function perturb(parents: ParentSets, changes: number, rules: SearchRules, rng: Rng): number[][] {
  const next = parents.map((set) => [...set]);
  const d = next.length;
  for (let done = 0, tries = 0; done < changes && tries < 50 * changes; tries++) {
    const [i, j] = [rng.integer(d), rng.integer(d)];
    if (i === j || rules.isRequired(i, j)) continue;
    const has = (next[j] as number[]).includes(i);
    if (has && rules.isAllowed(j, i) && rng.uniform() < 0.5 && !reaches(next, i, j, [i, j])) {
      apply(next, { kind: 'reverse', from: i, to: j });
    } else if (has) apply(next, { kind: 'remove', from: i, to: j });
    else if (rules.isAllowed(i, j) && !reaches(next, j, i)) apply(next, { kind: 'add', from: i, to: j });
    else continue;
    done += 1;
  }
  return next;
}

/** Members of a class that are looked at before all of its open edges are taken for undirected. */
const mostMembers = 300;

/**
 * Edges, `from * d + to`, of Markov equivalent graphs that score at most `slack` worse and are turned around in the best one:
 * neither interventions nor the form of the mechanisms tell their direction.
 *
 * Equivalent graphs are reached from one another by turning covered edges, whose ends have the same other parents.
 *
 * @see Chickering (1995), A transformational characterization of equivalent Bayesian network structures, UAI
 */
export function openEdges(
  best: DagSearch,
  scorer: CurveScorer,
  { isAllowed, isRequired }: SearchRules,
  slack: number,
): ReadonlySet<number> {
  const d = best.parents.length;
  const open = new Set<number>();
  const isOriginal = (i: number, j: number): boolean => (best.parents[j] as number[]).includes(i);
  const seen = new Set([JSON.stringify(best.parents)]);
  const waiting = [best.parents];
  while (waiting.length > 0 && seen.size < mostMembers) {
    const parents = waiting.pop() as number[][];
    for (let j = 0; j < d; j++) {
      for (const i of parents[j] as number[]) {
        const others = without(parents[j] as number[], i);
        const isCovered = others.join() === (parents[i] as number[]).join();
        if (!isCovered || !isAllowed(j, i) || isRequired(i, j)) continue;
        const next = parents.map((set) => [...set]);
        apply(next, { kind: 'reverse', from: i, to: j });
        const key = JSON.stringify(next);
        if (seen.has(key)) continue;
        const score = next.reduce((sum, set, k) => sum + scorer.score(k, set), 0);
        if (score > best.score + slack) continue;
        seen.add(key);
        waiting.push(next);
        for (let b = 0; b < d; b++) {
          for (const a of next[b] as number[]) if (!isOriginal(a, b)) open.add(a * d + b);
        }
      }
    }
  }
  return open;
}

/** Whether there is a directed path a → … → b, other than over the edge `except`. */
function reaches(parents: ParentSets, a: number, b: number, except?: readonly [number, number]): boolean {
  const seen = new Uint8Array(parents.length);
  const stack = [b];
  while (stack.length > 0) {
    const k = stack.pop() as number;
    for (const i of parents[k] as readonly number[]) {
      if (except !== undefined && i === except[0] && k === except[1]) continue;
      if (i === a) return true;
      if (seen[i] === 1) continue;
      seen[i] = 1;
      stack.push(i);
    }
  }
  return false;
}

function apply(parents: number[][], { kind, from, to }: Move): void {
  if (kind !== 'add') parents[to] = without(parents[to] as number[], from);
  if (kind === 'add') parents[to] = withOne(parents[to] as number[], from);
  if (kind === 'reverse') parents[from] = withOne(parents[from] as number[], to);
}

function without(set: readonly number[], one: number): number[] {
  return set.filter((k) => k !== one);
}

function withOne(set: readonly number[], one: number): number[] {
  return [...set, one].sort((a, b) => a - b);
}
