import type { Rng } from '@cfe/base';

/** An index drawn in proportion to weights; −1 if they are all 0. */
export function choose(rng: Rng, weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  if (!(total > 0)) return -1;
  let left = rng.uniform() * total;
  let last = -1;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight === 0) continue;
    last = i;
    left -= weight;
    if (left < 0) return i;
  }
  return last;
}

/** Distinct indices drawn in proportion to weights: `count` of them, a fraction rounded at random. */
export function chooseSome(rng: Rng, weights: Float64Array, count: number): number[] {
  const whole = Math.floor(count);
  const wanted = whole + (count > whole && rng.uniform() < count - whole ? 1 : 0);
  if (wanted === 1) {
    const one = choose(rng, weights);
    return one < 0 ? [] : [one];
  }
  const left = weights.slice();
  const chosen: number[] = [];
  while (chosen.length < wanted) {
    const one = choose(rng, left);
    if (one < 0) break;
    chosen.push(one);
    left[one] = 0;
  }
  return chosen;
}

export function anyOf(rng: Rng, values: ArrayLike<number>): number {
  return values[rng.integer(values.length)] as number;
}
