import type { OptimizerSpec } from '@cfe/autograd';
import type { RunOptions, Seed } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { ExecutorFactory } from '@cfe/network';

/** How a trainer goes about it. */
export interface TrainerOptions {
  /**
   * `'lbfgs'` (default): full-batch L-BFGS with held-out choice of how much each mechanism bends, best for tables of up
   * to some ten thousand rows. Or an optimiser of `@cfe/autograd` in minibatches
   */
  readonly optimizer?: 'lbfgs' | OptimizerSpec | undefined;
  /**
   * where the search begins: `'least-squares'` lines, or the network's `'current'` state. Default: the lines for a network
   * that was never fitted, its current state otherwise
   */
  readonly start?: 'least-squares' | 'current' | undefined;
  /** of the split, the starting weights and the order of batches; default 0 */
  readonly seed?: Seed | undefined;
  /** what runs the plan; default the network's own kind */
  readonly executor?: ExecutorFactory | undefined;
}

/** What one fit takes. */
export interface FitOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /**
   * held-out rows to choose and stop by: a share of the table (default 0.2), or a table of their own. 0 holds nothing out
   */
  readonly validation?: number | Table | undefined;
  /** passes over the table in minibatches, default 200; with L-BFGS, evaluations per stage, default 80 */
  readonly epochs?: number | undefined;
  /** rows per step in minibatches; default 128 */
  readonly batchSize?: number | undefined;
  /** epochs without improvement of the held-out loss before it stops; default 20 */
  readonly patience?: number | undefined;
}
