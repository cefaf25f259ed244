import type { Columns, Seed } from '@cfe/base';
import type { CausalModel, Do, ModelGradient } from '@cfe/scm';
import type { MechanismSettings } from './mechanism-spec.ts';
import type { MechanismState } from './mechanism-state.ts';
import type { NetworkSummary } from './summary.ts';

/** What a continuous variable's noise is taken to be; see {@link createNetwork}. */
export type NoiseChoice = 'empirical' | 'gaussian';

/**
 * A causal model with one learned mechanism per variable, in the data's own units.
 *
 * It owns its weights: a fit replaces the states of its mechanisms all at once and only when it succeeded. States
 * themselves are never written to, so what was read from the network stays as it was.
 */
export interface CausalNetwork extends CausalModel {
  readonly kind: 'causal-network';
  readonly mechanisms: readonly MechanismSettings[];
  readonly noiseChoice: NoiseChoice;
  /** by variable index: the present states */
  states(): readonly MechanismState[];
  /**
   * Takes other states, such as a fit's or a loaded file's.
   *
   * @throws {@link ShapeError} if they do not fit the network
   */
  update(states: readonly MechanismState[]): void;
  /** A network of the same kind and state that goes its own way. */
  copy(): CausalNetwork;
  abduct(rows: Columns, options?: { readonly seed?: Seed | undefined }): Columns;
  readonly abduction: 'point' | 'draw';
  logDensity(rows: Columns, options?: { readonly do?: Do | undefined }): Float64Array;
  /** @throws {@link InputError} if a variable is categorical: its choice has no derivative */
  gradient?(
    noise: Columns,
    upstream: Columns,
    options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined },
  ): ModelGradient;
  summary(): NetworkSummary;
}
