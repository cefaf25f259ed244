import { planLayout } from '@cfe/autograd';
import type { Table } from '@cfe/data';
import type { CausalNetwork } from '@cfe/network';
import { fitNetwork } from './fit-network.ts';
import type { FitOptions, TrainerOptions } from './fit-options.ts';
import type { FitResult } from './fit-result.ts';
import { fitSession } from './internal/fit-session.ts';
import { minibatches } from './internal/minibatches.ts';
import { startFrom } from './internal/start.ts';

/** Fits one network, as often as asked. */
export interface Trainer {
  readonly network: CausalNetwork;
  /**
   * Fits the network to a table and gives it the new state, unless the fit diverged.
   *
   * @throws {@link UnknownNameError} if the table lacks a variable
   * @throws {@link InputError} if a variable is of another kind in the table, or hardly observed
   * @throws `signal.reason` on abort; the network is then as it was
   */
  fit(table: Table, options?: FitOptions): Promise<FitResult>;
  /** Ends a fit that is running in minibatches after its present step; the best so far is taken. */
  stop(): void;
}

/** A network, or something with a network in it, such as a causal unit network. */
export type Trainable = CausalNetwork | { readonly model: CausalNetwork };

/**
 * A trainer for a network.
 *
 * By default it fits by full-batch L-BFGS (`fitNetwork`). With an optimiser of `@cfe/autograd` it trains in minibatches,
 * with early stopping by held-out rows; every variable keeps the parameters of its own best epoch.
 *
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
  return {
    network,
    stop() {
      isStopped = true;
    },
    fit(table, fitOptions = {}) {
      isStopped = false;
      const all = { ...settings, ...fitOptions };
      const { optimizer = 'lbfgs' } = settings;
      if (optimizer === 'lbfgs') return fitNetwork(network, table, all);
      const start = settings.start ?? (network.state.rows === 0 ? 'least-squares' : 'current');
      const { epochs = 200, batchSize = 128, patience = 20 } = fitOptions;
      return fitSession(network, table, all, start === 'current' ? 'current' : 'fresh', async (session) => {
        const { plan, data, executor, rng, heldOut } = session;
        const result = await minibatches(plan, data, {
          executor,
          rng,
          heldOut,
          optimizer,
          epochs,
          batchSize,
          patience,
          isStopped: () => isStopped,
          start(train) {
            if (start === 'current') return network.state.parameters;
            const parameters = new Float64Array(planLayout(plan).parameters);
            startFrom(plan, train, parameters, rng.fork('start'));
            return parameters;
          },
          tick: (step, loss, tested) =>
            session.tick({ phase: 'training', step, loss, heldOut: tested }, epochs),
        });
        const { finished, trouble, steps } = result;
        if (trouble !== undefined) {
          return session.diverge(trouble.variable, `in step ${trouble.step} (epoch ${trouble.epoch})`, steps);
        }
        const reasons = {
          converged: `the held-out loss had not improved for ${patience} epochs`,
          'max-steps': 'the epochs were done',
          stopped: 'it was asked to stop',
          diverged: '',
        };
        const message = `Trained ${plan.variables} mechanisms on ${data.rows} rows for ${result.epochs} epochs, until ${reasons[finished]}.`;
        return session.succeed({ ...result, status: finished, message });
      });
    },
  };
}
