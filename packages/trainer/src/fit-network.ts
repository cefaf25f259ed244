import { InputError, quoteName } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { CausalNetwork } from '@cfe/network';
import type { FitOptions, TrainerOptions } from './fit-options.ts';
import type { FitResult } from './fit-result.ts';
import { fitSession } from './internal/fit-session.ts';
import { fullBatch } from './internal/full-batch.ts';

/** Spreads of the weights' prior to choose among, on the standardised scale. */
const spreads: readonly number[] = [0.5, 1.5];

/**
 * Fits a network to a table by full-batch L-BFGS and gives it the new state: the short way of
 * `createTrainer(network).fit(table)`.
 *
 * Linear additive mechanisms are fitted exactly, by least squares. Others start there; what bends them is kept if it
 * foretells held-out rows better than the line by more than a standard error.
 *
 * A row whose regime targets a variable leaves that variable's own term out of the likelihood, and so does a row in which
 * the variable or one of its parents is missing.
 *
 * @param options.epochs - evaluations per stage, default 80
 * @throws {@link UnknownNameError} if the table lacks a variable
 * @throws {@link InputError} if a variable is of another kind in the table, or hardly observed, or the executor is a device
 * @throws `signal.reason` on abort; the network is then as it was
 * @example
 * import { createTable } from '@cfe/data';
 * import { createDag } from '@cfe/graph';
 * import { createNetwork } from '@cfe/network';
 * import { fitNetwork } from '@cfe/trainer';
 * const continuous = (name: string, values: number[]) =>
 *   ({ variable: { name, kind: 'continuous' }, values: Float64Array.from(values) }) as const;
 * const table = createTable([continuous('x', [0, 1, 2, 3]), continuous('y', [1, 3.1, 4.9, 7])]);
 * const network = createNetwork({ graph: createDag(['x', 'y'], [['x', 'y']]), mechanisms: 'linear', noise: 'normal' });
 * (await fitNetwork(network, table)).status; // → converged
 * const [one, two] = [1, 2].map((x) => network.sample(1, { do: { x }, seed: 1 }).column('y')[0]);
 * two - one; // → 1.980
 */
export async function fitNetwork(
  network: CausalNetwork,
  table: Table,
  options: Pick<TrainerOptions, 'seed' | 'executor'> & FitOptions = {},
): Promise<FitResult> {
  const { epochs = 80 } = options;
  return fitSession(network, table, options, 'fresh', undefined, async (session) => {
    const { plan, data, executor, rng, heldOut } = session;
    if (session.device !== undefined) {
      throw new InputError(
        'trainer/device',
        `fit: the device ${quoteName(session.device.backend)} runs steps in minibatches. Give 'optimizer', such as { kind: 'adam', learningRate: 5e-3 }, or leave out 'executor'.`,
      );
    }
    const result = await fullBatch(plan, data, {
      executor,
      rng,
      heldOut,
      maxSteps: epochs,
      spreads,
      tick(phase, step, loss) {
        session.record({ phase, step, loss });
        return session.tick(phase, step, epochs, loss);
      },
    });
    const bad = result.stuck[0] ?? (result.parameters.every(Number.isFinite) ? undefined : 0);
    if (bad !== undefined) return session.diverge(bad, 'at the start of the search', result.evaluations);
    const count = (shape: string): number => result.shapes.filter((one) => one === shape).length;
    const message = `Fitted ${plan.variables} mechanisms to ${data.rows} rows: ${count('line')} straight, ${count('curve')} that bend, ${count('searched')} found by search.`;
    return session.succeed({
      parameters: result.parameters,
      heldOut: result.heldOut,
      steps: result.evaluations,
      status: result.finished,
      message:
        result.finished === 'converged'
          ? message
          : `${message} The steps ran out before all converged: raise 'epochs'.`,
    });
  });
}
