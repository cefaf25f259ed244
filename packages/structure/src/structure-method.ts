import type { RunOptions } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { Cpdag, Dag, Pdag } from '@cfe/graph';
import type { Knowledge } from './knowledge.ts';

/** How long to search: whichever limit is reached first. */
export interface Budget {
  /** perturb-and-improve rounds after the first local optimum */
  readonly restarts?: number;
  readonly seconds?: number;
}

/** One point of a search's history, enough to plot it. */
export interface TracePoint {
  readonly seconds: number;
  readonly step: number;
  /** the best score so far; lower is better */
  readonly score: number;
}

export interface LearnOptions extends RunOptions {
  readonly knowledge?: Knowledge | undefined;
  readonly budget?: Budget | undefined;
}

/** What a method found. */
export interface StructureResult {
  /** as much as the data identify: `graph.kind` says what it is */
  readonly graph: Dag | Cpdag | Pdag;
  /** a member of the class, for fitting; absent where the method has none */
  readonly dag?: Dag;
  readonly method: string;
  /** lower is better; comparable between runs of one method on one table */
  readonly score: number;
  /**
   * `[d][d]`: confidence[i][j] is how probable i → j is by resamples (an undirected edge counts half each way); see
   * `bootstrapConfidence`
   */
  readonly confidence?: readonly Float64Array[];
  readonly trace: readonly TracePoint[];
  readonly status: 'converged' | 'budget' | 'stopped';
  /** the sentence a person should read */
  readonly message: string;
  /** what the method chose or noticed, such as the intercept mode of each variable */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * A way to learn structure, as a value: the ones that ship and a user's own have this shape.
 * `learn` gets a table without missing values and knowledge that has been checked.
 */
export interface StructureMethod {
  readonly name: string;
  /** what it was made with, as plain data, so that a worker can make it again */
  readonly options?: object | undefined;
  learn(table: Table, options: LearnOptions): Promise<StructureResult>;
}
