import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { CfeError, InputError, messageOf } from './errors.ts';
import type { Runner } from './runner.ts';
import type { Reply } from './thread-worker.ts';

/**
 * A runner over worker threads of Node. Results equal {@link inProcessRunner}'s for any number of workers.
 *
 * Threads start on the first `map` and stay until `dispose()`.
 *
 * @param options.workers - number of threads; default as many as the machine has cores
 * @throws {@link InputError} if `workers` is not a positive whole number
 */
export function threadRunner({
  workers = availableParallelism(),
}: {
  readonly workers?: number;
} = {}): Runner {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new InputError(
      'base/workers',
      `threadRunner: 'workers' must be a positive whole number, got ${workers}.`,
      {
        workers,
      },
    );
  }
  let pool: Tinypool | undefined;
  return {
    workers,
    async map(job, inputs, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      pool ??= new Tinypool({
        filename: new URL('./thread-worker.js', import.meta.url).href,
        runtime: 'worker_threads',
        minThreads: workers,
        maxThreads: workers,
      });
      const running = pool;
      const stop = new AbortController();
      const cancelled = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      setMaxListeners(0, cancelled); // every task listens; that is no leak
      let done = 0;
      try {
        return await Promise.all(
          inputs.map(async (input) => {
            const reply: Reply = await running.run(
              { module: job.module, name: job.name, input },
              { signal: cancelled },
            );
            const output = outputOf(reply);
            onProgress?.({ phase: job.name, done: ++done, total: inputs.length });
            return output as Awaited<ReturnType<typeof job.run>>;
          }),
        );
      } catch (error) {
        stop.abort();
        throw signal?.aborted === true ? signal.reason : error;
      }
    },
    async dispose() {
      const ending = pool;
      pool = undefined;
      await ending?.destroy();
    },
  };
}

function outputOf(reply: Reply): unknown {
  if (reply.ok) return reply.output;
  if (reply.code === undefined) throw reply.error;
  throw new CfeError(reply.code, messageOf(reply.error), reply.details, { cause: reply.error });
}
