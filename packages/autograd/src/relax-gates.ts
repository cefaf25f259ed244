import { InputError, rngFrom, type Seed } from '@cfe/base';
import type { Floats } from './floats.ts';

/** How a gate between 0 and 1 is made from a real number. */
export interface GateOptions {
  /**
   * - `'sigmoid'` (default): σ(logit / temperature)
   * - `'gumbel'`: σ((logit + logistic noise) / temperature), a relaxed Bernoulli draw
   * - `'straight-through'`: the hard draw (0 or 1) of the same noise; its gradient is that of the relaxed one
   */
  readonly kind?: 'sigmoid' | 'gumbel' | 'straight-through' | undefined;
  /** > 0; towards 0 the gates become hard. Default 1 */
  readonly temperature?: number | undefined;
  /** of the noise; default 0. Not read by `'sigmoid'` */
  readonly seed?: Seed | undefined;
  /** draws a graph for each of so many rows, `[edges * rows]` by edge; without it one for all, `[edges]` */
  readonly rows?: number | undefined;
}

/** Gates as an executor takes them, and the way back. */
export interface RelaxedGates {
  readonly values: Float64Array;
  /** From the derivative of the gates to that of the logits, `[edges]`. */
  backward(dGates: Floats): Float64Array;
}

/**
 * Relaxed gates of edges, from one real number each: the continuous side of a graph that is being learned.
 *
 * A gate and the weights behind it are identified only as a product: penalise the weights, or a sparse graph costs
 * nothing. Soft gates belong under a teacher (`likelihood`); values follow from noise on a hard graph only, which
 * `hardenGates` makes.
 *
 * @param logits - `[edges]`; σ(logit) is the probability that the edge is there
 * @throws {@link InputError} if a logit is NaN, or an option is out of range
 * @see Maddison, Mnih and Teh (2017); Jang, Gu and Poole (2017); Bengio, Léonard and Courville (2013)
 * @example
 * import { relaxGates } from '@cfe/autograd';
 * const gates = relaxGates([0, 2], { temperature: 0.5 });
 * gates.values; // → [0.5, 0.982]
 * gates.backward(Float64Array.of(1, 1)); // → [0.5, 0.0353]
 * relaxGates([0, 2], { kind: 'straight-through', seed: 1, rows: 4 }).values; // → [0, 1, 0, 0, 1, 0, 0, 0]
 */
export function relaxGates(
  logits: ArrayLike<number>,
  { kind = 'sigmoid', temperature = 1, seed, rows }: GateOptions = {},
): RelaxedGates {
  const refuse = (problem: string): never => {
    throw new InputError('autograd/relax-gates', `relaxGates: ${problem}.`);
  };
  if (!(temperature > 0 && temperature < Infinity))
    refuse(`temperature must be positive, got ${temperature}`);
  if (rows !== undefined && !(Number.isInteger(rows) && rows >= 0))
    refuse(`rows must be a whole number ≥ 0, got ${rows}`);
  const bad = Array.from(logits).findIndex(Number.isNaN);
  if (bad >= 0) refuse(`logit ${bad} is NaN`);
  const rng = rngFrom(seed).fork('gates');
  const each = rows ?? 1;
  const soft = new Float64Array(logits.length * each);
  for (let e = 0; e < logits.length; e++) {
    for (let r = 0; r < each; r++) {
      const noise = kind === 'sigmoid' ? 0 : logistic(rng.uniform());
      soft[e * each + r] = sigmoid(((logits[e] as number) + noise) / temperature);
    }
  }
  return {
    values: kind === 'straight-through' ? soft.map((g) => (g > 0.5 ? 1 : 0)) : soft.slice(),
    backward(dGates) {
      if (dGates.length !== soft.length)
        refuse(`backward takes ${soft.length} derivatives, got ${dGates.length}`);
      const dLogits = new Float64Array(logits.length);
      for (let at = 0; at < soft.length; at++) {
        const g = soft[at] as number;
        const e = Math.floor(at / each);
        dLogits[e] = (dLogits[e] as number) + ((dGates[at] as number) * g * (1 - g)) / temperature;
      }
      return dLogits;
    },
  };
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** Standard logistic from a uniform draw on [0, 1), whose 0 is moved up half a step. */
function logistic(u: number): number {
  const inside = u === 0 ? 2 ** -54 : u;
  return Math.log(inside) - Math.log1p(-inside);
}
