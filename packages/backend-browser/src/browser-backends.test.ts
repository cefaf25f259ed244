import { type Backend, createCpuExecutor, createPlan, selectBackend } from '@cfe/autograd';
import { describe, expect, test, vi } from 'vitest';
import { webglBackend, webgpuBackend } from './browser-backends.ts';
import type { BrowserHost } from './internal/browser-host.ts';

const core = { setBackend: async () => true, ready: async () => {} };

/** A page where all is well, but for this. */
function page(overrides: Partial<BrowserHost> = {}): BrowserHost {
  return {
    secure: true,
    gpu: { requestAdapter: async () => ({ info: { vendor: 'acme', architecture: 'one' } }) },
    webgl: () => ({ floats: true, renderer: 'Acme One' }),
    load: vi.fn(async () => core),
    loadExecutor: async () => ({
      createTfjsExecutor: createCpuExecutor,
      chooseLayer: async () => ({ layer: 'programs', reason: 'three times faster' }),
      registerLayerPrograms: () => () => {},
    }),
    ...overrides,
  };
}

const plan = createPlan({
  graph: { nodes: ['x'], parents: { offsets: Int32Array.of(0, 0), items: new Int32Array(0) } },
});

async function answer(backend: Backend): Promise<string | undefined> {
  const probe = await backend.probe();
  return probe.available ? probe.detail : `not: ${probe.reason}`;
}

test('a page with both says on which device, and probing loads nothing', async () => {
  const host = page();
  expect(await answer(webgpuBackend({ host }))).toBe('WebGPU on acme one');
  expect(await answer(webglBackend({ host }))).toBe('WebGL 2 on Acme One');
  expect(host.load).not.toHaveBeenCalled();
});

describe('what is missing is named', () => {
  const cases: readonly [what: string, backend: Backend, reason: RegExp][] = [
    ['no WebGPU', webgpuBackend({ host: page({ gpu: undefined }) }), /no WebGPU \(navigator\.gpu/],
    [
      'an insecure page',
      webgpuBackend({ host: page({ gpu: undefined, secure: false }) }),
      /secure page.*https/,
    ],
    [
      'no adapter',
      webgpuBackend({ host: page({ gpu: { requestAdapter: async () => null } }) }),
      /no adapter.*driver/,
    ],
    ['no WebGL', webglBackend({ host: page({ webgl: () => undefined }) }), /no WebGL 2/],
    [
      'no float textures',
      webglBackend({ host: page({ webgl: () => ({ floats: false, renderer: '' }) }) }),
      /EXT_color_buffer_float/,
    ],
  ];
  test.each(cases)('%s', async (_what, backend, reason) => {
    expect(await answer(backend)).toMatch(/^not: /);
    expect(await answer(backend)).toMatch(reason);
  });
});

describe('one that fails to start is passed over, and says what to do', () => {
  const cases: readonly [what: string, host: BrowserHost, reason: RegExp][] = [
    [
      'the peer is not installed',
      page({
        load: async () => {
          throw new Error("Cannot find package '@tensorflow/tfjs-backend-webgpu'");
        },
      }),
      /npm install @tensorflow\/tfjs-core@4\.22\.0 @tensorflow\/tfjs-backend-webgpu@4\.22\.0/,
    ],
    [
      'two copies of tfjs-core',
      page({ load: async () => ({ ...core, setBackend: async () => false }) }),
      /two copies of @tensorflow\/tfjs-core.*resolve\.dedupe/,
    ],
    [
      'the device is lost at the start',
      page({
        load: async () => ({
          ...core,
          setBackend: async () => {
            throw new Error('device lost');
          },
        }),
      }),
      /could not start 'webgpu' \(device lost\)/,
    ],
    [
      'the adapter request fails',
      page({
        gpu: {
          requestAdapter: async () => {
            throw new Error('gpu process crashed');
          },
        },
      }),
      /gpu process crashed/,
    ],
  ];
  test.each(cases)('%s', async (_what, host, reason) => {
    const { backend, rejected } = await selectBackend([webgpuBackend({ host }), 'cpu'], { environment: {} });
    expect(backend.name).toBe('cpu');
    expect(rejected[0]?.reason).toMatch(reason);
  });
});

describe('WebGPU', () => {
  test('says how layers are computed, and brings no synchronous executor', async () => {
    const webgpu = webgpuBackend({ host: page() });
    expect(await webgpu.report?.()).toEqual({ facts: {}, advice: [] });
    await webgpu.activate();
    expect((await webgpu.report?.())?.facts).toEqual({ layers: 'programs', why: 'three times faster' });
    expect(webgpu.executor?.(plan)).toBeUndefined();
  });

  test('the option decides without a trial', async () => {
    const chooseLayer = vi.fn();
    const registerLayerPrograms = vi.fn();
    const loadExecutor = async () => ({
      createTfjsExecutor: createCpuExecutor,
      chooseLayer,
      registerLayerPrograms,
    });
    await webgpuBackend({ layer: 'composed', host: page({ loadExecutor }) }).activate();
    expect(registerLayerPrograms).not.toHaveBeenCalled();
    await webgpuBackend({ layer: 'programs', host: page({ loadExecutor }) }).activate();
    expect(registerLayerPrograms).toHaveBeenCalledOnce();
    expect(chooseLayer).not.toHaveBeenCalled();
  });

  test('after its device was lost it is not available, and says what to do', async () => {
    let lose: (info: { message: string }) => void = () => {};
    const lost = new Promise<{ message: string }>((resolve) => {
      lose = resolve;
    });
    const webgpu = webgpuBackend({
      host: page({ load: async () => ({ ...core, backend: () => ({ device: { lost } }) }) }),
    });
    await webgpu.activate();
    lose({ message: 'driver restarted' });
    await lost;
    expect(await answer(webgpu)).toMatch(/^not: .*lost \(driver restarted\): load the page again/);
  });
});

test('after activation WebGL brings an executor, before it none', async () => {
  const webgl = webglBackend({ host: page() });
  expect(webgl.executor?.(plan)).toBeUndefined();
  await webgl.activate();
  expect(webgl.executor?.(plan)?.plan).toBe(plan);
  await webgl.dispose();
  expect(webgl.executor?.(plan)).toBeUndefined();
});

test('in Node both are absent and say so', async () => {
  expect(await answer(webgpuBackend())).toMatch(/^not: /);
  expect(await answer(webglBackend())).toMatch(/^not: this engine has no WebGL 2/);
});
