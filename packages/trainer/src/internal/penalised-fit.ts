import { cholesky, dot, solve } from './cholesky.ts';

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
  for (let step = 0; step < 60; step++) {
    const factor = gram.map((row, i) => {
      const copy = row.slice(0, i + 1);
      const b = block[i] as number;
      if (b >= 0) copy[i] = (copy[i] as number) + (strengths[b] as number);
      return copy;
    });
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
      // a step and a half: the plain step is sure but slow
      const after = Math.min(strongest, Math.max(1e-6, before * (wanted / before) ** 1.5));
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

/** The diagonal of (LL′)⁻¹; 0 for marked columns. */
function inverseDiagonal(factor: readonly Float64Array[], dead: Uint8Array): Float64Array {
  const p = factor.length;
  const out = new Float64Array(p);
  const column = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    if (dead[k] === 1) continue;
    const own = 1 / ((factor[k] as Float64Array)[k] as number);
    column[k] = own;
    let sum = own * own;
    for (let i = k + 1; i < p; i++) {
      if (dead[i] === 1) {
        column[i] = 0;
        continue;
      }
      const row = factor[i] as Float64Array;
      let value = 0;
      for (let m = k; m < i; m++) value -= (row[m] as number) * (column[m] as number);
      value /= row[i] as number;
      column[i] = value;
      sum += value * value;
    }
    out[k] = sum;
  }
  return out;
}
