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

/** Columns of equal length: what was asked, what is true and what was said. */
export type Predictions = Readonly<Record<string, readonly (number | string)[]>>;

/** What a cell found, with the raw predictions behind the figures, so that anyone can score them again. */
export interface Measured {
  readonly figures: Figures;
  readonly predictions?: Predictions | undefined;
}

export type MeasuredCell = Measured & { readonly cell: Cell };

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

/** Whose figure it is: the engine's, one that anything should beat, one that nothing can, another program's. */
export type Role = 'ours' | 'floor' | 'ceiling' | 'peer';

/** A figure along a setting, such as the error against the noise. */
export interface Curve {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** both axes logarithmic; default linear */
  readonly scale?: 'log';
  readonly lines: readonly {
    readonly name: string;
    readonly role: Role;
    readonly points: readonly {
      readonly x: number;
      readonly y: number;
      readonly low?: number;
      readonly high?: number;
      readonly n: number;
    }[];
  }[];
}

/** What an experiment concludes. */
export interface Judgement {
  readonly verdict: Verdict;
  /** the sentence behind the verdict */
  readonly reason: string;
  readonly metrics: readonly Summary[];
  readonly floors: readonly Summary[];
  readonly ceiling: readonly Summary[];
  /** other programs on the same data */
  readonly peers?: readonly Summary[];
  readonly curves?: readonly Curve[];
}

/** How much is run. */
export interface Extent {
  readonly size: 'quick' | 'full';
  readonly seeds: readonly number[];
}

/** What the research prototype printed under this experiment's name. */
export interface PrototypeFigure {
  readonly figure: string;
  readonly printed: number;
  /** what that number measured */
  readonly measured: string;
  /** our figure that is nearest in meaning; absent where none is */
  readonly beside?: string;
}

/** A claim, the rule that decides it, and how to find out. Claim and rule are written before anything runs. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly rule: string;
  readonly cells: (extent: Extent) => readonly Cell[];
  readonly measure: Job<CellInput, Measured>;
  readonly judge: (cells: readonly MeasuredCell[]) => Judgement;
  /** why it cannot run here, such as a data set that is not there; `undefined`: it can */
  readonly missing?: (extent: Extent) => string | undefined | Promise<string | undefined>;
  /** the figures that are told apart by a setting, since data sets of unlike kinds are under one roof */
  readonly breakdown?: { readonly by: string; readonly figures: readonly string[] };
  /** whether its code runs the planted cheats; default false */
  readonly takesFakes?: boolean;
  readonly prototype?: readonly PrototypeFigure[];
}
