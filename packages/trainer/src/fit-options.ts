import type { Executor, OptimizerSpec, Plan, StepInput, StepResult } from '@cfe/autograd';
import type { Columns, RunOptions, Seed } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { Loss } from '@cfe/losses';
import type { CausalModel } from '@cfe/scm';
import type { Knowledge, StructureMethod } from '@cfe/structure';
import type { CheckpointOptions } from './checkpoint.ts';
import type { HistoryPoint } from './fit-result.ts';
import type { InterventionSchedule } from './intervention-schedule.ts';
import type { Schedule } from './schedule.ts';

/** A loss of one's own, on top of the likelihood. */
export interface TrainerLoss {
  readonly loss: Loss;
  /** default 1 */
  readonly weight?: number | undefined;
  /**
   * `'gradient'` (default): its gradient is kept `weight` times as long as the likelihood's, whatever its units; the factor
   * is in the history. `'none'`: it is multiplied by `weight`
   */
  readonly scaling?: 'gradient' | 'none' | undefined;
}

/** Something whose steps arrive later, such as the device executor of `@cfe/autograd/tfjs`. */
export interface DeviceSteps {
  /** what computes, for the report */
  readonly backend: string;
  /** as of an `Executor`, on the caller's arrays */
  step(input: StepInput): Promise<StepResult>;
  dispose(): void;
}

/**
 * Makes what runs a plan in training: an executor, at once or once it has started, or a device. On a device run the steps in
 * minibatches; the passes before and after them, and losses of more than the likelihood, run on the network's own executor.
 */
export type TrainingExecutorFactory = (
  plan: Plan,
) => Executor | DeviceSteps | Promise<Executor | DeviceSteps>;

/** How a trainer goes about it. What needs minibatches turns them on. */
export interface TrainerOptions {
  /**
   * `'lbfgs'`: full-batch, with held-out choice of how much each mechanism bends, best for tables of up to some ten thousand
   * rows. Or an optimiser of `@cfe/autograd` in minibatches. Default `'lbfgs'`, or Adam if something below needs minibatches
   */
  readonly optimizer?: 'lbfgs' | OptimizerSpec | undefined;
  /** by optimiser step, in place of the optimiser's own rate */
  readonly learningRate?: Schedule | undefined;
  /** gradients longer than this are scaled down to it; default none */
  readonly clipNorm?: number | undefined;
  /** that a row of a batch is intervened on, and on what: see {@link InterventionSchedule}. Default 0 */
  readonly interventionProbability?: Schedule | InterventionSchedule | undefined;
  /** a model to intervene on, such as a simulator of the process */
  readonly simulator?: CausalModel | undefined;
  /**
   * of the paired-counterfactual loss, on pairs that the simulator makes or that `fit` is given; without either there is
   * nothing to compare with, and the result's warnings say so. Default 0
   */
  readonly counterfactualWeight?: number | undefined;
  /** of the norms of the weights behind each edge, which makes edges earn their place. Default 0 */
  readonly structureWeight?: number | undefined;
  /** more losses on top of the likelihood */
  readonly losses?: readonly TrainerLoss[] | undefined;
  /** how a network whose structure is to be learned finds it; default what `learnStructure` chooses */
  readonly structureMethod?: StructureMethod | undefined;
  /** what is known about a graph that is to be learned, beside that outputs of a unit network cause no inputs */
  readonly knowledge?: Knowledge | undefined;
  /**
   * where the search begins: `'least-squares'` lines, or the network's `'current'` state. Default: the lines for a network
   * that was never fitted, its current state otherwise
   */
  readonly start?: 'least-squares' | 'current' | undefined;
  /** of the split, the starting weights and the order of batches; default 0 */
  readonly seed?: Seed | undefined;
  /** what runs the plan, such as `createWasmExecutor`; default the network's own kind */
  readonly executor?: TrainingExecutorFactory | undefined;
}

/** The same units in two worlds. */
export interface PairedRows {
  readonly before: Columns;
  /** what was done to them: values by name, one for all or one per row */
  readonly do: Readonly<Record<string, number | ArrayLike<number>>>;
  /** as many rows as `before`, in the same order */
  readonly after: Columns;
}

/** What one fit takes. */
export interface FitOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /**
   * held-out rows to choose and stop by: a share of the table (default 0.2), or a table of their own. 0 holds nothing out,
   * which is the default for a stream, whose held-out rows have to be a table
   */
  readonly validation?: number | Table | undefined;
  /** passes over the table in minibatches, default 200; with L-BFGS, evaluations per stage, default 80 */
  readonly epochs?: number | undefined;
  /** rows per step in minibatches; default 128 */
  readonly batchSize?: number | undefined;
  /** epochs without improvement of the held-out loss before it stops; default 20 */
  readonly patience?: number | undefined;
  /** units that were seen in two worlds, for the counterfactual loss */
  readonly pairs?: PairedRows | undefined;
  /** where training in minibatches saves itself, and whether it goes on from there */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** what is written of every epoch; `jsonLog` of `@cfe/trainer/node` keeps it in a file */
  readonly log?: ((point: HistoryPoint) => unknown) | undefined;
  /** called after every epoch in minibatches; `'stop'` ends the fit, and the best so far is taken */
  readonly onEpoch?: ((point: HistoryPoint) => unknown) | undefined;
}
