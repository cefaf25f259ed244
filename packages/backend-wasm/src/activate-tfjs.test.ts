import { createRequire } from 'node:module';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { wasmBackend } from './wasm-backend.ts';

afterEach(() => {
  vi.doUnmock('@tensorflow/tfjs-core');
  vi.doUnmock('@tensorflow/tfjs-backend-wasm');
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** A fresh backend whose TensorFlow.js packages are these. */
async function withTfjs(core: () => unknown, wasm: () => unknown): Promise<typeof wasmBackend> {
  vi.resetModules();
  vi.doMock('@tensorflow/tfjs-core', core as () => Promise<object>);
  vi.doMock('@tensorflow/tfjs-backend-wasm', wasm as () => Promise<object>);
  return (await import('./wasm-backend.ts')).wasmBackend;
}

function missing(): never {
  throw Object.assign(new Error("Cannot find package '@tensorflow/tfjs-backend-wasm'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
}

class FakeTensor {
  dispose(): void {}
}
const fakeCore = (setBackend: () => Promise<boolean>, version = '4.22.0') => ({
  version_core: version,
  Tensor: FakeTensor,
  scalar: (): FakeTensor => new FakeTensor(),
  setBackend: vi.fn(setBackend),
  ready: async () => {},
  getBackend: () => '',
  getKernel: () => undefined,
  registerKernel: vi.fn(),
});
const fakeWasm = () => ({ version_wasm: '4.22.0', setWasmPaths: vi.fn() });

test("tfjs's own WASM backend really runs in Node, its binaries found", async () => {
  await wasmBackend({ tfjs: 'required' }).activate();
  const tf = await import('@tensorflow/tfjs-core');
  expect(tf.getBackend()).toBe('wasm');
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
  expect([...(await product.data())]).toEqual([11]);
  product.dispose();
});

describe('what can go wrong says what to do', () => {
  test('not installed: left alone, or explained where it is required', async () => {
    const create = await withTfjs(missing, missing);
    await expect(create().activate()).resolves.toBeUndefined();
    await expect(create({ tfjs: 'required' }).activate()).rejects.toThrow(
      /npm install @tensorflow\/tfjs-core@4\.22\.0 @tensorflow\/tfjs-backend-wasm@4\.22\.0/,
    );
  });

  test('left out of a bundle, as Vite does with an optional peer that is not installed', async () => {
    const leftOut = (): never => {
      throw new Error(
        'Could not resolve "@tensorflow/tfjs-core" imported by "@cfe/backend-wasm". Is it installed?',
      );
    };
    const create = await withTfjs(leftOut, leftOut);
    await expect(create().activate()).resolves.toBeUndefined();
  });

  test('two versions', async () => {
    const create = await withTfjs(() => fakeCore(async () => true, '4.20.0'), fakeWasm);
    await expect(create().activate()).rejects.toMatchObject({
      code: 'backend-wasm/tfjs-versions',
      details: { core: '4.20.0', wasm: '4.22.0' },
    });
  });

  test('two copies of tfjs-core: found out and explained, and the next backend is taken', async () => {
    class Foreign {
      dispose(): void {}
    }
    const create = await withTfjs(
      () => ({ ...fakeCore(async () => true), scalar: () => new Foreign() }),
      fakeWasm,
    );
    await expect(create().activate()).rejects.toMatchObject({
      code: 'backend-wasm/two-tfjs-cores',
      message: expect.stringMatching(/two copies.*npm ls @tensorflow\/tfjs-core.*resolve\.dedupe/),
    });
    const { selectBackend } = await import('@cfe/autograd');
    const { backend, rejected } = await selectBackend([create(), 'cpu'], { environment: {} });
    expect(backend.name).toBe('cpu');
    expect(rejected[0]?.reason).toMatch(/two copies of @tensorflow\/tfjs-core are loaded/);
  });

  test('two real copies of tfjs-core: one engine, whose tensors show whose it is', () => {
    const require = createRequire(import.meta.url);
    const path = require.resolve('@tensorflow/tfjs-core');
    const copy = (): typeof import('@tensorflow/tfjs-core') => {
      delete require.cache[path];
      return require(path) as typeof import('@tensorflow/tfjs-core');
    };
    const [one, two] = [copy(), copy()];
    expect(one.engine()).toBe(two.engine());
    const own = [one, two].map(({ Tensor, scalar }) => {
      const tensor = scalar(0);
      tensor.dispose();
      return tensor.constructor === Tensor;
    });
    expect(own.filter(Boolean).length).toBeLessThan(2);
  });

  test('binaries not found', async () => {
    const core = fakeCore(async () => {
      throw new Error('both async and sync fetching of the wasm failed');
    });
    const create = await withTfjs(() => core, fakeWasm);
    await expect(create().activate()).rejects.toThrow(
      /both async and sync.*serve the three.*assets: '\/wasm\/'/,
    );
  });
});

describe('where the binaries are looked for', () => {
  test('in Node, beside the package: nothing is set', async () => {
    const wasm = fakeWasm();
    const create = await withTfjs(
      () => fakeCore(async () => true),
      () => wasm,
    );
    await create().activate();
    expect(wasm.setWasmPaths).not.toHaveBeenCalled();
  });

  test('where the user says', async () => {
    const wasm = fakeWasm();
    const create = await withTfjs(
      () => fakeCore(async () => true),
      () => wasm,
    );
    await create({ assets: '/wasm/' }).activate();
    expect(wasm.setWasmPaths).toHaveBeenCalledWith('/wasm/');
  });

  test('in a page, the same version on a CDN', async () => {
    const wasm = fakeWasm();
    const create = await withTfjs(
      () => fakeCore(async () => true),
      () => wasm,
    );
    vi.stubGlobal('process', undefined);
    await create().activate();
    expect(wasm.setWasmPaths).toHaveBeenCalledWith(
      'https://cdn.jsdelivr.net/npm/@tensorflow/tfjs-backend-wasm@4.22.0/dist/',
    );
  });
});
