import type { Rng } from './rng.ts';

/**
 * Independent standard normal draws, `[n]`.
 *
 * @example
 * import { createRng, standardNormal } from '@cfe/base';
 * standardNormal(createRng(1), 3).length; // → 3
 */
export function standardNormal(rng: Rng, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = rng.normal();
  return out;
}

/** Independent uniform draws on [0, 1), `[n]`. */
export function standardUniform(rng: Rng, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = rng.uniform();
  return out;
}

/**
 * A uniformly random order of 0 … n − 1 (Fisher–Yates).
 *
 * @example
 * import { createRng, permutation } from '@cfe/base';
 * permutation(createRng(1), 4).sort(); // → Int32Array [0, 1, 2, 3]
 */
export function permutation(rng: Rng, n: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}
