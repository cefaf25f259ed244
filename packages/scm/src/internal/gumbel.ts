import type { Rng } from '@cfe/base';
import { exponential } from '../distribution.ts';

/** Standard Gumbel draws, `[rows]`. */
export function gumbelNoise(rng: Rng, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = -Math.log(exponential(rng));
  return out;
}

/** argmax over levels of ln p + noise, row by row, the first of equals; `at[r]` is where row r's probabilities start. */
export function chooseLevels(
  logs: Float64Array,
  at: Int32Array,
  noise: readonly Float64Array[],
): Float64Array {
  const out = new Float64Array(at.length);
  for (let r = 0; r < at.length; r++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let l = 0; l < noise.length; l++) {
      const score = (logs[(at[r] as number) + l] as number) + ((noise[l] as Float64Array)[r] as number);
      if (score > most) {
        most = score;
        out[r] = l;
      }
    }
  }
  return out;
}

/** Gumbel noise from its posterior given the levels chosen, `[levels][rows]`; a level of probability 0 keeps its prior. */
export function posteriorGumbel(
  logs: Float64Array,
  at: Int32Array,
  chosen: Float64Array,
  levels: number,
  rng: Rng,
): Float64Array[] {
  const noise = Array.from({ length: levels }, () => new Float64Array(at.length));
  for (let r = 0; r < at.length; r++) {
    // arrival times are exponential with rate p: the first is the chosen level's
    const first = exponential(rng);
    for (let l = 0; l < levels; l++) {
      const logP = logs[(at[r] as number) + l] as number;
      const extra = exponential(rng);
      const column = noise[l] as Float64Array;
      if (logP === Number.NEGATIVE_INFINITY) column[r] = -Math.log(extra);
      else if (l === chosen[r]) column[r] = -Math.log(first) - logP;
      // −ln(p · (first + extra / p)): no overflow when p is tiny
      else column[r] = -Math.log(first * Math.exp(logP) + extra);
    }
  }
  return noise;
}
