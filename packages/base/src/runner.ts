import type { Progress } from './run-options.ts';
import { breather } from './run-options.ts';

/** What a job gets beside its input. */
export interface JobContext {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A piece of work that can run here or on another thread: a pure function of plain data.
 *
 * `module` is the URL of the file that exports the job under the name `name`, so that a worker can load it;
 * inputs and outputs must survive a structured clone.
 */
export interface Job<Input, Output> {
  readonly module: string;
  readonly name: string;
  run(input: Input, context: JobContext): Output | Promise<Output>;
}

/**
 * Runs many inputs of one job. Outputs come in the order of the inputs and never depend on the runner
 * or its number of workers; the first failure (in input order of completion) rejects the whole.
 */
export interface Runner {
  readonly workers: number;
  map<Input, Output>(
    job: Job<Input, Output>,
    inputs: readonly Input[],
    options?: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress?: ((p: Progress) => void) | undefined;
    },
  ): Promise<Output[]>;
  /** Ends its workers. A runner that owns none does nothing. */
  dispose(): Promise<void>;
}

/**
 * Declares a job. Write it at the top level of a file, exported under the name given:
 * `export const fitOne = defineJob(import.meta.url, 'fitOne', (input: FitInput) => …)`.
 */
export function defineJob<Input, Output>(
  module: string,
  name: string,
  run: (input: Input, context: JobContext) => Output | Promise<Output>,
): Job<Input, Output> {
  return { module, name, run };
}

/**
 * The runner that works in this thread, one input after the other.
 *
 * @example
 * import { defineJob, inProcessRunner } from '@cfe/base';
 * const square = defineJob(import.meta.url, 'square', (x: number) => x * x);
 * await inProcessRunner().map(square, [1, 2, 3]); // → [1, 4, 9]
 */
export function inProcessRunner(): Runner {
  return {
    workers: 1,
    async map(job, inputs, { signal, onProgress } = {}) {
      const breathe = breather(signal);
      const outputs = [];
      for (const input of inputs) {
        await breathe();
        outputs.push(await job.run(input, { signal }));
        onProgress?.({ phase: job.name, done: outputs.length, total: inputs.length });
      }
      return outputs;
    },
    dispose: async () => {},
  };
}
