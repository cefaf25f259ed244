import { sha256 } from '@noble/hashes/sha2.js';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { InputError } from './errors.ts';

/** A whole number, or a generator that already runs. */
export type Seed = number | Rng;

/** Everything a generator is: plain JSON, so that a checkpoint can hold it. */
export interface RngState {
  readonly algorithm: 'xoroshiro128+/sha256';
  /** the generator's identity, from which forks are derived; 64 hexadecimal digits */
  readonly key: string;
  /** the four 32-bit words of the stream's position */
  readonly words: readonly number[];
  /** the second half of the last pair of normal draws, not yet handed out */
  readonly spare: number | null;
}

/**
 * A seeded source of random numbers, equal on every runtime.
 *
 * Draws advance it. `fork(name)` does not: it derives an independent generator from this one's
 * *identity* and the name, whatever was drawn before, so a new consumer never shifts the others.
 */
export interface Rng {
  /** Uniform on [0, 1), 53 random bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number in 0 … below − 1, unbiased; `below` is 1 … 2³². */
  integer(below: number): number;
  /** An independent generator that depends only on this one's identity and `name`. */
  fork(name: string): Rng;
  /** The present position, for {@link restoreRng}. */
  state(): RngState;
}

/**
 * A generator from a whole number.
 *
 * @param seed - a safe integer, also negative
 * @throws {@link InputError} if the seed is not a safe integer
 * @see Blackman & Vigna (2021), Scrambled linear pseudorandom number generators (xoroshiro128+); streams are keyed by SHA-256
 * @example
 * import { createRng } from '@cfe/base';
 * const [a, b] = [createRng(7), createRng(7)];
 * b.uniform();
 * a.fork('noise').normal() === b.fork('noise').normal(); // → true
 */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) {
    throw new InputError(
      'base/seed',
      `createRng: the seed must be a whole number between −2⁵³ and 2⁵³, got ${seed}.`,
      {
        seed,
      },
    );
  }
  return fromKey(hash(`seed:${seed}`));
}

/** The generator itself, or a new one from a number; `fallback` is the seed when none was given. */
export function rngFrom(seed: Seed | undefined, fallback = 0): Rng {
  return typeof seed === 'object' ? seed : createRng(seed ?? fallback);
}

/**
 * A generator that goes on where {@link Rng.state} was taken.
 *
 * @throws {@link InputError} if the state is not one of this algorithm
 */
export function restoreRng(state: RngState): Rng {
  const valid =
    state.algorithm === 'xoroshiro128+/sha256' &&
    /^[0-9a-f]{64}$/.test(state.key) &&
    state.words.length === 4;
  if (!valid) {
    throw new InputError('base/rng-state', 'restoreRng: this is not a generator state of this version.', {
      state,
    });
  }
  return makeRng(state.key, state.words, state.spare);
}

function fromKey(key: Uint8Array): Rng {
  const view = new DataView(key.buffer, key.byteOffset);
  const words = [0, 4, 8, 12].map((offset) => view.getInt32(offset));
  return makeRng(toHex(key), words, null);
}

const unit = 2 ** -53;

function makeRng(key: string, words: readonly number[], initialSpare: number | null): Rng {
  const generator = xoroshiro128plusFromState(words);
  let spare = initialSpare;

  function uniform(): number {
    // The lowest bits of xoroshiro128+ are its weakest: keep the upper ones of each word.
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 0x4000000 + low) * unit;
  }

  // Marsaglia's polar method: exact, and a pair per round.
  function normal(): number {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = y * factor;
        return x * factor;
      }
    }
  }

  function integer(below: number): number {
    if (!(Number.isInteger(below) && below >= 1 && below <= 2 ** 32)) {
      throw new InputError(
        'base/integer-range',
        `Rng.integer: 'below' must be a whole number from 1 to 2³², got ${below}.`,
        {
          below,
        },
      );
    }
    const limit = 2 ** 32 - (2 ** 32 % below);
    for (;;) {
      const draw = generator.next() >>> 0;
      // dividing takes the high bits, the generator's better ones
      if (draw < limit) return Math.floor(draw / (limit / below));
    }
  }

  return {
    uniform,
    normal,
    integer,
    fork: (name) => fromKey(hash(`${key}/${name}`)),
    state: () => ({ algorithm: 'xoroshiro128+/sha256', key, words: [...generator.getState()], spare }),
  };
}

function hash(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
