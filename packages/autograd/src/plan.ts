import type { Incidence } from '@cfe/graph';

/** What stands between two layers of a mechanism. */
export type Activation = 'identity' | 'tanh' | 'relu' | 'elu' | 'softplus' | 'sigmoid';

/**
 * How a mechanism's network outputs and the noise make the variable. Noise is standard normal, and Gumbel for a
 * categorical variable.
 *
 * - `additive`: x = g + σ·u. One output g; log σ is a parameter (`'learned'`) or σ = 1 (`'unit'`)
 * - `location-scale`: x = m + exp(s)·u. Outputs m, s
 * - `flow`: x = T(u), strictly increasing in u. Its inverse is u = z + Σₖ exp(αₖ)·tanh(exp(βₖ)·z + γₖ) with
 *   z = (x − m)·exp(−s). Outputs m, s, then all α, all β, all γ. The tails are those of a normal variable
 * - `categorical`: x = argmaxₖ (logitₖ + uₖ), the index of a level. One output and one noise column per level;
 *   no gradient passes through the choice itself
 */
export type Head =
  | { readonly kind: 'additive'; readonly scale: 'learned' | 'unit' }
  | { readonly kind: 'location-scale' }
  | { readonly kind: 'flow'; readonly components: number }
  | { readonly kind: 'categorical'; readonly levels: number };

/** One variable's mechanism: a small network of its own over its (gated) parents. */
export interface MechanismPlan {
  /** hidden widths; empty is linear in the parents */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** `true`: the output layer reads the inputs too, so that the hidden layers bend a linear mechanism */
  readonly skip: boolean;
  readonly head: Head;
}

/**
 * A structural network, described once; executors run it. Plain data: it survives a structured clone. Build one
 * with `createPlan`, which checks it.
 *
 * Variables are 0 … d − 1. Values are stored by variable, `x[j * rows + r]`; a category is its level's index.
 * Parameters are one flat array, whose layout `planLayout` gives.
 */
export interface Plan {
  readonly variables: number;
  /** of the variables, for messages */
  readonly names: readonly string[];
  /** width of each variable as an input: 1, or its number of levels (one-hot) */
  readonly widths: readonly number[];
  /** the inputs of each mechanism, ascending; an edge's position in `items` is its number */
  readonly parents: Incidence;
  /** topological levels; empty where the edges form a cycle: an ancestral pass then takes gates that leave none in any row */
  readonly levels: readonly Int32Array[];
  readonly mechanisms: readonly MechanismPlan[];
  /** `true`: every edge carries a gate that multiplies what the child reads, given at each call */
  readonly gated: boolean;
}
