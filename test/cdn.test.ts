// The packages as a CDN serves them: built modules from a plain file server, found by an import map, without a bundler.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleScript, findChromium, runPage } from './support/chromium-page.ts';
import { root } from './support/workspace.ts';

const page = `
import { createPlan } from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { webglBackend, webgpuBackend } from '@cfe/backend-browser';
import { createDag } from '@cfe/graph';
const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }); // y = 2x + 1 + u
const executor = await createDeviceExecutor(plan, {
  backends: [webgpuBackend({ layer: 'programs' }), webglBackend(), 'cpu'],
});
const action = { cut: Uint8Array.of(1, 0), value: Float32Array.of(3, 0) };
const { values } = await executor.forward({
  rows: 1, parameters: Float32Array.of(0, 0, 2, 1, 0), noise: Float32Array.of(9, 0), action,
});
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: executor.backend, lost: executor.lost, values: [...values] }),
});`;

const packages = ['base', 'graph', 'scm', 'autograd', 'backend-browser'];

test('an import map and built files are enough, with TensorFlow.js from elsewhere', async (context) => {
  const chromium = findChromium();
  if (chromium === undefined)
    return context.skip('no Chromium here: install one, or name it in CFE_CHROMIUM');
  const unbuilt = packages.filter((name) => !existsSync(join(root, 'packages', name, 'dist/index.js')));
  if (unbuilt.length > 0) return context.skip(`${unbuilt.join(', ')} not built: npm run build`);

  const inBrowser = join(root, 'packages/backend-browser');
  // One module for each package, as esm.sh and jsDelivr's +esm make them.
  const tensorflow = async (name: string, external: readonly RegExp[]): Promise<Uint8Array> => {
    const entry = join(realpathSync(join(inBrowser, 'node_modules/@tensorflow', name)), 'dist/index.js');
    return Buffer.from(await bundleScript(entry, { root, external, exports: 'kept' }));
  };
  const cdn: Record<string, Uint8Array> = {
    '/cdn/tfjs-core.js': await tensorflow('tfjs-core', []),
    '/cdn/tfjs-backend-webgpu.js': await tensorflow('tfjs-backend-webgpu', [/^@tensorflow\/tfjs-core/]),
  };
  const imports = {
    ...Object.fromEntries(packages.map((name) => [`@cfe/${name}`, `/packages/${name}/dist/index.js`])),
    '@cfe/autograd/tfjs': '/packages/autograd/dist/tfjs/index.js',
    '@noble/hashes/': '/packages/base/node_modules/@noble/hashes/',
    'pure-rand/': '/packages/base/node_modules/pure-rand/lib/esm/',
    'pure-rand/generator/xoroshiro128plus':
      '/packages/base/node_modules/pure-rand/lib/esm/generator/xoroshiro128plus.js',
    '@tensorflow/tfjs-core': '/cdn/tfjs-core.js',
    '@tensorflow/tfjs-backend-webgpu': '/cdn/tfjs-backend-webgpu.js',
  };
  const files = (url: string): Uint8Array | undefined => {
    const own = cdn[url];
    if (own !== undefined || !url.startsWith('/packages/')) return own;
    const path = join(root, url);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  const answer = await runPage(chromium, page, {
    head: `<script type="importmap">${JSON.stringify({ imports })}</script>`,
    files,
    flags: [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      '--enable-unsafe-swiftshader',
    ],
  });
  expect(answer).toMatchObject({ values: [3, 7] });
  const { backend, lost } = answer as { backend: string; lost: { reason: string }[] };
  if (backend !== 'webgpu') context.skip(`it ran on ${backend}: ${lost[0]?.reason}`);
}, 600_000);
