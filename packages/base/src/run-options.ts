import type { Seed } from './rng.ts';
import type { Runner } from './runner.ts';

/** How far a long call has come: plain data, for a bar, a log or a message to another thread. */
export interface Progress {
  /** what is being done now, e.g. `'bootstrap'` */
  readonly phase: string;
  /** units of work done, 0 … `total` */
  readonly done: number;
  /** units of work in all, where known */
  readonly total?: number;
  /** the figure being improved, such as the best score so far */
  readonly value?: number;
}

/** What every long call accepts. */
export interface RunOptions {
  /** default 0: without a seed, a call still gives the same result each time */
  readonly seed?: Seed | undefined;
  /** checked at every step; the call then rejects with `signal.reason` and leaves nothing behind */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** where split work runs; default in this thread. Results never depend on it. */
  readonly runner?: Runner | undefined;
}

/**
 * A function to call in every step of a long loop: throws once `signal` aborts, and now and then
 * gives the event loop a turn, without which an abort could never arrive.
 *
 * It returns a promise only when a turn is due, so `const wait = breathe(); if (wait) await wait;`
 * costs next to nothing in between.
 *
 * @param everyMs - longest time without a turn, in milliseconds
 * @example
 * import { breather } from '@cfe/base';
 * const breathe = breather(AbortSignal.abort('stop'));
 * let reason;
 * try { breathe(); } catch (thrown) { reason = thrown; }
 * reason; // → 'stop'
 */
export function breather(signal?: AbortSignal, everyMs = 25): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    signal?.throwIfAborted();
    const now = performance.now();
    if (now - last < everyMs) return undefined;
    return nextTurn().then(() => {
      last = performance.now();
      signal?.throwIfAborted();
    });
  };
}

/** The next turn of the event loop. A message channel, since timers are clamped to 4 ms in browsers. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
