import { InputError, type Rng } from '@cfe/base';

/**
 * A law of one number, as a value. A categorical one yields the level's index.
 *
 * `gumbel` is the law of −ln(−ln U) stretched by `scale` and moved to `location`; `student-t` is
 * location + scale · t with so many degrees of freedom.
 */
export type Distribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'laplace'; readonly mean: number; readonly scale: number }
  | { readonly kind: 'exponential'; readonly rate: number }
  | { readonly kind: 'gumbel'; readonly location: number; readonly scale: number }
  | { readonly kind: 'logistic'; readonly location: number; readonly scale: number }
  | {
      readonly kind: 'student-t';
      readonly degrees: number;
      readonly location: number;
      readonly scale: number;
    }
  | { readonly kind: 'categorical'; readonly probabilities: readonly number[] }
  | { readonly kind: 'empirical'; readonly values: ArrayLike<number> };

/**
 * Independent draws, `[n]`.
 *
 * @throws {@link InputError} if a parameter is impossible (negative spread, probabilities that do not sum to 1, no values)
 * @example
 * import { createRng } from '@cfe/base';
 * import { drawFrom } from '@cfe/scm';
 * drawFrom({ kind: 'categorical', probabilities: [0, 1] }, 3, createRng(1)); // → Float64Array [1, 1, 1]
 */
export function drawFrom(distribution: Distribution, n: number, rng: Rng): Float64Array {
  checkDistribution(distribution);
  const draw = sampler(distribution, rng);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = draw();
  return out;
}

function sampler(distribution: Distribution, rng: Rng): () => number {
  switch (distribution.kind) {
    case 'normal':
      return () => distribution.mean + distribution.sd * rng.normal();
    case 'uniform':
      return () => distribution.low + (distribution.high - distribution.low) * rng.uniform();
    case 'laplace':
      return () => {
        const centred = rng.uniform() - 0.5;
        return (
          distribution.mean - distribution.scale * Math.sign(centred) * Math.log1p(-2 * Math.abs(centred))
        );
      };
    case 'exponential':
      return () => exponential(rng) / distribution.rate;
    case 'gumbel':
      return () => distribution.location - distribution.scale * Math.log(exponential(rng));
    case 'logistic':
      return () => distribution.location + distribution.scale * Math.log(exponential(rng) / exponential(rng));
    case 'student-t':
      // Bailey's polar form: t = z √(ν (s^(−2/ν) − 1) / s) for a point in the unit disc
      return () => {
        const { degrees, location, scale } = distribution;
        for (;;) {
          const x = 2 * rng.uniform() - 1;
          const y = 2 * rng.uniform() - 1;
          const s = x * x + y * y;
          if (s > 0 && s < 1)
            return location + scale * x * Math.sqrt((degrees * Math.expm1((-2 / degrees) * Math.log(s))) / s);
        }
      };
    case 'categorical':
      return () => {
        const u = rng.uniform();
        let total = 0;
        let last = 0;
        for (const [k, p] of distribution.probabilities.entries()) {
          if (p === 0) continue;
          total += p;
          last = k;
          if (u < total) return k;
        }
        return last;
      };
    case 'empirical':
      return () => distribution.values[rng.integer(distribution.values.length)] as number;
  }
}

/** A standard exponential draw, never 0. */
export function exponential(rng: Rng): number {
  return -Math.log1p(-rng.uniform()) || Number.MIN_VALUE;
}

/**
 * Refuses a law with an impossible parameter, before anything is drawn from it.
 *
 * @throws {@link InputError} (`'scm/distribution'`) for a negative spread, a rate or degrees of freedom not above 0,
 * probabilities that do not sum to 1 within 1e-6, no values, or a number that is not finite
 * @example
 * import { checkDistribution } from '@cfe/scm';
 * checkDistribution({ kind: 'normal', mean: 0, sd: 1 }); // → undefined
 */
export function checkDistribution(distribution: Distribution): void {
  const problem = problemOf(distribution);
  if (problem !== undefined) {
    throw new InputError('scm/distribution', `The ${distribution.kind} distribution ${problem}.`, {
      distribution,
    });
  }
}

function problemOf(distribution: Distribution): string | undefined {
  switch (distribution.kind) {
    case 'normal':
      return finite(distribution.mean) && distribution.sd >= 0 && finite(distribution.sd)
        ? undefined
        : `needs a finite mean and an sd ≥ 0, got ${distribution.mean} and ${distribution.sd}`;
    case 'uniform':
      return finite(distribution.low) && finite(distribution.high) && distribution.low <= distribution.high
        ? undefined
        : `needs finite bounds, low ≤ high, got ${distribution.low} and ${distribution.high}`;
    case 'laplace':
      return finite(distribution.mean) && distribution.scale >= 0 && finite(distribution.scale)
        ? undefined
        : `needs a finite mean and a scale ≥ 0, got ${distribution.mean} and ${distribution.scale}`;
    case 'exponential':
      return distribution.rate > 0 && finite(distribution.rate)
        ? undefined
        : `needs a rate > 0, got ${distribution.rate}`;
    case 'gumbel':
    case 'logistic':
      return finite(distribution.location) && distribution.scale >= 0 && finite(distribution.scale)
        ? undefined
        : `needs a finite location and a scale ≥ 0, got ${distribution.location} and ${distribution.scale}`;
    case 'student-t':
      return distribution.degrees > 0 &&
        finite(distribution.degrees) &&
        finite(distribution.location) &&
        distribution.scale >= 0 &&
        finite(distribution.scale)
        ? undefined
        : `needs degrees > 0, a finite location and a scale ≥ 0, got ${distribution.degrees}, ${distribution.location} and ${distribution.scale}`;
    case 'categorical': {
      const total = distribution.probabilities.reduce((sum, p) => sum + p, 0);
      return distribution.probabilities.every((p) => p >= 0) && Math.abs(total - 1) < 1e-6
        ? undefined
        : `needs probabilities ≥ 0 that sum to 1, got ${distribution.probabilities.join(', ')}`;
    }
    case 'empirical':
      return distribution.values.length > 0 && Array.from(distribution.values).every(finite)
        ? undefined
        : 'needs at least one value, all of them finite';
  }
}

const finite = Number.isFinite;
