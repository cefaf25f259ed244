import type { Floats } from '../floats.ts';

/** The level with the largest logit + Gumbel noise; the first of equals. */
export function chooseLevel(
  o: Floats,
  n: number,
  k: number,
  levels: number,
  noise: Floats,
  rows: number,
  r: number,
): number {
  let best = 0;
  let most = -Infinity;
  for (let q = 0; q < levels; q++) {
    const score = (o[q * n + k] as number) + (noise[q * rows + r] as number);
    if (score > most) {
      most = score;
      best = q;
    }
  }
  return best;
}

/** −log softmax(logits)[level]. */
export function levelNll(o: Floats, n: number, k: number, levels: number, level: number): number {
  return logSumExp(o, n, k, levels) - (o[level * n + k] as number);
}

/** weight · gradient of {@link levelNll}, written to `dO`. */
export function levelNllBackward(
  o: Floats,
  n: number,
  k: number,
  levels: number,
  level: number,
  weight: number,
  dO: Floats,
): void {
  const total = logSumExp(o, n, k, levels);
  for (let q = 0; q < levels; q++) {
    const p = Math.exp((o[q * n + k] as number) - total);
    dO[q * n + k] = weight * (q === level ? p - 1 : p);
  }
}

/**
 * Gumbel noise from its posterior given that `level` was chosen (Oberst and Sontag 2019; exponential races):
 * the chosen level's race ends at s ~ Exp(1), every other one later by Exp(pₖ), and the noise is −ln time − ln p.
 */
export function posteriorGumbel(
  o: Floats,
  n: number,
  k: number,
  levels: number,
  level: number,
  uniforms: Floats,
  rows: number,
  r: number,
  noise: Floats,
): void {
  const total = logSumExp(o, n, k, levels);
  const exponential = (q: number): number => -Math.log1p(-(uniforms[q * rows + r] as number));
  const first = exponential(level);
  for (let q = 0; q < levels; q++) {
    const logP = (o[q * n + k] as number) - total;
    // −ln(s + E/p) − ln p = −ln(s·p + E), which holds up where p underflows
    noise[q * rows + r] =
      q === level ? -Math.log(first) - logP : -Math.log(first * Math.exp(logP) + exponential(q));
  }
}

function logSumExp(o: Floats, n: number, k: number, levels: number): number {
  let most = -Infinity;
  for (let q = 0; q < levels; q++) most = Math.max(most, o[q * n + k] as number);
  let sum = 0;
  for (let q = 0; q < levels; q++) sum += Math.exp((o[q * n + k] as number) - most);
  return most + Math.log(sum);
}
