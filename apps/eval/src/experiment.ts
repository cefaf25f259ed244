import type { Job } from '@cfe/base';

/** Figures by name; `null` where there is nothing to measure, such as the F1 of arrows in a class that has none. */
export type Figures = Readonly<Record<string, number | null>>;

/** One independent piece of an experiment: plain data that a worker can take. */
export interface Cell {
  readonly seed: number;
  readonly settings: Readonly<Record<string, number | string | boolean>>;
}

/** Cheats that the suite must find out; an experiment runs them through the code that it runs for us. */
export const fakes = ['copy-factual', 'reversed-graph', 'half-effect', 'column-order'] as const;
export type Fake = (typeof fakes)[number];

/** What a worker gets. */
export interface CellInput {
  readonly cell: Cell;
  readonly fake?: Fake | undefined;
}

/** What a cell found, with the raw predictions behind the figures, so that anyone can score them again. */
export interface Measured {
  readonly figures: Figures;
  /** columns of equal length */
  readonly predictions?: Readonly<Record<string, readonly (number | string)[]>> | undefined;
}

export type Verdict = 'supported' | 'refuted' | 'inconclusive';

/** A figure over cells. */
export interface Summary {
  readonly name: string;
  readonly mean: number | null;
  /** 95%, Student's t over the cells; absent for fewer than 3 */
  readonly interval?: readonly [low: number, high: number];
  readonly min: number | null;
  readonly max: number | null;
  /** cells with this figure */
  readonly n: number;
}

/** What an experiment concludes. */
export interface Judgement {
  readonly verdict: Verdict;
  /** the sentence behind the verdict */
  readonly reason: string;
  readonly metrics: readonly Summary[];
  readonly floors: readonly Summary[];
  readonly ceiling: readonly Summary[];
}

/** How much is run. */
export interface Extent {
  readonly size: 'quick' | 'full';
  readonly seeds: readonly number[];
}

/** A claim, the rule that decides it, and how to find out. Claim and rule are written before anything runs. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly rule: string;
  readonly cells: (extent: Extent) => readonly Cell[];
  readonly measure: Job<CellInput, Measured>;
  readonly judge: (cells: readonly (Measured & { readonly cell: Cell })[]) => Judgement;
  /** why it cannot run here, such as a data set that is not there; `undefined`: it can */
  readonly missing?: () => string | undefined;
}
