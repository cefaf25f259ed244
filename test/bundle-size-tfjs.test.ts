import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundlePage } from './support/chromium-page.ts';

test('networks, the WASM executor, TensorFlow.js, its WASM backend and our operations take at most 350 kB gzip', async () => {
  const script = await bundlePage('test/pages/size-tfjs.ts', { minify: true });
  const kilobytes = gzipSync(script).length / 1000;
  expect(script).toContain('tfjs-backend-wasm'); // all of it is in the one script
  expect(kilobytes).toBeGreaterThan(60);
  expect(kilobytes).toBeLessThan(350);
}, 240_000);
