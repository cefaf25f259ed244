import { selectBackend } from '@cfe/autograd';
import { describe, expect, test, vi } from 'vitest';
import { type Host, thisHost } from './internal/host.ts';
import { nodeWebgpuBackend } from './node-webgpu-backend.ts';

const adapter = { info: { vendor: 'acme', architecture: 'one' } };

/** A machine with both packages, whose Dawn gives this adapter. */
function machine(overrides: Partial<Host> = {}, found: object | null = adapter): Host {
  return {
    ...thisHost(),
    packageFolder: (name) => `/app/node_modules/${name}`,
    load: vi.fn(async () => ({ create: () => ({ requestAdapter: async () => found }), globals: {} })),
    ...overrides,
  };
}

async function answer(host: Host): Promise<string | undefined> {
  const probe = await nodeWebgpuBackend({ host }).probe();
  return probe.available ? probe.detail : `not: ${probe.reason}`;
}

test('where all is well it says on which device', async () => {
  expect(await answer(machine())).toBe('WebGPU by Dawn on acme one');
  expect(await answer(machine({}, {}))).toBe('WebGPU by Dawn');
});

describe('every fault is named with its remedy', () => {
  const without = (...missing: string[]): Host =>
    machine({ packageFolder: (name) => (missing.includes(name) ? undefined : `/app/${name}`) });
  const faults: readonly [what: string, host: Host, reason: RegExp][] = [
    [
      'nothing installed',
      without('webgpu', '@tensorflow/tfjs-backend-webgpu'),
      /webgpu and @tensorflow\/tfjs-backend-webgpu are not installed\. Install: npm install webgpu@0\.3\.8/,
    ],
    [
      'Dawn alone',
      without('@tensorflow/tfjs-backend-webgpu'),
      /^not: @tensorflow\/tfjs-backend-webgpu is not/,
    ],
    ['musl', machine({ platform: 'linux', glibc: undefined }), /musl.*node:20-bookworm-slim/],
    ['no driver', machine({}, null), /no adapter.*libvulkan1.*mesa-vulkan-drivers.*VK_ICD_FILENAMES/],
    [
      'no Vulkan loader, or no binary for this system',
      machine({
        load: async () => {
          throw new Error('libvulkan.so.1: cannot open shared object file');
        },
      }),
      /Dawn could not start: libvulkan\.so\.1.*libvulkan1/,
    ],
  ];
  test.each(faults)('%s', async (_what, host, reason) => {
    expect(await answer(host)).toMatch(/^not: /);
    expect(await answer(host)).toMatch(reason);
    const { backend, rejected } = await selectBackend([nodeWebgpuBackend({ host }), 'cpu'], {
      environment: {},
    });
    expect(backend.name).toBe('cpu');
    expect(`not: ${rejected[0]?.reason}`).toMatch(reason);
  });
});

test('a package that registered with another copy of tfjs-core is told', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  try {
    await expect(nodeWebgpuBackend({ host: machine() }).activate()).rejects.toMatchObject({
      code: 'backend-node-gpu/two-copies',
    });
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
});
