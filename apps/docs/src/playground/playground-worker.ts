import { messageOf } from '@cfe/base';
import { createEngine } from './engine.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

const engine = createEngine();
const running = new Map<number, AbortController>();
const send = (message: FromWorker): void => self.postMessage(message);

self.addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if ('cancel' in data) {
    running.get(id)?.abort();
    return;
  }
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const call = engine[data.call] as (...args: readonly unknown[]) => unknown;
    const run = {
      signal: stop.signal,
      onProgress: (progress: object) => send({ id, progress } as FromWorker),
    };
    send({ id, value: await call(run, ...data.args) });
  } catch (error) {
    send({ id, error: messageOf(error), cancelled: stop.signal.aborted });
  } finally {
    running.delete(id);
  }
});
