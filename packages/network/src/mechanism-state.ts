import type { Feature } from './internal/features.ts';

/** The law of an additive mechanism's noise, in the variable's own unit; its mean is 0. */
export type NoiseState =
  | { readonly kind: 'gaussian'; readonly sd: number }
  /** the residuals of the fit: draws are from `values`; the likelihood still reads `sd` as a normal law's */
  | { readonly kind: 'empirical'; readonly sd: number; readonly values: Float64Array };

/** Everything a fitted mechanism is: plain data, replaced as a whole and never written to. */
export interface MechanismState {
  readonly features: readonly Feature[];
  readonly hidden: readonly number[];
  /** linear weights `[outputs][features]`, bias `[outputs]`, then the network's layers, weights `[out][in]` then bias; the last layer has no bias */
  readonly parameters: Float64Array;
  /** a continuous variable is centre + scale · response + noise */
  readonly centre: number;
  readonly scale: number;
  /** `undefined` for a categorical variable */
  readonly noise: NoiseState | undefined;
  /** rows that it was fitted to; 0 before the first fit */
  readonly rows: number;
}
