import { inProcessRunner, type Rng, type RunOptions, rngFrom } from '@cfe/base';
import { resampleRows, selectRows, type Table } from '@cfe/data';
import type { AnyCausalModel } from '@cfe/scm';
import type { Ensemble } from './subject.ts';

/** Makes a model from rows: a fit on a fixed graph, or learning the graph and then fitting. */
export type Fit = (table: Table, rng: Rng) => Promise<AnyCausalModel>;

/**
 * The model of all rows with its refits on resampled rows (drawn with replacement within each regime).
 *
 * What the intervals then cover depends on `fit`: a fit on a fixed graph leaves the graph's own uncertainty out, one
 * that learns the graph first brings it in.
 *
 * @param options.replicates - default 100
 * @throws `signal.reason` on abort
 * @see Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13
 */
export async function bootstrapEnsemble(
  table: Table,
  fit: Fit,
  options: RunOptions & { readonly replicates?: number } = {},
): Promise<Ensemble> {
  const { replicates = 100, seed, signal, onProgress } = options;
  const rng = rngFrom(seed).fork('ensemble');
  const model = await fit(table, rng.fork('all rows'));
  // models hold functions, which no thread can send back, so the refits stay in this one
  const job = {
    module: '',
    name: 'refit',
    run: (index: number) => {
      const own = rng.fork(`replicate ${index}`);
      return fit(selectRows(table, resampleRows(table, own.fork('rows'))), own.fork('fit'));
    },
  };
  const inputs = Array.from({ length: replicates }, (_, index) => index);
  return { model, replicates: await inProcessRunner().map(job, inputs, { signal, onProgress }), rows: table };
}
