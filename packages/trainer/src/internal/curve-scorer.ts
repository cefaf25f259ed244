import { cholesky, dot, inverseDiagonal, solve } from './cholesky.ts';
import { type FeatureMoments, featuresPerVariable } from './feature-moments.ts';

/** Scores of sets of parents; lower is better. */
export interface CurveScorer {
  /** @param parents - ascending */
  score(child: number, parents: readonly number[]): number;
  /** scores computed, not looked up */
  readonly evaluations: number;
}

/** Ridge strengths of the bends, in rows; ∞ is the straight line. */
const strengths = [0.3, 3, 30, 300, Number.POSITIVE_INFINITY];

/**
 * BIC of an additive mechanism whose every parent's curve is a straight line plus ridge-penalised bends:
 * n ln(RSS / n) + penalty · ln(n) · degrees of freedom, at the strength where that is lowest.
 *
 * @see Bühlmann, Peters and Ernest (2014), CAM: Causal additive models, Ann. Statist. 42, 2526–2556
 */
export function curveScorer(moments: FeatureMoments, penalty: number): CurveScorer {
  const cache = new Map<string, number>();
  let evaluations = 0;
  return {
    get evaluations() {
      return evaluations;
    },
    score(child, parents) {
      const key = `${child}:${parents.join(',')}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      evaluations += 1;
      const value = compute(moments, child, parents, penalty);
      cache.set(key, value);
      return value;
    },
  };
}

function compute(
  moments: FeatureMoments,
  child: number,
  parents: readonly number[],
  penalty: number,
): number {
  const all = moments.of(child);
  const f = moments.features;
  const n = moments.counts[child] as number;
  const target = 1 + child * featuresPerVariable;
  const used = [0];
  for (const i of parents)
    for (let k = 0; k < featuresPerVariable; k++) used.push(1 + i * featuresPerVariable + k);
  const isBend = (at: number): boolean => at > 0 && (at - 1) % featuresPerVariable !== 0;
  const total = all[target * f + target] as number;
  let best = Number.POSITIVE_INFINITY;
  for (const strength of parents.length === 0 ? [Number.POSITIVE_INFINITY] : strengths) {
    const columns = strength === Number.POSITIVE_INFINITY ? used.filter((at) => !isBend(at)) : used;
    const gram = columns.map((a) => Float64Array.from(columns, (b) => all[a * f + b] as number));
    const cross = Float64Array.from(columns, (a) => all[a * f + target] as number);
    const factor = gram.map((row, k) => {
      const copy = row.slice();
      if (isBend(columns[k] as number)) copy[k] = (copy[k] as number) + strength;
      return copy;
    });
    const dead = cholesky(factor);
    const beta = solve(factor, dead, cross);
    let squares = total;
    for (let k = 0; k < columns.length; k++) {
      const row = gram[k] as Float64Array;
      squares += (beta[k] as number) * (dot(row, beta) - 2 * (cross[k] as number));
    }
    let freedom = dead.reduce((count, one) => count + 1 - one, 0);
    if (strength !== Number.POSITIVE_INFINITY)
      for (const [k, variance] of inverseDiagonal(factor, dead).entries())
        if (isBend(columns[k] as number)) freedom -= strength * variance;
    const spread = Math.max(squares, 1e-9 * Math.max(total, 1)) / n;
    best = Math.min(best, n * Math.log(spread) + penalty * Math.log(n) * freedom);
  }
  return best;
}
