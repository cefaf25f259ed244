import type { Progress } from '@cfe/base';
import type { Call, Calls, FromWorker, ToWorker } from './protocol.ts';

/** Thrown by a call that was cancelled. */
export class Cancelled extends Error {}

/** The engine in a thread of its own: the page stays smooth whatever it computes. */
export interface Client {
  call<Name extends Call>(
    name: Name,
    args: Parameters<Calls[Name]>,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<ReturnType<Calls[Name]>>;
  dispose(): void;
}

/** @param worker - one that runs `playground-worker.ts` */
export function createClient(worker: Worker): Client {
  const waiting = new Map<
    number,
    {
      resolve(value: unknown): void;
      reject(error: Error): void;
      onProgress: ((progress: Progress) => void) | undefined;
    }
  >();
  let next = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    const call = waiting.get(data.id);
    if (call === undefined) return;
    if ('progress' in data) {
      call.onProgress?.(data.progress);
      return;
    }
    waiting.delete(data.id);
    if ('error' in data) call.reject(data.cancelled ? new Cancelled(data.error) : new Error(data.error));
    else call.resolve(data.value);
  });
  worker.addEventListener('error', (event) => {
    for (const { reject } of waiting.values())
      reject(new Error(event.message || 'The worker did not start.'));
    waiting.clear();
  });
  const send = (message: ToWorker): void => worker.postMessage(message);
  return {
    call(name, args, { signal, onProgress } = {}) {
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
        signal?.addEventListener('abort', () => send({ id, cancel: true }), { once: true });
        send({ id, call: name, args });
      });
    },
    dispose: () => worker.terminate(),
  };
}
