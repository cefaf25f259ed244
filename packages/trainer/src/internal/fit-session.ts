import { type Executor, type Plan, planLayout } from '@cfe/autograd';
import { breather, InputError, quoteName, type Rng, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { CausalNetwork, Scale } from '@cfe/network';
import type { DeviceSteps, FitOptions, TrainerOptions } from '../fit-options.ts';
import type { FitResult, HistoryPoint } from '../fit-result.ts';
import { finish } from './finish.ts';
import type { StreamHead } from './stream-head.ts';
import { scalesOf, type TrainingRows, trainingRows } from './training-rows.ts';

/** What every kind of fit starts with and reports to. */
export interface FitSession {
  readonly plan: Plan;
  readonly rng: Rng;
  readonly scales: readonly Scale[];
  readonly data: TrainingRows;
  readonly heldOut: number | TrainingRows;
  readonly executor: Executor;
  /** runs the steps in its place, if there is one */
  readonly device: DeviceSteps | undefined;
  readonly history: HistoryPoint[];
  /** since the fit began */
  seconds(): number;
  /** Adds a point to the history. */
  record(point: Omit<HistoryPoint, 'seconds'>): HistoryPoint;
  /** Reports progress and lets others have a turn; throws once the fit is aborted. */
  tick(phase: string, done: number, total: number, value: number): Promise<void> | undefined;
  /** Adds a sentence to the result's warnings. */
  warn(sentence: string): void;
  /** Gives the network its new state. */
  succeed(found: {
    readonly parameters: Float64Array;
    readonly heldOut: Float64Array;
    readonly status: FitResult['status'];
    readonly message: string;
    readonly steps: number;
  }): FitResult;
  /** Leaves the network as it was. */
  diverge(variable: number, where: string, steps: number): FitResult;
}

/**
 * Runs a fit on a table with everything that fits share: checked rows, scales, an executor that is disposed of
 * whatever happens, and the network's update at the end.
 *
 * @param scaling - `'fresh'` scales of the table, or those that the network's `'current'` parameters are for
 * @param stream - what is known of all rows, where the table is only the first of them
 */
export async function fitSession(
  network: CausalNetwork,
  table: Table,
  options: TrainerOptions & FitOptions,
  scaling: 'fresh' | 'current',
  stream: StreamHead | undefined,
  fit: (session: FitSession) => Promise<FitResult>,
): Promise<FitResult> {
  const { signal, onProgress, validation = 0.2, seed } = options;
  signal?.throwIfAborted();
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { graph, variables, plan } = network;
  const fresh = stream?.scales ?? scalesOf(variables, table);
  const scales = scaling === 'fresh' ? fresh : network.state.scales;
  const rows = stream?.rows ?? table.rows;
  const data = trainingRows(graph, variables, scales, table);
  const heldOut =
    typeof validation === 'number' ? shareOf(validation) : trainingRows(graph, variables, scales, validation);
  const given = await options.executor?.(plan);
  const device = given === undefined || 'logDensity' in given ? undefined : given;
  const executor = given !== undefined && 'logDensity' in given ? given : network.createExecutor();
  const perNumber = executor.dtype === 'float32' ? 4 : 8;
  const count = planLayout(plan).parameters;
  const memory = {
    parameters: count * (perNumber + 8),
    optimizer: 2 * count * perNumber,
    rows: data.values.byteLength + data.omit.byteLength,
  };
  const breathe = breather(signal);
  const history: HistoryPoint[] = [];
  const warnings = warningsOf(table);

  const session: FitSession = {
    plan,
    rng: rngFrom(seed).fork('fit'),
    scales,
    data,
    heldOut,
    executor,
    device,
    history,
    seconds,
    record(point) {
      const whole = { ...point, seconds: seconds() };
      history.push(whole);
      return whole;
    },
    tick(phase, done, total, value) {
      onProgress?.({ phase, done, total, value });
      return breathe();
    },
    warn: (sentence) => warnings.push(sentence),
    succeed({ parameters, heldOut: tested, status, message, steps }) {
      const searched = seconds();
      const { noise, fit: fits } = finish(variables, plan, executor, parameters, scales, data, {
        noiseChoice: network.noiseChoice,
        heldOut: tested,
      });
      network.update({ graph, parameters, scales, noise, fit: fits, rows });
      return {
        status,
        message,
        history,
        losses: named(fits.map(({ loss }) => loss)),
        heldOut: named(fits.map((one) => one.heldOut)),
        rows,
        steps,
        seconds: seconds(),
        executor: device === undefined ? executor.name : `${device.backend}, ${executor.name}`,
        phases: phases(searched),
        memory,
        warnings,
      };
    },
    diverge(variable, where, steps) {
      const name = variables[variable]?.name ?? '';
      return {
        status: 'diverged',
        message: `The loss of ${quoteName(name)} stopped being finite ${where}, so the network was left as it was. Look for extreme values in it and its parents, or take smaller steps.`,
        history,
        losses: {},
        heldOut: {},
        rows,
        steps,
        seconds: seconds(),
        executor: device === undefined ? executor.name : `${device.backend}, ${executor.name}`,
        phases: phases(seconds()),
        memory,
        warnings,
      };
    },
  };
  const prepared = seconds();

  function phases(searched: number): FitResult['phases'] {
    return { preparing: prepared, searching: searched - prepared, finishing: seconds() - searched };
  }

  function named(values: readonly (number | undefined)[]): Record<string, number> {
    return Object.fromEntries(
      variables.flatMap(({ name }, j): [string, number][] => {
        const value = values[j];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  try {
    return await fit(session);
  } finally {
    executor.dispose();
    device?.dispose();
  }
}

function warningsOf(table: Table): string[] {
  const { regimes } = table;
  if (regimes === undefined) return [];
  const unknown = regimes.list.flatMap(({ name, targets }, index) =>
    targets === 'unknown' ? [{ name, index }] : [],
  );
  return unknown.map(({ name, index }) => {
    const rows = regimes.of.filter((of) => of === index).length;
    return `The ${rows} rows of regime ${quoteName(name)} were left out, since nobody knows what was changed in them.`;
  });
}

function shareOf(share: number): number {
  if (share >= 0 && share < 1) return share;
  throw new InputError(
    'trainer/validation',
    `fit: 'validation' is ${share}; give a share from 0 up to, not including, 1, or a table.`,
    { validation: share },
  );
}
