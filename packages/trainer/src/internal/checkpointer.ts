import type { Executor, OptimizerSpec, Plan } from '@cfe/autograd';
import type { CheckpointOptions } from '../checkpoint.ts';
import type { HistoryPoint } from '../fit-result.ts';
import { type RunIdentity, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { LoopState } from './training-loop.ts';

/** Saves a run now and then. Without a store it does nothing. */
export interface Checkpointer {
  /** The state to go on from, if there is one and it is wanted. */
  read(): Promise<ReturnType<typeof readCheckpoint> | undefined>;
  due(state: LoopState): boolean;
  write(state: LoopState, history: readonly HistoryPoint[]): Promise<void>;
}

export function checkpointer(
  options: CheckpointOptions | undefined,
  identity: RunIdentity,
  run: {
    readonly plan: Plan;
    readonly executor: Executor;
    readonly optimizer: OptimizerSpec;
    readonly losses: number;
  },
): Checkpointer {
  if (options === undefined) return { read: async () => undefined, due: () => false, write: async () => {} };
  const { store, everySteps, everySeconds = 30, resume = 'never' } = options;
  let last = performance.now();
  return {
    async read() {
      const bytes = resume === 'if-present' ? await store.read() : undefined;
      return bytes && readCheckpoint(bytes, identity, run.plan, run.executor, run.optimizer, run.losses);
    },
    due({ steps }) {
      return everySteps === undefined
        ? performance.now() - last >= 1000 * everySeconds
        : steps % everySteps === 0;
    },
    async write(state, history) {
      await store.write(writeCheckpoint(identity, state, history));
      last = performance.now();
    },
  };
}
