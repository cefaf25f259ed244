import { type Executor, type OptimizerSpec, type Plan, planLayout } from '@cfe/autograd';
import { InputError } from '@cfe/base';
import { readModelFile, writeModelFile } from '@cfe/network';
import type { HistoryPoint } from '../fit-result.ts';
import { freshOptimizer, type LoopState } from './training-loop.ts';

/** What must be the same for a run to be one run: plain data, compared as JSON. */
export type RunIdentity = Readonly<Record<string, unknown>>;

/** A run's whole state as bytes. */
export function writeCheckpoint(
  identity: RunIdentity,
  state: LoopState,
  history: readonly HistoryPoint[],
): Uint8Array {
  const { epoch, batch, steps, total, waited, rate, rollbacks, optimizer } = state;
  const arrays = arraysOf(state);
  return writeModelFile(
    {
      kind: 'cfe-training',
      version: 2,
      identity,
      history,
      counters: { epoch, batch, steps, waited, rollbacks, optimizerSteps: optimizer.steps },
    },
    // numbers that may be NaN or that JSON would round are kept as numbers
    [...arrays, Float64Array.of(total, rate)],
  );
}

/**
 * The state that a checkpoint holds.
 *
 * @throws {@link InputError} if it is damaged, or of a run that differs in something that matters, which is named
 */
export function readCheckpoint(
  bytes: Uint8Array,
  identity: RunIdentity,
  plan: Plan,
  executor: Executor,
  optimizer: OptimizerSpec,
  losses: number,
): { readonly state: LoopState; readonly history: readonly HistoryPoint[] } {
  const size = planLayout(plan).parameters;
  const fresh = freshOptimizer(executor, optimizer, size);
  const state: LoopState = {
    parameters: executor.allocate(size),
    optimizer: fresh,
    best: new Float64Array(size),
    lowest: new Float64Array(plan.variables),
    running: new Float64Array(plan.variables),
    before: new Float64Array(plan.variables),
    lengths: new Float64Array(losses + 1),
    last: new Float64Array(2 * losses),
    epoch: 1,
    batch: 0,
    steps: 0,
    total: 0,
    waited: 0,
    rate: 1,
    rollbacks: 0,
  };
  const arrays = arraysOf(state);
  const { header, numbers } = readModelFile(bytes, (json) => {
    checkIdentity(json, identity);
    return arrays.reduce((sum, array) => sum + array.length, 2);
  });
  let at = 0;
  for (const array of [
    state.parameters,
    fresh.first,
    fresh.second,
    state.best,
    state.lowest,
    state.running,
    state.before,
    state.lengths,
    state.last,
  ]) {
    array.set(numbers.subarray(at, at + array.length));
    at += array.length;
  }
  const { counters, history } = header as {
    readonly counters: Readonly<Record<string, number>>;
    readonly history: readonly HistoryPoint[];
  };
  fresh.steps = counterOf(counters, 'optimizerSteps');
  return {
    history,
    state: {
      ...state,
      epoch: counterOf(counters, 'epoch'),
      batch: counterOf(counters, 'batch'),
      steps: counterOf(counters, 'steps'),
      waited: counterOf(counters, 'waited'),
      rollbacks: counterOf(counters, 'rollbacks'),
      total: numbers[at] as number,
      rate: numbers[at + 1] as number,
    },
  };
}

function arraysOf({ parameters, optimizer, ...state }: LoopState): Float64Array[] {
  const { best, lowest, running, before, lengths, last } = state;
  const { first, second } = optimizer;
  return [parameters, first, second, best, lowest, running, before, lengths, last].map((array) =>
    Float64Array.from(array),
  );
}

function checkIdentity(json: unknown, identity: RunIdentity): void {
  const found = json as {
    readonly kind?: unknown;
    readonly version?: unknown;
    readonly identity?: RunIdentity;
  } | null;
  if (found?.kind !== 'cfe-training' || found.version !== 2 || typeof found.identity !== 'object') {
    throw new InputError(
      'trainer/no-checkpoint',
      "fit: what the store holds is no checkpoint of this version. Give another store, or begin anew with resume: 'never'.",
    );
  }
  const ours = JSON.parse(JSON.stringify(identity)) as RunIdentity;
  const differing = Object.keys({ ...ours, ...found.identity }).filter(
    (key) => JSON.stringify(ours[key]) !== JSON.stringify(found.identity?.[key]),
  );
  if (differing.length === 0) return;
  throw new InputError(
    'trainer/other-run',
    `fit: the checkpoint is of another run; it differs in ${differing.join(', ')}. Use the same network, table and options, or begin anew with resume: 'never'.`,
    { differing },
  );
}

function counterOf(counters: Readonly<Record<string, number>> | undefined, name: string): number {
  const value = counters?.[name];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new InputError('trainer/no-checkpoint', `fit: the checkpoint's ${name} is ${value}.`);
}
