import { CfeError, type ErrorDetails } from './errors.ts';
import type { Job } from './runner.ts';

interface Message {
  readonly module: string;
  readonly name: string;
  readonly input: unknown;
}

const loaded = new Map<string, Record<string, unknown>>();

/** What comes back: an error crosses threads as data, since a structured clone drops its code and details. */
export type Reply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: unknown; readonly code?: string; readonly details?: ErrorDetails };

/** The entry of a worker thread: loads the job's module once and runs the input. */
export default async function runJob({ module, name, input }: Message): Promise<Reply> {
  try {
    let exports = loaded.get(module);
    if (exports === undefined) {
      exports = (await import(module)) as Record<string, unknown>;
      loaded.set(module, exports);
    }
    const job = exports[name] as Job<unknown, unknown> | undefined;
    if (typeof job?.run !== 'function') throw new Error(`${module} exports no job ${name}`);
    return { ok: true, output: await job.run(input, {}) };
  } catch (error) {
    return error instanceof CfeError
      ? { ok: false, error, code: error.code, details: error.details }
      : { ok: false, error };
  }
}
