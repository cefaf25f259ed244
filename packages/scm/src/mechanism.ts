/**
 * A structural equation, for all rows at once.
 */
export interface Mechanism {
  /** x = f(parents, noise), row by row; `parents[k]` is `[rows]` and follows the graph's parent order. */
  evaluate(parents: readonly Float64Array[], noise: Float64Array): Float64Array;
}

/** A mechanism that is one-to-one in its noise, so that what happened tells the noise. */
export interface InvertibleMechanism extends Mechanism {
  /** The noise that explains `values`: evaluating it again returns `values` to rounding. */
  abduct(parents: readonly Float64Array[], values: Float64Array): Float64Array;
}
