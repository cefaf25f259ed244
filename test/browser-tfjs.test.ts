import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { bundlePage, findChromium, runPage } from './support/chromium-page.ts';
import { root } from './support/workspace.ts';

const chromium = findChromium();

test("TensorFlow.js's WASM backend passes the conformance suite, its binaries served by the page", async (context) => {
  if (chromium === undefined)
    return context.skip('no Chromium here: install one, or name it in CFE_CHROMIUM');
  const script = await bundlePage('test/pages/tfjs-wasm.ts', { minify: true });
  const backend = createRequire(join(root, 'packages/backend-wasm/package.json'));
  const folder = dirname(backend.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const asked: string[] = [];
  const files = (url: string): Uint8Array | undefined => {
    if (!url.startsWith('/wasm/')) return undefined;
    asked.push(url);
    return readFileSync(join(folder, 'dist', basename(url)));
  };
  expect(await runPage(chromium, script, { files })).toEqual({ backend: 'wasm', failures: [] });
  expect(asked).toHaveLength(1); // one of the three binaries, from where the user said
}, 240_000);
