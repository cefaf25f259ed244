import { selectBackend } from '@cfe/autograd';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Host, thisHost } from './internal/host.ts';
import { restoreUtil } from './internal/util-shim.ts';
import { nodeGpuBackend } from './node-gpu-backend.ts';

const gpu = '/app/node_modules/@tensorflow/tfjs-node-gpu';
const cpu = '/app/node_modules/@tensorflow/tfjs-node';
const driver = '/proc/driver/nvidia/version';
const soundGpu = [`${gpu}/lib/napi-v8/tfjs_binding.node`, `${gpu}/deps/lib/libtensorflow.so.2`];
const soundCpu = [`${cpu}/lib/napi-v8/tfjs_binding.node`, `${cpu}/deps/lib/libtensorflow.so.2`];
const cuda = ['/usr/local/cuda-11.8/lib64/libcudart.so.11.0', '/usr/lib/x86_64-linux-gnu/libcudnn.so.8'];

/** A Linux machine with these files, on which loading does this. */
function machine(files: readonly string[], overrides: Partial<Host> = {}): Host {
  return {
    platform: 'linux',
    arch: 'x64',
    node: '20.19.0',
    glibc: '2.36',
    environment: {},
    packageFolder: (name) => {
      const folder = `/app/node_modules/${name}`;
      return files.some((file) => file.startsWith(`${folder}/`)) ? folder : undefined;
    },
    exists: (path) => files.includes(path),
    list: (folder) => [
      ...new Set(
        files
          .filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split('/')[0] as string),
      ),
    ],
    load: async () => {
      throw new Error('not to be loaded');
    },
    util: { isNullOrUndefined: () => false, isArray: Array.isArray },
    ...overrides,
  };
}

async function reasonOn(host: Host): Promise<string> {
  const probe = await nodeGpuBackend({ host, without: 'gpu-only' }).probe();
  return probe.available ? 'available' : probe.reason;
}

test('a sound machine with CUDA is available, and probing loads nothing', async () => {
  const load = vi.fn();
  const host = machine([...soundGpu, ...cuda, driver], { load });
  expect(await nodeGpuBackend({ host }).probe()).toEqual({ available: true, detail: 'TensorFlow with CUDA' });
  expect(load).not.toHaveBeenCalled();
});

describe('every fault is named with its remedy', () => {
  const faults: readonly [what: string, host: Host, reason: RegExp][] = [
    [
      'not installed',
      machine([]),
      /not installed\. Install it: npm install @tensorflow\/tfjs-node-gpu@4\.22\.0/,
    ],
    [
      'the install script did not run',
      machine([`${gpu}/package.json`]),
      /tfjs_binding\.node.*npm rebuild @tensorflow\/tfjs-node-gpu --build-addon-from-source.*onlyBuiltDependencies/,
    ],
    [
      'the download failed half-way',
      machine([soundGpu[0] as string]),
      /libtensorflow\.so\.2.*HTTPS_PROXY.*npm rebuild/,
    ],
    ['no driver', machine([...soundGpu, ...cuda]), /no NVIDIA driver.*nvidia-smi.*--gpus all/],
    [
      'no CUDA',
      machine([...soundGpu, driver]),
      /libcudart\.so\.11\.0 was not found.*CUDA 11\.8.*LD_LIBRARY_PATH/,
    ],
    [
      'CUDA 12',
      machine([...soundGpu, driver, '/usr/local/cuda-12.4/lib64/libcudart.so.12']),
      /installed as libcudart\.so\.12.*CUDA 12 does not serve.*cuda-toolkit-11-8/,
    ],
    [
      'no cuDNN',
      machine([...soundGpu, driver, cuda[0] as string]),
      /libcudnn\.so\.8 was not found\. .*libcudnn8/,
    ],
    [
      'cuDNN 9',
      machine([...soundGpu, driver, cuda[0] as string, '/usr/lib64/libcudnn.so.9']),
      /libcudnn\.so\.9, which does not serve/,
    ],
    [
      'every GPU hidden',
      machine([...soundGpu, ...cuda, driver], { environment: { CUDA_VISIBLE_DEVICES: '-1' } }),
      /CUDA_VISIBLE_DEVICES is '-1', which hides every GPU\. Unset it/,
    ],
    ['musl', machine([...soundGpu, ...cuda, driver], { glibc: undefined }), /musl.*node:20-bookworm-slim/],
    [
      'Apple silicon',
      machine([], { platform: 'darwin', arch: 'arm64' }),
      /no CUDA.*tfjs-node@4\.22\.0.*wasm/,
    ],
    ['ARM', machine(soundGpu, { arch: 'arm64' }), /no TensorFlow binary with CUDA for linux arm64/],
    ['another system', machine(soundGpu, { platform: 'freebsd' }), /no TensorFlow binary for freebsd x64/],
    [
      'Windows, the library in another folder',
      machine([`${gpu}/lib/napi-v8/tfjs_binding.node`, `${gpu}/deps/lib/tensorflow.dll`], {
        platform: 'win32',
      }),
      /copy ".*\\deps\\lib\\tensorflow\.dll" ".*napi-v8"/,
    ],
    [
      'Windows, no library',
      machine([`${gpu}/lib/napi-v8/tfjs_binding.node`], { platform: 'win32' }),
      /tensorflow\.dll.*npm rebuild/,
    ],
  ];
  test.each(faults)('%s', async (_what, host, reason) => {
    expect(await reasonOn(host)).toMatch(reason);
  });
});

test('CUDA in LD_LIBRARY_PATH is found', async () => {
  const files = ['/opt/cuda/lib/libcudart.so.11.0', '/opt/cuda/lib/libcudnn.so.8.6.0'];
  const host = machine([...soundGpu, driver, ...files], {
    environment: { LD_LIBRARY_PATH: '/opt/cuda/lib' },
  });
  expect(await reasonOn(host)).toBe('available');
});

describe('an error from loading is explained', () => {
  const errors: readonly [message: string, explanation: RegExp][] = [
    [
      'libcudart.so.11.0: cannot open shared object file: No such file',
      /libcudart\.so\.11\.0 is missing.*LD_LIBRARY_PATH/,
    ],
    [
      'libtensorflow.so.2: cannot open shared object file',
      /TensorFlow's library is missing. Run: npm rebuild/,
    ],
    ["/lib64/libm.so.6: version `GLIBC_2.29' not found", /older than the binary.*bookworm/],
    ['The specified module could not be found.', /copy it from deps\\lib to lib\\napi-v8/],
    ['util_1.isNullOrUndefined is not a function', /Activate this backend before anything else/],
    [
      'was compiled against a different Node.js version using NODE_MODULE_VERSION 108',
      /built for another Node/,
    ],
    ['invalid ELF header', /installed on another system/],
    ['something new', /--build-addon-from-source, or use the wasm backend/],
  ];
  test.each(errors)('%s', async (message, explanation) => {
    const host = machine([...soundGpu, ...cuda, driver], {
      load: async () => {
        throw new Error(message);
      },
    });
    const { backend, rejected } = await selectBackend(
      [nodeGpuBackend({ host, without: 'gpu-only' }), 'cpu'],
      {
        environment: {},
      },
    );
    expect(backend.name).toBe('cpu');
    expect(rejected[0]?.reason).toMatch(explanation);
  });
});

test('without CUDA the CPU build of TensorFlow serves, and says why', async () => {
  const probe = await nodeGpuBackend({ host: machine([...soundGpu, ...soundCpu]) }).probe();
  expect(probe).toMatchObject({
    available: true,
    detail: expect.stringMatching(/on the CPU\. Not CUDA: no NVIDIA driver/),
  });
});

test('neither: both reasons', async () => {
  const probe = await nodeGpuBackend({ host: machine([]) }).probe();
  expect(probe.available ? '' : probe.reason).toMatch(
    /tfjs-node-gpu is not installed.*Nor its CPU build: @tensorflow\/tfjs-node is not/,
  );
});

describe('TensorFlow with CUDA that loads, and finds no GPU it can use', () => {
  /** As the package does when it is loaded: registers a backend, which knows whether there is a GPU. */
  const loading = (isUsingGpuDevice: boolean): Partial<Host> => ({
    load: async () => {
      if (tf.findBackend('tensorflow') !== null) tf.removeBackend('tensorflow');
      const backend = Object.assign(new tf.KernelBackend(), { isUsingGpuDevice, dispose: () => {} });
      tf.registerBackend('tensorflow', () => backend);
    },
  });
  afterEach(() => tf.removeBackend('tensorflow'));
  const hostWith = (gpuSeen: boolean): Host => machine([...soundGpu, ...cuda, driver], loading(gpuSeen));

  test('a GPU: nothing to say', async () => {
    const backend = nodeGpuBackend({ host: hostWith(true) });
    await backend.activate();
    expect(await backend.probe()).toEqual({ available: true, detail: 'TensorFlow with CUDA' });
    expect((await backend.report?.())?.advice).toEqual([]);
  });

  test('no GPU: it computes on the CPU, and says so with the remedy', async () => {
    const backend = nodeGpuBackend({ host: hostWith(false) });
    await backend.activate();
    expect(await backend.probe()).toEqual({
      available: true,
      detail: expect.stringMatching(
        /^TensorFlow on the CPU\. Not CUDA: .*no GPU that it can use.*nvidia-smi/,
      ),
    });
    expect((await backend.report?.())?.advice).toEqual([
      expect.stringMatching(/driver 450\.80\.02 or later/),
    ]);
  });

  test('no GPU, and nothing but a GPU will do: it is passed over', async () => {
    const gpuOnly = nodeGpuBackend({ host: hostWith(false), without: 'gpu-only' });
    const { backend, rejected } = await selectBackend([gpuOnly, 'cpu'], { environment: {} });
    expect(backend.name).toBe('cpu');
    expect(rejected[0]?.reason).toMatch(/no GPU that it can use.*nvidia-smi/);
    expect(await gpuOnly.probe()).toMatchObject({ available: false });
  });
});

describe('Node 23 and later', () => {
  test('what is gone from util is put back, and answers rightly; nothing else is touched', () => {
    const util: Record<string, unknown> = { isArray: Array.isArray };
    expect(restoreUtil(machine([], { util }))).toEqual(['isNullOrUndefined']);
    const is = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([null, undefined, 0, '', false].map(is)).toEqual([true, true, false, false, false]);
    expect(restoreUtil(machine([], { util }))).toEqual([]);
    expect(util.isArray).toBe(Array.isArray);
  });

  test('it happens before the package is loaded', async () => {
    const util: Record<string, unknown> = {};
    const seen: unknown[] = [];
    const host = machine([...soundGpu, ...cuda, driver], {
      util,
      node: '24.1.0',
      load: async () => {
        seen.push(typeof util.isNullOrUndefined);
      },
    });
    // The package registers nothing here, as with two copies of tfjs-core.
    await expect(nodeGpuBackend({ host }).activate()).rejects.toMatchObject({
      code: 'backend-node-gpu/two-copies',
    });
    expect(seen).toEqual(['function']);
  });
});

test('on this machine it answers, whatever the answer', async () => {
  const probe = await nodeGpuBackend({ host: thisHost() }).probe();
  expect(probe.available ? probe.detail : probe.reason).toMatch(/\w/);
});
