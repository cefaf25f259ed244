import { breather, InputError } from '@cfe/base';
import { selectColumns, type Table } from '@cfe/data';
import { type CausalNetwork, rewired } from '@cfe/network';
import { learnStructure, type StructureResult } from '@cfe/structure';
import { fitNetwork } from './fit-network.ts';
import type { FitOptions, TrainerOptions } from './fit-options.ts';
import type { FitResult } from './fit-result.ts';
import { checkOptions } from './internal/check-options.ts';
import { type StreamHead, streamHead } from './internal/stream-head.ts';
import { trainInBatches } from './internal/train-in-batches.ts';
import { isStream, type TableStream, type TrainingData, tableOf } from './training-data.ts';
import { reportOf, type TrainingReport } from './training-report.ts';

/** Fits one network, as often as asked. */
export interface Trainer {
  readonly network: CausalNetwork;
  /**
   * Fits the network to a table, or rows in another form, and gives it the new state, unless the fit diverged.
   *
   * @throws {@link UnknownNameError} if the table lacks a variable
   * @throws {@link InputError} if an option is out of range, a variable is of another kind in the table or hardly observed, or a
   * checkpoint is of another run
   * @throws `signal.reason` on abort; the network is then as it was, and a checkpoint was written if there is a store
   */
  fit(data: TrainingData, options?: FitOptions): Promise<FitResult>;
  /**
   * What ran in the last fit, how long each phase took and how much memory it held.
   *
   * @throws {@link InputError} before the first fit has ended
   */
  report(): TrainingReport;
  /** Ends a fit that is running in minibatches after its present step; the best so far is taken. */
  stop(): void;
}

/** A network, or something with a network in it, such as a causal unit network. */
export type Trainable =
  | CausalNetwork
  | {
      readonly model: CausalNetwork;
      readonly inputs?: readonly string[];
      readonly outputs?: readonly string[];
    };

/**
 * A trainer for a network.
 *
 * By default it fits by full-batch L-BFGS (`fitNetwork`). With an optimiser of `@cfe/autograd`, interventions in training or
 * losses of more than the likelihood, or rows that come in pieces, it trains in minibatches, with early stopping by held-out rows. A network whose
 * structure is to be learned gets its graph first, inputs before outputs.
 *
 * @throws {@link InputError} if an option is out of range
 * @example
 * import { createTable } from '@cfe/data';
 * import { createDag } from '@cfe/graph';
 * import { createNetwork } from '@cfe/network';
 * import { linearGaussian } from '@cfe/scm';
 * import { createTrainer } from '@cfe/trainer';
 * const truth = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const rows = truth.sample(500, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]), seed: 1 });
 * const { status, executor } = await createTrainer(network, { seed: 1 }).fit(table);
 * status; // → converged
 */
export function createTrainer(trainable: Trainable, options: TrainerOptions = {}): Trainer {
  const network = 'model' in trainable ? trainable.model : trainable;
  const settings = { ...options };
  let isStopped = false;
  let last: FitResult | undefined;
  return {
    network,
    stop() {
      isStopped = true;
    },
    async fit(data, fitOptions = {}) {
      isStopped = false;
      const all = { ...settings, ...fitOptions };
      checkOptions(all);
      const stream = isStream(data) ? { data, head: await headOf(network, data, all) } : undefined;
      const table = isStream(data) ? (stream?.head.table as Table) : tableOf(data, network.variables);
      const structure =
        network.structure === 'learn' ? await findStructure(trainable, network, table, all) : undefined;
      const result = await (stream !== undefined || needsBatches(settings)
        ? trainInBatches(network, table, stream, all, () => isStopped)
        : fitNetwork(network, table, all));
      last = structure === undefined ? result : { ...result, structure };
      return last;
    },
    report() {
      if (last !== undefined) return reportOf(last);
      throw new InputError('trainer/no-fit', 'report: nothing was fitted yet. Await fit first.');
    },
  };
}

/** Measures a stream, after refusing what a stream cannot do. */
async function headOf(
  network: CausalNetwork,
  stream: TableStream,
  { optimizer, validation, signal }: TrainerOptions & FitOptions,
): Promise<StreamHead> {
  const refuse = (problem: string): never => {
    throw new InputError('trainer/stream', `fit: a stream of tables ${problem}.`);
  };
  if (optimizer === 'lbfgs') refuse("is trained on in minibatches: leave out optimizer: 'lbfgs'");
  if (typeof validation === 'number' && validation > 0)
    refuse(`has no rows to hold out; give 'validation' as a table, or 0, in place of ${validation}`);
  const breathe = breather(signal);
  return streamHead(network.variables, stream, breathe);
}

function needsBatches(options: TrainerOptions): boolean {
  const {
    optimizer,
    losses = [],
    interventionProbability = 0,
    counterfactualWeight = 0,
    structureWeight = 0,
  } = options;
  if (optimizer !== undefined) return optimizer !== 'lbfgs';
  return (
    losses.length > 0 || interventionProbability !== 0 || counterfactualWeight > 0 || structureWeight > 0
  );
}

/** Learns the graph and gives it to the network, which keeps the weights of edges that stay. */
async function findStructure(
  trainable: Trainable,
  network: CausalNetwork,
  table: Table,
  options: TrainerOptions & FitOptions,
): Promise<StructureResult> {
  const { inputs = [], outputs = [] } = 'model' in trainable ? trainable : {};
  const { seed, signal, onProgress, structureMethod, knowledge = {} } = options;
  // outputs before inputs is ruled out edge by edge, so that tiers of one's own stay possible
  const backwards = outputs.flatMap((from) => inputs.map((to): readonly [string, string] => [from, to]));
  const found = await learnStructure(selectColumns(table, network.graph.nodes), {
    ...(structureMethod === undefined ? {} : { method: structureMethod }),
    knowledge: { ...knowledge, forbidden: [...(knowledge.forbidden ?? []), ...backwards] },
    seed,
    signal,
    onProgress,
  });
  if (found.dag !== undefined) network.update({ ...rewired(network, found.dag, { seed }), rows: 0 });
  return found;
}
