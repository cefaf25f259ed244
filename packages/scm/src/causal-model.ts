import type { Columns, Seed, Variable } from '@cfe/base';
import type { Dag } from '@cfe/graph';
import type { Do } from './intervention.ts';

/**
 * A causal model: a graph plus one mechanism per variable. Simulators, exact models, networks and a
 * user's own all have this shape and pass the same conformance suite (`@cfe/scm/conformance`).
 *
 * Everything is batched: columns of rows in, columns of rows out, rows independent of each other.
 * Noise is held in columns too: one per continuous variable, under its name; a categorical variable may
 * need several, named by the model that made them.
 */
export interface CausalModel {
  /** in the order of `graph.nodes` */
  readonly variables: readonly Variable[];
  readonly graph: Dag;
  /** Exogenous noise for so many rows. */
  noise(rows: number, options?: { readonly seed?: Seed | undefined }): Columns;
  /**
   * All variables, given the noise: deterministic but for `stochastic` and `sometimes` interventions,
   * whose draws come from `seed` (default 0), so that worlds with the same seed share them.
   */
  predict(
    noise: Columns,
    options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined },
  ): Columns;
  /** New rows: `predict` of new noise. */
  sample(rows: number, options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined }): Columns;
  /** The noise behind complete rows; see {@link AbductiveModel}. */
  abduct?(rows: Columns, options?: { readonly seed?: Seed | undefined }): Columns;
  /** `'point'` if `abduct` finds the noise itself, `'draw'` if it draws from the noise's exact posterior. */
  readonly abduction?: 'point' | 'draw';
  /** Log density of each row, `[rows]`; a variable that `do` cuts off leaves its own term out. */
  logDensity?(rows: Columns, options?: { readonly do?: Do | undefined }): Float64Array;
  /**
   * The gradient of Σ upstream ∘ predict(noise).
   *
   * @throws {@link CfeError} with a code that ends in `/no-gradient` for an action under which a mechanism brings no derivative
   */
  gradient?(
    noise: Columns,
    upstream: Columns,
    options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined },
  ): ModelGradient;
  /** Closed-form answers; see {@link ExactModel}. */
  exact?(query: Query): ExactAnswer;
}

/** A model that can be asked what would have happened: noise can be told from complete rows. */
export interface AbductiveModel extends CausalModel {
  abduct(rows: Columns, options?: { readonly seed?: Seed | undefined }): Columns;
  readonly abduction: 'point' | 'draw';
}

/** A model that answers distribution queries in closed form. */
export interface ExactModel extends CausalModel {
  exact(query: Query): ExactAnswer;
}

type Later<F> = F extends (...input: infer Input) => infer Output
  ? (...input: Input) => Output | Promise<Output>
  : F;

/** Any model, also one on a device whose methods return promises: code that takes it awaits. */
export type AnyCausalModel = { readonly [Key in keyof CausalModel]: Later<CausalModel[Key]> };

/**
 * Derivatives, each with the shape of what it belongs to. Entries of `interventions` and `parameters` follow the action's
 * list form and are `[rows]`, exactly 0 where the intervention leaves a row alone; a number that all rows share has the
 * sum of its rows. Where several interventions other than values meet on one variable they are `undefined`.
 */
export interface ModelGradient {
  readonly noise: Columns;
  /**
   * By the intervention's number: the value that was set, the shift, the scale, the noise factor. That of a `blend` or
   * `sometimes` is the number of the intervention inside it: in proportion, or on the rows that took it. `undefined` for a
   * level's name, for `stochastic` and `replace`, which have none, and where the model does not tell.
   */
  readonly interventions: readonly (Float64Array | undefined)[];
  /**
   * By the other numbers of an intervention, under their names: `weight` of a `blend` (unless it is 0), and a stochastic
   * law's own parameters, its draws held fixed (location and scale families and `uniform`, `exponential`).
   * Absent where the model does not tell.
   */
  readonly parameters?: readonly (Readonly<Record<string, Float64Array>> | undefined)[];
}

/** Known values by name: a number, or a level's name. */
export type Evidence = Readonly<Record<string, number | string>>;

/**
 * A question about the distribution of all variables.
 *
 * - neither `do` nor `factual`: observational, conditioned on `given`
 * - `do`: interventional; `given` then conditions in the world *after* the action
 * - `factual`: counterfactual: evidence from the world *before* the action, possibly partial
 */
export interface Query {
  readonly do?: Do | undefined;
  readonly given?: Evidence | undefined;
  readonly factual?: Evidence | undefined;
}

/** A distribution in closed form, as far as it is one. Matrices follow `nodes`. */
export interface ExactAnswer {
  /** `true` here; answers of the same shape that were drawn say `false` */
  readonly exact: boolean;
  readonly nodes: readonly string[];
  /** of continuous variables */
  readonly mean: Readonly<Record<string, number>>;
  readonly sd: Readonly<Record<string, number>>;
  readonly covariance?: readonly (readonly number[])[];
  /** level probabilities of categorical variables */
  readonly probabilities?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
