import { cholesky, dot, inverseDiagonal, solve } from './cholesky.ts';

/** A regression whose blocks of coefficients are each drawn to 0 as strongly as is most likely. */
export interface PenalisedFit {
  readonly coefficients: Float64Array;
  /** Σ residual² */
  readonly squares: number;
  /** trace of the hat matrix */
  readonly freedom: number;
  /** its part that each block adds */
  readonly freedoms: Float64Array;
  readonly strengths: Float64Array;
}

const strongest = 1e8;
/** A block that adds less, and would still be drawn more, counts as nothing. */
const leastFreedom = 0.05;

/**
 * Minimises ‖y − Zβ‖² + Σ strength_b ‖β_b‖² over blocks b, the strengths by restricted maximum likelihood.
 *
 * Each step sets a block's strength to noise variance · freedom of the block / ‖β_b‖², which never lowers the likelihood.
 *
 * @param gram - Z′Z, full rows
 * @param cross - Z′y; `total` is y′y, over `n` rows
 * @param block - of each column, −1 where it is free
 * @see Wood and Fasiolo (2017), A generalized Fellner–Schall method, Biometrics 73, 1071–1081
 */
export function penalisedFit(
  gram: readonly Float64Array[],
  cross: Float64Array,
  total: number,
  n: number,
  block: Int32Array,
  blocks: number,
): PenalisedFit {
  const p = cross.length;
  const sizes = new Float64Array(blocks);
  const strengths = new Float64Array(blocks);
  for (let i = 0; i < p; i++) {
    const b = block[i] as number;
    if (b < 0) continue;
    sizes[b] = (sizes[b] as number) + 1;
    strengths[b] = (strengths[b] as number) + ((gram[i] as Float64Array)[i] as number);
  }
  for (let b = 0; b < blocks; b++)
    strengths[b] = Math.max(1e-6, (0.1 * (strengths[b] as number)) / Math.max(1, sizes[b] as number));
  let last: PenalisedFit | undefined;
  const factor = gram.map((_, i) => new Float64Array(i + 1));
  for (let step = 0; step < 60; step++) {
    for (let i = 0; i < p; i++) {
      const row = factor[i] as Float64Array;
      row.set((gram[i] as Float64Array).subarray(0, i + 1));
      const b = block[i] as number;
      if (b >= 0) row[i] = (row[i] as number) + (strengths[b] as number);
    }
    const dead = cholesky(factor);
    const coefficients = solve(factor, dead, cross);
    let squares = total;
    for (let i = 0; i < p; i++) {
      const c = coefficients[i] as number;
      squares += c * (dot(gram[i] as Float64Array, coefficients) - 2 * (cross[i] as number));
    }
    squares = Math.max(squares, 1e-12 * total);
    const inverse = inverseDiagonal(factor, dead);
    const freedoms = sizes.slice();
    const lengths = new Float64Array(blocks);
    let free = 0;
    for (let i = 0; i < p; i++) {
      const b = block[i] as number;
      if (b < 0) free += dead[i] === 0 ? 1 : 0;
      else {
        freedoms[b] = (freedoms[b] as number) - (strengths[b] as number) * (inverse[i] as number);
        lengths[b] = (lengths[b] as number) + (coefficients[i] as number) ** 2;
      }
    }
    const freedom = free + freedoms.reduce((sum, f) => sum + f, 0);
    last = { coefficients, squares, freedom, freedoms, strengths: strengths.slice() };
    const variance = squares / Math.max(1, n - freedom);
    let largest = 0;
    for (let b = 0; b < blocks; b++) {
      const before = strengths[b] as number;
      const wanted =
        (variance * Math.max(1e-9, freedoms[b] as number)) / Math.max(1e-300, lengths[b] as number);
      // a step and a half: the plain step is sure but slow; and at once to the end where hardly anything is left
      const isGone = wanted > before && (freedoms[b] as number) < leastFreedom;
      const after = isGone
        ? strongest
        : Math.min(strongest, Math.max(1e-6, before * (wanted / before) ** 1.5));
      largest = Math.max(
        largest,
        before === strongest && after === strongest ? 0 : Math.abs(Math.log(after / before)),
      );
      strengths[b] = after;
    }
    if (largest < 0.03) break;
  }
  return last as PenalisedFit;
}
