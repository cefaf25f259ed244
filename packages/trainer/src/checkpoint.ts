/** Where checkpoints are kept: one, the latest. `fileCheckpoints` of `@cfe/trainer/node` is one on disk. */
export interface CheckpointStore {
  /** The last bytes written, or `undefined` if there are none. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces them, whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

/** How a fit saves itself. */
export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** seconds between checkpoints; default 30. One is also written when the fit ends, is stopped or aborted */
  readonly everySeconds?: number | undefined;
  /** steps between checkpoints, instead of seconds */
  readonly everySteps?: number | undefined;
  /**
   * `'if-present'`: go on from what the store holds, to the same bits as an uninterrupted run; `'never'` (default): begin anew
   */
  readonly resume?: 'if-present' | 'never' | undefined;
}

/**
 * A store in memory, to hand to another fit or to tests.
 *
 * @example
 * import { memoryCheckpoints } from '@cfe/trainer';
 * const store = memoryCheckpoints();
 * await store.write(Uint8Array.of(1, 2));
 * (await store.read())?.length; // → 2
 */
export function memoryCheckpoints(): CheckpointStore {
  let held: Uint8Array | undefined;
  return {
    read: async () => held?.slice(),
    async write(bytes) {
      held = bytes.slice();
    },
  };
}
