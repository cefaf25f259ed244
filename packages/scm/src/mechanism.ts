/**
 * A structural equation, for all rows at once.
 */
export interface Mechanism {
  /** x = f(parents, noise), row by row; `parents[k]` is `[rows]` and follows the order in which the parents are listed. */
  evaluate(parents: readonly Float64Array[], noise: Float64Array): Float64Array;
  /** Σ upstream ∘ evaluate, differentiated: by each parent and by the noise, each `[rows]`. Makes `gradient` possible. */
  backward?(
    parents: readonly Float64Array[],
    noise: Float64Array,
    upstream: Float64Array,
  ): { readonly parents: readonly Float64Array[]; readonly noise: Float64Array };
}

/** A mechanism that is one-to-one in its noise, so that what happened tells the noise. */
export interface InvertibleMechanism extends Mechanism {
  /** The noise that explains `values`: evaluating it again returns `values` to rounding. */
  abduct(parents: readonly Float64Array[], values: Float64Array): Float64Array;
  /** ln |∂f/∂noise|, `[rows]`: with it and the noise's density the value's density is known. */
  logSlope?(parents: readonly Float64Array[], noise: Float64Array): Float64Array;
}
