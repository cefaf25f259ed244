import type { Loss, LossBatch } from '@cfe/losses';

/** A loss on top of the likelihood. */
export interface ExtraLoss {
  readonly loss: Loss;
  readonly weight: number;
  /**
   * `'gradient'`: its gradient is made `weight` times as long as the likelihood's, both as running means, whatever its
   * units are; `'none'`: it is multiplied by `weight`
   */
  readonly scaling: 'none' | 'gradient';
  /** the rows that it is evaluated on: the step's, or units in two worlds */
  readonly reads: 'rows' | 'pairs';
}

/** The rows of a step, by what losses read. */
export type LossRows = Readonly<Record<ExtraLoss['reads'], LossBatch | undefined>>;
