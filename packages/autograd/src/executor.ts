import type { Dtype, Floats } from './floats.ts';
import type { OptimizerState } from './optimizer.ts';
import type { Plan } from './plan.ts';
import type { PlanAction } from './plan-action.ts';

/** What an ancestral pass reads. */
export interface ForwardInput {
  readonly rows: number;
  /** `[planLayout(plan).parameters]` */
  readonly parameters: Floats;
  /** `[planLayout(plan).noiseColumns * rows]`, by column */
  readonly noise: Floats;
  /**
   * for a gated plan: `[edges]`, or `[edges * rows]` by edge, a graph of its own for each row. The edges of the plan may
   * form cycles as long as those with a gate other than 0 form none in any row; rows that share an order run together
   */
  readonly gates?: Floats | undefined;
  readonly action?: PlanAction | undefined;
}

/** Values of an ancestral pass, `[d * rows]`, by variable. */
export interface ForwardResult {
  readonly values: Floats;
}

/** Derivatives of Σ upstream ∘ values, each with the layout of what it belongs to. */
export interface PlanGradient {
  readonly parameters: Floats;
  readonly noise: Floats;
  /** with respect to the values that were set; exactly 0 where nothing is cut */
  readonly value: Floats;
  /** present if the action has the part, and so are the next two */
  readonly shift?: Floats | undefined;
  readonly scale?: Floats | undefined;
  readonly noiseFactor?: Floats | undefined;
  /** present if the plan is gated; `[edges]` or `[edges * rows]` as given */
  readonly gates?: Floats | undefined;
}

/** What a teacher-forced pass reads: complete rows, every mechanism fed with what its parents really were. */
export interface TeacherInput {
  readonly rows: number;
  readonly parameters: Floats;
  /** `[d * rows]`, by variable */
  readonly values: Floats;
  readonly gates?: Floats | undefined;
  /**
   * `[d * rows]`: 1 leaves a variable's own term out in that row, as it must where it was intervened on. What an
   * omitted variable was is still read by its children.
   */
  readonly omit?: Uint8Array | undefined;
  /** the action under which the rows arose: cut terms are left out, shift, scale and noise enter the likelihood */
  readonly action?: PlanAction | undefined;
  /** `[rows]`, weight of each row; default 1 */
  readonly rowWeights?: Floats | undefined;
}

/** Loss of a teacher-forced pass and its gradient. */
export interface LikelihoodResult {
  /** (1/rows) Σ over rows and kept terms of weight · negative log-likelihood, in nats */
  readonly loss: number;
  /** `[d]`, each variable's part of `loss` */
  readonly byVariable: Floats;
  readonly gradient: {
    readonly parameters: Floats;
    /** present if the plan is gated */
    readonly gates?: Floats | undefined;
  };
}

/** One optimiser step on the teacher-forced likelihood; parameters and optimiser state are updated in place. */
export interface StepInput extends TeacherInput {
  readonly optimizer: OptimizerState;
  /** overrides the optimiser's own rate for this step, as a schedule does */
  readonly learningRate?: number | undefined;
  /** `[parameters]`, added to the gradient before clipping: penalties and other losses */
  readonly addGradient?: Floats | undefined;
  /** gradients longer than this (Euclidean norm) are scaled down to it */
  readonly clipNorm?: number | undefined;
}

/** What a step did. A step whose gradient is not finite changes nothing, and `gradientNorm` says so. */
export interface StepResult {
  /** before the update, without what `addGradient` stands for */
  readonly loss: number;
  readonly byVariable: Floats;
  /** before clipping */
  readonly gradientNorm: number;
  /** gradient of the gates, present if the plan is gated */
  readonly gates?: Floats | undefined;
}

/** What abduction reads. */
export interface AbductInput {
  readonly rows: number;
  readonly parameters: Floats;
  readonly values: Floats;
  readonly gates?: Floats | undefined;
  /**
   * `[noiseColumns * rows]`, uniform on (0, 1), read for categorical variables only, whose noise is drawn from its
   * posterior (Gumbel-max). Required if the plan has one.
   */
  readonly uniforms?: Floats | undefined;
}

/** Derivatives of Σ upstream ∘ abducted noise. Categorical noise passes none on. */
export interface AbductionGradient {
  readonly parameters: Floats;
  readonly values: Floats;
  readonly gates?: Floats | undefined;
}

/**
 * Something that runs a plan.
 *
 * Arrays that it returns are its own and valid until its next call of the same method: copy what must last. What
 * goes in may have either precision.
 */
export interface Executor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly plan: Plan;
  /**
   * Zeros in the executor's own memory, valid until `dispose`. Parameters and batches that live there are not
   * copied at each call; any other array does too.
   */
  allocate(length: number): Floats;
  /** The ancestral pass: all variables from their noise, parents first, with an action per row. */
  forward(input: ForwardInput): ForwardResult;
  /** The reverse sweep through the last `forward`, whose input must not have changed. `upstream` is `[d * rows]`. */
  backward(upstream: Floats): PlanGradient;
  /** Log density of every term, `[d * rows]`; 0 where it is left out. `rowWeights` is not read. */
  logDensity(input: TeacherInput): Floats;
  /** Teacher-forced loss and gradient. */
  likelihood(input: TeacherInput): LikelihoodResult;
  /** `likelihood`, then one optimiser step. */
  step(input: StepInput): StepResult;
  /** The noise behind complete rows, `[noiseColumns * rows]`: `forward` of it gives the rows back, to rounding. */
  abduct(input: AbductInput): Floats;
  /** The reverse sweep through the last `abduct`. `upstream` is `[noiseColumns * rows]`. */
  backwardAbduction(upstream: Floats): AbductionGradient;
  dispose(): void;
}
