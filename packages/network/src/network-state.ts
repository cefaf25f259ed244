import type { Dag } from '@cfe/graph';

/** How a variable's own unit and the network's standardised one relate: x = centre + scale · z. */
export interface Scale {
  readonly centre: number;
  readonly scale: number;
}

/**
 * The law of a continuous variable's noise, in the mechanism's own unit, in which a standard normal law is the plan's.
 *
 * - `standard`: standard normal
 * - `empirical`: drawn from `values`, ascending: the residuals of the fit, thinned to evenly spaced ranks
 */
export type NoiseLaw =
  | { readonly kind: 'standard' }
  | { readonly kind: 'empirical'; readonly values: Float64Array };

/** How well one variable was fitted. */
export interface VariableFit {
  /** rows in which its own term counted */
  readonly rows: number;
  /** mean negative log-likelihood over those rows, in nats, in the variable's own unit */
  readonly loss: number;
  /** the same on rows that were held out, where there were any */
  readonly heldOut?: number | undefined;
  /** share of a continuous variable's variance that its parents explain in the fitted rows; absent without parents */
  readonly r2?: number | undefined;
}

/** Everything a network has learned: plain data, replaced as a whole and never written to. */
export interface NetworkState {
  /** the graph that the parameters are for */
  readonly graph: Dag;
  /** of the plan, on the standardised scale: `[planLayout(plan).parameters]` */
  readonly parameters: Float64Array;
  /** by variable; `{ centre: 0, scale: 1 }` where it is categorical */
  readonly scales: readonly Scale[];
  /** by variable; a categorical one has Gumbel noise, whatever stands here */
  readonly noise: readonly NoiseLaw[];
  /** by variable; empty before the first fit */
  readonly fit: readonly VariableFit[];
  /** rows that it was fitted to; 0 before the first fit */
  readonly rows: number;
}
