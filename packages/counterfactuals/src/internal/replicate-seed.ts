import { type Rng, rngFrom, type Seed } from '@cfe/base';

/**
 * Draws of its own for each replicate: the spread between replicates then holds what the simulation itself adds, which
 * matters where there are more rows than simulated individuals.
 */
export function seedOfReplicate(seed: Seed | undefined, index: number): Rng {
  return rngFrom(seed).fork(`replicate ${index}`);
}
