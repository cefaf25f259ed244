import type { Columns } from '@cfe/base';
import type { AnyCausalModel } from '@cfe/scm';

/**
 * A fitted model with its uncertainty: the model fitted to all rows, the same fitted to resamples of them, and
 * the rows themselves, which tell how far a question leaves the data.
 */
export interface Ensemble {
  readonly model: AnyCausalModel;
  /** refits on resampled rows (bootstrap) or other seeds; their spread is the parameters' uncertainty */
  readonly replicates: readonly AnyCausalModel[];
  readonly rows?: Columns;
}

/** What can be asked: a model alone (answers without intervals), or an ensemble. */
export type Subject = AnyCausalModel | Ensemble;

/** The ensemble form of anything that can be asked. */
export function ensembleOf(subject: Subject): Ensemble {
  return 'replicates' in subject ? subject : { model: subject, replicates: [] };
}
