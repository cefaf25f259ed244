import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { build, defaultClientConditions, type UserConfig } from 'vite';
import { endBrowser } from './end-browser.ts';
import { root } from './workspace.ts';

/** A Chromium to run pages in: `CFE_CHROMIUM`, or the usual places. */
export function findChromium(): string | undefined {
  const places = [
    process.env.CFE_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium-browser',
  ];
  return places.find((place) => place !== undefined && existsSync(place));
}

/** One script for a page, from the sources, as a bundler makes it. */
export function bundlePage(
  entry: string,
  {
    minify = false,
    external = [],
  }: { readonly minify?: boolean; readonly external?: readonly RegExp[] } = {},
): Promise<string> {
  const resolve = {
    conditions: ['@cfe/source', ...defaultClientConditions],
    dedupe: ['@tensorflow/tfjs-core'],
  };
  return bundleScript(resolvePath(root, entry), { root, resolve, minify, external });
}

/** One script for a page, as Vite makes it by its own defaults from what is installed beside it. */
export async function bundleScript(
  entry: string,
  options: {
    readonly root: string;
    readonly resolve?: UserConfig['resolve'];
    readonly minify?: boolean;
    readonly external?: readonly RegExp[];
    /** whether what the entry exports is to be there still, as in a library */
    readonly exports?: 'dropped' | 'kept';
  },
): Promise<string> {
  const { root: folder, resolve = {}, minify = true, external = [], exports = 'dropped' } = options;
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    resolve,
    build: {
      write: false,
      minify,
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        external: [...external],
        ...(exports === 'kept' && { preserveEntrySignatures: 'strict' as const }),
        output: { format: 'es', codeSplitting: false },
      },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !('output' in output)) throw new Error(`${entry} did not build`);
  return output.output[0].code;
}

/** Runs a script in a headless Chromium; resolves with what the page posted to `/result`. */
export async function runPage(
  chromium: string,
  script: string,
  {
    policy,
    flags = [],
    files = () => undefined,
    head = '',
  }: {
    readonly policy?: string;
    readonly flags?: readonly string[];
    /** what stands before the script, such as an import map */
    readonly head?: string;
    /** what else the page may ask for, by address */
    readonly files?: (url: string) => Uint8Array | undefined;
  } = {},
): Promise<unknown> {
  let arrived: (value: unknown) => void = () => {};
  const answer = new Promise<unknown>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((request, response) => {
    const file = files(request.url ?? '/');
    if (file !== undefined) {
      response.setHeader('content-type', mediaType(request.url ?? ''));
      response.end(file);
    } else if (request.url === '/result') {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.end();
        arrived(JSON.parse(Buffer.concat(parts).toString()));
      });
    } else if (request.url === '/page.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    } else {
      response.setHeader('content-type', 'text/html');
      if (policy !== undefined) response.setHeader('content-security-policy', policy);
      response.end(`<!doctype html>${head}<script type="module" src="/page.js"></script>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'cfe-chromium-'));
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    chromium,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu-sandbox',
      `--user-data-dir=${profile}`,
      ...flags,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: 'ignore', detached: process.platform !== 'win32' },
  );
  const ended = new Promise<never>((_, reject) => {
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code} before the page answered`)));
  });
  try {
    return await Promise.race([answer, ended]);
  } finally {
    child.removeAllListeners('exit');
    await endBrowser(child);
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

function mediaType(url: string): string {
  if (url.endsWith('.js')) return 'text/javascript';
  return url.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
}
