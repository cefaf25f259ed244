import { InputError, inProcessRunner, type Job, type RunOptions } from '@cfe/base';

/** What a sweep's job gets: a configuration, and the seed of this run. */
export interface SweepInput<Configuration> {
  readonly configuration: Configuration;
  readonly seed: number;
}

/** One finished run. */
export interface SweepOutcome<Configuration, Output> extends SweepInput<Configuration> {
  readonly output: Output;
}

/** Where a sweep keeps what is done. `fileResults` of `@cfe/trainer/node` is one on disk. */
export interface ResultStore {
  /** All results so far, by key. */
  read(): Promise<ReadonlyMap<string, unknown>>;
  /** Adds one. It must be there for `read` once the promise is kept. */
  add(key: string, output: unknown): Promise<void>;
}

/** What a sweep takes. */
export interface SweepOptions<Configuration> extends Pick<RunOptions, 'signal' | 'onProgress' | 'runner'> {
  /** plain data; default one, `{}` */
  readonly configurations: readonly Configuration[];
  /** runs per configuration; default `[0]` */
  readonly seeds?: readonly number[] | undefined;
  /** finished runs are kept here, and what is here already is not run again */
  readonly results?: ResultStore | undefined;
}

/**
 * Runs a job for every configuration and seed, on as many workers as the runner has.
 *
 * Outcomes come in the order of configurations, then seeds, and are the same for any number of workers. With a store a sweep
 * that was cut goes on where it was: what is stored is not run again. Results are kept after every round of as many
 * runs as there are workers.
 *
 * @param job - a pure function of configuration and seed, declared with `defineJob`; its output must survive JSON if it is stored in a file
 * @throws {@link InputError} if two runs have the same configuration and seed
 * @throws `signal.reason` on abort; what was finished is in the store
 * @example
 * import { defineJob } from '@cfe/base';
 * import { sweep } from '@cfe/trainer';
 * const job = defineJob(import.meta.url, 'job', ({ configuration, seed }) => configuration.width * 10 + seed);
 * const outcomes = await sweep(job, { configurations: [{ width: 1 }, { width: 2 }], seeds: [3, 4] });
 * outcomes.map(({ output }) => output); // → [13, 14, 23, 24]
 */
export async function sweep<Configuration, Output>(
  job: Job<SweepInput<Configuration>, Output>,
  options: SweepOptions<Configuration>,
): Promise<SweepOutcome<Configuration, Output>[]> {
  const { configurations, seeds = [0], results, signal, onProgress, runner = inProcessRunner() } = options;
  const inputs = configurations.flatMap((configuration) => seeds.map((seed) => ({ configuration, seed })));
  const keys = inputs.map((input) => `${job.name} ${canonical(input)}`);
  const twice = keys.findIndex((key, k) => keys.indexOf(key) !== k);
  if (twice >= 0) {
    throw new InputError('trainer/sweep', `sweep: a run is there twice: ${keys[twice]}. Leave one out.`, {
      key: keys[twice],
    });
  }
  signal?.throwIfAborted();
  const done = new Map<string, Output>();
  if (results !== undefined) {
    const stored = await results.read();
    for (const key of keys) if (stored.has(key)) done.set(key, stored.get(key) as Output);
  }
  const open = [...keys.keys()].filter((k) => !done.has(keys[k] as string));
  const round = Math.max(1, runner.workers);
  for (let from = 0; from < open.length; from += round) {
    const now = open.slice(from, from + round);
    const outputs = await runner.map(
      job,
      now.map((k) => inputs[k] as SweepInput<Configuration>),
      { signal },
    );
    for (const [at, k] of now.entries()) {
      const key = keys[k] as string;
      done.set(key, outputs[at] as Output);
      await results?.add(key, outputs[at]);
    }
    onProgress?.({ phase: 'sweep', done: done.size, total: inputs.length });
  }
  return inputs.map((input, k) => ({ ...input, output: done.get(keys[k] as string) as Output }));
}

/** JSON with sorted keys, so that the order in which a configuration was written says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
