import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundlePage } from './support/chromium-page.ts';

test('networks and the WASM executor, without TensorFlow.js, take at most 120 kB gzip in a page', async () => {
  const script = await bundlePage('test/pages/size.ts', { minify: true, external: [/^@tensorflow\//] });
  const kilobytes = gzipSync(script).length / 1000;
  expect(kilobytes).toBeGreaterThan(10); // so that an empty bundle does not pass
  expect(kilobytes).toBeLessThan(120);
}, 60_000);
