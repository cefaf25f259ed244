import { type Rng, restoreRng } from '@cfe/base';

/**
 * A generator of a batch's own, from the epoch's and the batch's number. `fork` would do, at the price of a hash per step,
 * which is a tenth of a small step; here the epoch's words are mixed with the number instead.
 *
 * @see Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA (the finaliser)
 */
export function batchRng(epoch: Rng, batch: number): Rng {
  const state = epoch.state();
  const words = state.words.map((word, k) => mix((word ^ Math.imul(batch + 1, 0x9e3779b9)) + k));
  // all zeros is the one state that a xoroshiro generator must not have
  return restoreRng({
    ...state,
    words: words.some((word) => word !== 0) ? words : [1, 2, 3, 4],
    spare: null,
  });
}

function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
