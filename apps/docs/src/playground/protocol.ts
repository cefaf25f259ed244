import type { Progress, Variable } from '@cfe/base';

/** Where the rows come from. */
export type Source =
  | { readonly kind: 'csv'; readonly name: string; readonly text: string }
  | { readonly kind: 'simulated'; readonly seed: number };

/** An edge of a directed graph. */
export type Arrow = readonly [from: string, to: string];

/** A variable with what its slider needs. */
export interface Column {
  readonly variable: Variable;
  readonly unit?: string;
  /** of the rows */
  readonly low: number;
  readonly high: number;
}

export interface Loaded {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** what was left out, and why */
  readonly notes: readonly string[];
  /** of a simulation */
  readonly truth?: readonly Arrow[];
}

export interface Learned {
  readonly edges: readonly Arrow[];
  /** those of `edges` whose direction the data leave open */
  readonly open: readonly Arrow[];
  /** by `from\u0000to`: share of resamples in which the two are joined at all */
  readonly joined: Readonly<Record<string, number>>;
  readonly message: string;
}

export interface Fitted {
  readonly status: string;
  readonly message: string;
  readonly replicates: number;
  readonly executor: string;
  readonly seconds: number;
}

export type Cell = number | string;

/** What is asked: one row, one outcome, and what is set. */
export interface Question {
  readonly row: number;
  readonly outcome: string;
  readonly set: Readonly<Record<string, Cell>>;
}

export interface WouldHaveBeen {
  readonly name: string;
  readonly was: Cell;
  readonly wouldBe: Cell;
  readonly interval?: readonly [low: number, high: number];
  /** of a simulation, where the truth is known */
  readonly truth?: Cell;
}

export interface Reply {
  readonly row: readonly WouldHaveBeen[];
  /** mean of the outcome over everybody, as it is and under the action */
  readonly before: Law;
  readonly after: Law;
  /** what regressions say of this row's outcome; absent where nothing is set or the outcome itself is */
  readonly naive?: { readonly alone: number; readonly allElseEqual: number };
  readonly warnings: readonly string[];
  readonly milliseconds: number;
  readonly detail: Detail;
}

/** `quick` while a slider moves: the fitted model alone. `full` once it rests: with the refits' intervals. */
export type Detail = 'quick' | 'full';

export interface Law {
  readonly mean: number;
  readonly interval?: readonly [low: number, high: number];
  readonly draws: Float64Array;
}

/** What a page can ask of the worker, and what it gets. */
export interface Calls {
  load(source: Source, keep: readonly string[] | undefined): Loaded;
  learn(seed: number): Learned;
  fit(edges: readonly Arrow[], mechanisms: 'mlp' | 'linear', seed: number): Fitted;
  rowAt(row: number): Readonly<Record<string, Cell>>;
  ask(question: Question, detail: Detail): Reply;
  save(): Uint8Array<ArrayBuffer>;
  report(question: Question): string;
}

export type Call = keyof Calls;

export type ToWorker =
  | { readonly id: number; readonly call: Call; readonly args: readonly unknown[] }
  | { readonly id: number; readonly cancel: true };

export type FromWorker =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string; readonly cancelled: boolean };
