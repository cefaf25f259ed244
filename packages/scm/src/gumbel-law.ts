import { InputError, ShapeError } from '@cfe/base';

/**
 * The exact law of a categorical variable's level in another world under the Gumbel-max rule: its mechanism gave the
 * probabilities `factual` and yielded `observed`; with the same noise, what does `altered` yield?
 *
 * With ratios r = altered / factual and G(x) = x + Σ_{j: r_j > x} (altered_j − factual_j x):
 * P(observed) = r_i / G(r_i), P(k) = altered_k ∫_{r_i}^{r_k} dx / G(x)² where r_k > r_i, and 0 for any other level
 * (counterfactual stability: what became no likelier than what was observed does not come about).
 * Averaged over `factual`, the laws give `altered` back.
 *
 * @param factual - `[levels]`, sums to 1
 * @param altered - `[levels]`, sums to 1
 * @param observed - the level's index
 * @returns `[levels]`, sums to 1
 * @throws {@link InputError} if `observed` had probability 0
 * @throws {@link ShapeError} if the two differ in length
 * @see Oberst and Sontag (2019), Counterfactual off-policy evaluation with Gumbel-max structural causal models, section 3
 * @example
 * import { gumbelMaxLaw } from '@cfe/scm';
 * gumbelMaxLaw([0.5, 0.3, 0.2], [0.2, 0.3, 0.5], 0).map((p) => Math.round(p * 1e7) / 1e7); // → Float64Array [0.4, 0.1384615, 0.4615385]
 */
export function gumbelMaxLaw(
  factual: ArrayLike<number>,
  altered: ArrayLike<number>,
  observed: number,
): Float64Array {
  checkPair('gumbelMaxLaw', factual, altered, observed);
  const levels = factual.length;
  const p = Float64Array.from(factual);
  const q = Float64Array.from(altered);
  const ratio = q.map((value, k) => (value === 0 ? 0 : value / (p[k] as number)));
  const start = ratio[observed] as number;
  const rising = Array.from({ length: levels }, (_, k) => k)
    .filter((k) => (ratio[k] as number) > start)
    .sort((a, b) => (ratio[a] as number) - (ratio[b] as number));
  // G between two neighbouring ratios is free + slope · x
  let slope = 1;
  let free = 0;
  for (const k of rising) {
    slope -= p[k] as number;
    free += q[k] as number;
  }
  const out = new Float64Array(levels);
  // slope is a sum of probabilities too: those of the levels that do not rise
  slope = Math.max(slope, p[observed] as number);
  out[observed] = start === 0 ? 0 : start / (free + slope * start);
  let integral = 0;
  let from = start;
  for (const k of rising) {
    const to = ratio[k] as number;
    const low = free + slope * from;
    integral +=
      to === Number.POSITIVE_INFINITY ? 1 / (low * slope) : (to - from) / (low * (free + slope * to));
    out[k] = (q[k] as number) * integral;
    slope += p[k] as number;
    free -= q[k] as number;
    from = to;
    if (to === Number.POSITIVE_INFINITY) {
      for (const other of rising.slice(rising.indexOf(k))) out[other] = (q[other] as number) * integral;
      break;
    }
  }
  const total = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / total);
}

/** The least and the greatest probability of each level, `[levels]` each. */
export interface LevelBounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * What the two tables alone say of a categorical variable's level in another world, whatever the response function:
 * max(0, p_i + q_k − 1) / p_i ≤ P(k | i) ≤ min(p_i, q_k) / p_i. The Gumbel-max law is one point between.
 *
 * @param factual - `[levels]`, the probabilities that yielded `observed`
 * @param altered - `[levels]`, those in the other world
 * @throws {@link InputError} if `observed` had probability 0
 * @throws {@link ShapeError} if the two differ in length
 * @see Fréchet (1935); Tian and Pearl (2000), Probabilities of causation: bounds and identification
 * @example
 * import { responseBounds } from '@cfe/scm';
 * responseBounds([0.5, 0.5], [0.25, 0.75], 0); // → { lower: Float64Array [0, 0.5], upper: Float64Array [0.5, 1] }
 */
export function responseBounds(
  factual: ArrayLike<number>,
  altered: ArrayLike<number>,
  observed: number,
): LevelBounds {
  checkPair('responseBounds', factual, altered, observed);
  const p = factual[observed] as number;
  const q = Float64Array.from(altered);
  return {
    lower: q.map((value) => Math.max(0, p + value - 1) / p),
    upper: q.map((value) => Math.min(p, value) / p),
  };
}

function checkPair(
  where: string,
  factual: ArrayLike<number>,
  altered: ArrayLike<number>,
  observed: number,
): void {
  if (factual.length !== altered.length) {
    throw new ShapeError(
      'scm/law-length',
      `${where}: ${factual.length} factual and ${altered.length} altered probabilities; both need one per level.`,
      { factual: factual.length, altered: altered.length },
    );
  }
  if (!((factual[observed] ?? 0) > 0)) {
    throw new InputError(
      'scm/off-support',
      `${where}: level ${observed} was observed, but its factual probability is ${factual[observed]}.`,
      { observed },
    );
  }
}
