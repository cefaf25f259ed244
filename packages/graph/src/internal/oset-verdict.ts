import { incident } from '../queries.ts';
import { reachable } from '../reachable.ts';
import type { EffectJudge } from './effect-judge.ts';

/**
 * For one treatment: whether the guess's O-set for an outcome fails in the truth. Outcomes often share a set, which is
 * then judged once for all of them.
 */
export function osetVerdict(guess: EffectJudge, truth: EffectJudge, t: number): (y: number) => boolean {
  const { parents, children } = guess.graph;
  const below = reachable([children], [t]);
  const judged = new Map<string, Uint8Array>();
  return (y) => {
    const set = osetOf(y);
    const key = set.join();
    let wrong = judged.get(key);
    if (wrong === undefined) {
      wrong = truth.misadjusted(t, set);
      judged.set(key, wrong);
    }
    return wrong[y] === 1;
  };

  /** pa(cn) ∖ de(t), where cn are the nodes ≠ t on directed paths from t to y. */
  function osetOf(y: number): number[] {
    if (below[y] === 0) return [];
    const seen = new Set([y]);
    const outside = new Set<number>();
    const stack = [y];
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      for (const p of incident(parents, i)) {
        if (below[p] === 0) outside.add(p);
        else if (p !== t && !seen.has(p)) {
          seen.add(p);
          stack.push(p);
        }
      }
    }
    return [...outside].sort((a, b) => a - b);
  }
}
