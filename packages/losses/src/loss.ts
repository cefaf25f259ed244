import type { Executor, Floats, PlanAction } from '@cfe/autograd';

/** Rows that a loss is computed on, on the standardised scale of a plan. Parts that a loss does not read may be absent. */
export interface LossBatch {
  readonly rows: number;
  /** `[d * rows]`, by variable */
  readonly values: Floats;
  /** `[d * rows]`: 1 leaves a variable's own term out in that row, as it must where it was intervened on */
  readonly omit?: Uint8Array | undefined;
  /** the action under which the rows arose, where it is known in full */
  readonly action?: PlanAction | undefined;
  /** `[rows]`, default 1 */
  readonly rowWeights?: Floats | undefined;
  /** `[rows]`, an index for every row: which environment it is from */
  readonly environments?: Int32Array | undefined;
  /** the same units in another world: what was done to them and what came of it */
  readonly pairs?: { readonly action: PlanAction; readonly values: Floats } | undefined;
}

/** Where a loss is evaluated. */
export interface LossInput {
  /** of the plan whose parameters these are */
  readonly executor: Executor;
  readonly parameters: Floats;
  /** for a gated plan, `[edges]` */
  readonly gates?: Floats | undefined;
  readonly batch: LossBatch;
}

/** A loss at a point. */
export interface LossValue {
  readonly name: string;
  /** what the value counts */
  readonly scale: string;
  readonly value: number;
  readonly gradient: {
    /** `[parameters]`; not shared with anyone */
    readonly parameters: Float64Array;
    /** `[edges]`, present if the plan is gated */
    readonly gates?: Float64Array | undefined;
  };
}

/**
 * Something to be made small: the losses that ship and a user's own have this shape.
 */
export interface Loss {
  readonly name: string;
  /** what its value counts, such as `'nats per row'` */
  readonly scale: string;
  /** where it was published; `'–'` for one's own */
  readonly source: string;
  /**
   * Value and gradient.
   *
   * @throws {@link InputError} if the batch lacks what the loss reads
   */
  evaluate(input: LossInput): LossValue;
}
