import type { StructureResult } from '@cfe/structure';

/** One point of a fit's history: plain data, enough to plot it. */
export interface HistoryPoint {
  /** what was being done, e.g. `'fitting'` */
  readonly phase: string;
  /** evaluations or epochs done in this phase */
  readonly step: number;
  /** training loss: mean negative log-likelihood per row on the standardised scale, with the penalty */
  readonly loss: number;
  /** the same on held-out rows, without the penalty, where it was computed */
  readonly heldOut?: number | undefined;
  /** since the fit began */
  readonly seconds: number;
  /** in minibatches: the learning rate of the last step */
  readonly learningRate?: number | undefined;
  /** in minibatches: where the schedule of interventions stands */
  readonly interventions?: { readonly probability: number; readonly count: number } | undefined;
  /** by extra loss: its last value, and the factor that its gradient was multiplied by */
  readonly losses?: Readonly<Record<string, { readonly value: number; readonly factor: number }>> | undefined;
}

/** How a fit ended, and what it found. The network holds the new state unless `status` is `'diverged'`. */
export interface FitResult {
  /**
   * - `converged`: no improvement is left, or none on the held-out rows
   * - `max-steps`: the steps or epochs ran out first
   * - `stopped`: someone asked it to stop; the best state so far was taken
   * - `diverged`: a loss was not finite; the network is as it was
   */
  readonly status: 'converged' | 'max-steps' | 'stopped' | 'diverged';
  /** the sentence a person should read */
  readonly message: string;
  readonly history: readonly HistoryPoint[];
  /** by variable: mean negative log-likelihood of the rows that count, in nats, in the variable's own unit */
  readonly losses: Readonly<Record<string, number>>;
  /** the same on held-out rows; a variable without any is absent */
  readonly heldOut: Readonly<Record<string, number>>;
  readonly rows: number;
  /** evaluations of loss and gradient, or optimiser steps */
  readonly steps: number;
  readonly seconds: number;
  /** name of the executor that ran */
  readonly executor: string;
  /** seconds by phase: preparing, searching, finishing */
  readonly phases: Readonly<Record<'preparing' | 'searching' | 'finishing', number>>;
  /** bytes held while it ran: parameters with the best so far, the optimiser's state, the rows as columns; a fit in minibatches holds these once more, row by row */
  readonly memory: Readonly<Record<'parameters' | 'optimizer' | 'rows', number>>;
  /** how the graph was found, where it was to be learned */
  readonly structure?: StructureResult | undefined;
  /** what a reader should know about the data or the fit */
  readonly warnings: readonly string[];
}
