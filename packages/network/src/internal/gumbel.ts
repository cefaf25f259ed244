import { type Rng } from '@cfe/base';

/** Standard Gumbel draws, `[rows]`. */
export function gumbelNoise(rng: Rng, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = -Math.log(exponential(rng));
  return out;
}

/** argmax over levels of logit + noise, row by row; the first of equals. */
export function chooseLevels(logits: readonly Float64Array[], noise: readonly Float64Array[]): Float64Array {
  const rows = logits[0]?.length ?? 0;
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let l = 0; l < logits.length; l++) {
      const score = ((logits[l] as Float64Array)[r] as number) + ((noise[l] as Float64Array)[r] as number);
      if (score > most) {
        most = score;
        out[r] = l;
      }
    }
  }
  return out;
}

/** ln softmax(logits)[level] in row r. */
export function levelLogProbability(logits: readonly Float64Array[], level: number, r: number): number {
  return ((logits[level] as Float64Array)[r] as number) - logSumExp(logits, r);
}

export function logSumExp(logits: readonly Float64Array[], r: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const column of logits) most = Math.max(most, column[r] as number);
  let total = 0;
  for (const column of logits) total += Math.exp((column[r] as number) - most);
  return most + Math.log(total);
}

/**
 * Gumbel noise from its exact posterior given the levels that were chosen, `[levels][rows]`.
 *
 * @see Oberst & Sontag (2019), Counterfactual off-policy evaluation with Gumbel-max structural causal models
 */
export function posteriorGumbel(logits: readonly Float64Array[], levels: Float64Array, rng: Rng): Float64Array[] {
  const noise = logits.map(() => new Float64Array(levels.length));
  for (let r = 0; r < levels.length; r++) {
    const chosen = levels[r] as number;
    const total = logSumExp(logits, r);
    const first = exponential(rng);
    for (let l = 0; l < logits.length; l++) {
      const logP = ((logits[l] as Float64Array)[r] as number) - total;
      const time = l === chosen ? first : first + exponential(rng) * Math.exp(-logP);
      (noise[l] as Float64Array)[r] = -Math.log(time) - logP;
    }
  }
  return noise;
}

function exponential(rng: Rng): number {
  return -Math.log1p(-rng.uniform()) || Number.MIN_VALUE;
}
