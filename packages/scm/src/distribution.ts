import { InputError, type Rng } from '@cfe/base';

/** A law of one number, as a value. A categorical one yields the level's index. */
export type Distribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'laplace'; readonly mean: number; readonly scale: number }
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

/** @throws {@link InputError} if a parameter is impossible */
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
    case 'categorical': {
      const total = distribution.probabilities.reduce((sum, p) => sum + p, 0);
      return distribution.probabilities.every((p) => p >= 0) && Math.abs(total - 1) < 1e-6
        ? undefined
        : `needs probabilities ≥ 0 that sum to 1, got ${distribution.probabilities.join(', ')}`;
    }
    case 'empirical':
      return distribution.values.length > 0 ? undefined : 'needs at least one value';
  }
}

const finite = Number.isFinite;
