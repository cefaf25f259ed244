import type { Executor, Plan } from '@cfe/autograd';
import type { Columns, Seed } from '@cfe/base';
import type { AbductiveModel, Do } from '@cfe/scm';
import type { MechanismSettings } from './mechanism-choice.ts';
import type { NetworkState } from './network-state.ts';
import type { NetworkSummary } from './summary.ts';

/** How a continuous variable's noise is drawn once the network is fitted; see {@link createNetwork}. */
export type NoiseChoice = 'empirical' | 'normal';

/** Makes what runs a plan; the caller disposes of it. */
export type ExecutorFactory = (plan: Plan) => Executor;

/**
 * A causal model with one learned mechanism per variable. At its edges values are in the data's own units; inside,
 * continuous variables are standardised.
 *
 * Noise columns: an additive variable's noise is in that variable's unit, x = g(parents) + noise; that of a
 * location–scale mechanism or a flow is standardised; a categorical variable has one Gumbel column per level, named
 * `variable[level]`.
 *
 * It owns its weights. A fit replaces the whole state, and only when it succeeded; a state itself is never written to.
 */
export interface CausalNetwork extends AbductiveModel {
  readonly kind: 'causal-network';
  readonly mechanisms: readonly MechanismSettings[];
  readonly noiseChoice: NoiseChoice;
  /** `'given'`: the graph stays. `'learn'`: an update may bring another graph over the same variables */
  readonly structure: 'given' | 'learn';
  /** of the present graph */
  readonly plan: Plan;
  /** the present state; replaced, never written to */
  readonly state: NetworkState;
  /** name of the executor that it runs on */
  readonly executorName: string;
  /**
   * Takes another state, such as a fit's or a loaded file's.
   *
   * @throws {@link ShapeError} if it does not fit the network
   * @throws {@link InputError} if a number in it is not finite, or its graph is another than a given one
   */
  update(state: NetworkState): void;
  /** A network of the same kind and state that goes its own way. */
  copy(): CausalNetwork;
  /** A new executor of the present plan, of the kind that the network runs on. The caller disposes of it. */
  createExecutor(): Executor;
  /**
   * The same noise under several actions, `predict` for each, in as few passes as possible: many what-ifs for many rows.
   * Weights are not copied. Cost grows linearly with the worlds: each costs what the descendants of its interventions do,
   * since what is not reached is computed once for all of them and equal to the bit.
   */
  worlds(
    noise: Columns,
    actions: readonly Do[],
    options?: { readonly seed?: Seed | undefined },
  ): readonly Columns[];
  /** Log density of each row under normal noise, `[rows]`; a term that `do` cuts off is left out. */
  logDensity(
    rows: Columns,
    options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined },
  ): Float64Array;
  /** A table for a person, and the same as data. */
  summary(): NetworkSummary;
  /** Frees the executor's memory; the next call makes a new one. */
  dispose(): void;
}
