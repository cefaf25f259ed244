/**
 * What an answer rests on, beside the data.
 *
 * - `graph`: the graph alone (and its absence of hidden confounders) identifies it
 * - `functional-form`: also the form of the mechanisms, such as additive noise; another form that fits the
 *   data as well can give another answer
 * - `convention`: a choice that no data can confirm, such as Gumbel-max for categorical counterfactuals
 * - `not`: not identified; the number is one of many that fit
 */
export type IdentifiedBy = 'graph' | 'functional-form' | 'convention' | 'not';

/** How far a question leaves the data that the model was fitted to. */
export interface Support {
  /** share of training rows whose values at the variables concerned are at least as extreme; 0: beyond all of them */
  readonly share: number;
  readonly inside: boolean;
  /** the sentence a person should read */
  readonly message: string;
}

/** A number with what a reader needs to weigh it. */
export interface Answer {
  readonly value: number;
  /** covers the truth with probability `level` under the assumptions; absent where the model brings no uncertainty */
  readonly interval?: readonly [low: number, high: number];
  readonly level: number;
  readonly identifiedBy: IdentifiedBy;
  readonly assumptions: readonly string[];
  readonly support?: Support;
  readonly warnings: readonly string[];
}
