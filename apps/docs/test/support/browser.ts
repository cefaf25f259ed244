import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { endBrowser } from '../../../../test/support/end-browser.ts';

/** A Chromium to run pages in: `CHROMIUM`, `CFE_CHROMIUM`, or the usual places. */
export function findChromium(): string | undefined {
  const { CHROMIUM, CFE_CHROMIUM } = process.env;
  const places = [
    CHROMIUM,
    CFE_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium-browser',
  ];
  return places.find((place) => place !== undefined && existsSync(place));
}

/** One page of a headless Chromium, driven by the DevTools protocol over a pipe. */
export interface Page {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** Runs an expression in the page, promises awaited. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** Waits until an expression is true. */
  until(expression: string, seconds?: number): Promise<void>;
  /** Problems that the page reported: exceptions and errors in its console. */
  readonly problems: readonly string[];
  /** addresses that the page asked for */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function openPage(chromium: string, url: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'cfe-playground-'));
  const flags = ['--headless=new', '--no-sandbox', '--remote-debugging-pipe', `--user-data-dir=${profile}`];
  const child = spawn(chromium, [...flags, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<
    number,
    { resolve(value: Record<string, unknown>): void; reject(error: Error): void }
  >();
  const problems: string[] = [];
  const requests: string[] = [];
  let next = 1;
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (text: string) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop() as string;
    for (const part of parts) take(JSON.parse(part) as Message);
  });
  function take({ id, result, error, method, params }: Message): void {
    if (id !== undefined) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) call?.resolve(result ?? {});
      else call?.reject(new Error(error.message));
    } else if (
      method === 'Runtime.exceptionThrown' ||
      (method === 'Runtime.consoleAPICalled' && params?.type === 'error')
    ) {
      problems.push(JSON.stringify(params));
    } else if (method === 'Network.requestWillBeSent') {
      requests.push((params as { readonly request: { readonly url: string } }).request.url);
    }
  }
  const raw = (method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  const { targetId } = await raw('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await raw('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params: object = {}) => raw(method, params, sessionId as string);
  const evaluate = async <Value>(expression: string): Promise<Value> => {
    const { result, exceptionDetails } = (await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    })) as { result: { value: Value }; exceptionDetails?: object };
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  await send('Runtime.enable');
  await send('Page.enable');
  await send('Network.enable');
  await send('Page.navigate', { url });
  return {
    send,
    evaluate,
    problems,
    requests,
    async until(expression, seconds = 60) {
      const end = Date.now() + seconds * 1000;
      while (!(await evaluate<boolean>(`Boolean(${expression})`))) {
        if (Date.now() > end) {
          const text = await evaluate<string>('document.body.innerText');
          throw new Error(`never became true: ${expression}\n${problems.join('\n')}\n${text}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      await endBrowser(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

interface Message {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: Record<string, unknown>;
}
