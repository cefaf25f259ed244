import type { Graph } from '../graph.ts';
import { reachable } from '../reachable.ts';
import { topologicalOrder } from '../topological-order.ts';
import type { EffectJudge } from './effect-judge.ts';
import { laneReach, laneSpace, laneWalks } from './lanes.ts';

/**
 * For each treatment, the outcomes for which the guess's O-set fails in the truth.
 *
 * The O-set differs by outcome, so one reachability pass per treatment is not enough; 32 outcomes share one (lanes),
 * and the O-sets themselves come from each other along the causal order: with P the parents of y below t (t itself
 * left out), O(y) = pa(y) ∖ de(t) ∪ ⋃ O(p), p ∈ P.
 */
export function osetVerdicts(guess: Graph, truth: EffectJudge): (t: number) => Uint8Array {
  const d = guess.nodes.length;
  const { parents, children } = guess;
  const { down, up, member } = truth;
  const order = topologicalOrder(guess);
  const words = (d + 31) >>> 5;
  const osets = new Int32Array(d * words);
  const space = laneSpace(d);
  const given = new Int32Array(d);
  const reached = new Int32Array(d);
  const forbidden = new Int32Array(d);
  const wrong = new Uint8Array(d);
  return (t) => {
    const claimed = reachable([children], [t]);
    const below = truth.possibleDescendants(t);
    wrong.fill(0);
    const lanes: number[] = [];
    for (const y of order) {
      if (y === t || claimed[y] === 0) continue;
      osets.fill(0, y * words, (y + 1) * words);
      for (let at = parents.offsets[y] as number; at < (parents.offsets[y + 1] as number); at++) {
        const p = parents.items[at] as number;
        const base = y * words;
        if (claimed[p] === 0) osets[base + (p >>> 5)] = (osets[base + (p >>> 5)] as number) | (1 << (p & 31));
        else if (p !== t)
          for (let w = 0; w < words; w++)
            osets[base + w] = (osets[base + w] as number) | (osets[p * words + w] as number);
      }
      lanes.push(y);
      if (lanes.length === 32) judge(lanes.splice(0));
    }
    if (lanes.length > 0) judge(lanes);
    return wrong;

    function judge(outcomes: readonly number[]): void {
      given.fill(0);
      let spoiling = 0;
      for (const [lane, y] of outcomes.entries()) {
        for (let w = 0; w < words; w++) {
          for (let bits = osets[y * words + w] as number; bits !== 0; bits &= bits - 1) {
            const i = w * 32 + 31 - Math.clz32(bits & -bits);
            given[i] = (given[i] as number) | (1 << lane);
            spoiling |= below[i] as number;
          }
        }
      }
      laneWalks(member, t, given, space, reached);
      for (const [lane, y] of outcomes.entries()) if (((reached[y] as number) >>> lane) & 1) wrong[y] = 1;
      if (spoiling === 0) return;
      forbidden.set(given);
      laneReach(up, forbidden, t, space);
      for (let i = 0; i < d; i++) if (below[i] === 0) forbidden[i] = 0;
      laneReach(down, forbidden, t, space);
      for (const [lane, y] of outcomes.entries()) if (((forbidden[y] as number) >>> lane) & 1) wrong[y] = 1;
    }
  };
}
