import { createPlan, doctorReport, executorFor, selectBackend } from '@cfe/autograd';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { wasmBackend } from './wasm-backend.ts';
import { createWasmExecutor } from './wasm-executor.ts';

const environment = {};
const plan = createPlan({
  graph: { nodes: ['x'], parents: { offsets: Int32Array.of(0, 0), items: new Int32Array(0) } },
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The backend as a fresh process would see it, in an engine that is not this one. */
async function elsewhere(webAssembly: unknown): Promise<ReturnType<typeof wasmBackend>> {
  vi.stubGlobal('WebAssembly', webAssembly);
  vi.resetModules();
  const module = await import('./wasm-backend.ts');
  return module.wasmBackend({ tfjs: 'never' });
}

test('it is available here, brings an executor, and says what it is made of', async () => {
  const wasm = wasmBackend({ tfjs: 'never' });
  const { backend } = await selectBackend([wasm, 'cpu'], { environment });
  expect(backend).toBe(wasm);
  const executor = wasm.executor?.(plan);
  expect(executor?.name).toMatch(/^wasm\/(simd|relaxed)$/);
  executor?.dispose();
  const { backends } = await doctorReport({ backends: [wasm], seconds: 0.05, environment });
  expect(backends[0]).toMatchObject({ available: true, facts: { wasm: true, simd: true } });
  expect(backends[0]?.stepMicroseconds).toBeGreaterThan(0);
});

describe('where WebAssembly cannot be used, the CPU takes over and the reason is told', () => {
  test('blocked by a content security policy', async () => {
    const { CompileError, validate } = WebAssembly;
    const wasm = await elsewhere({
      validate,
      Module: class {
        constructor() {
          throw new CompileError(
            "WebAssembly.Module(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script",
          );
        }
      },
    });
    const { backend, rejected } = await selectBackend([wasm, 'cpu'], { environment });
    expect(backend.name).toBe('cpu');
    expect(rejected[0]?.reason).toMatch(/WebAssembly cannot be used here: .*Refused to compile/);
    expect(wasm.executor?.(plan)).toBeUndefined();
  });

  test('no SIMD', async () => {
    const wasm = await elsewhere({ Module: WebAssembly.Module, validate: () => false });
    const { backend, rejected } = await selectBackend([wasm, 'cpu'], { environment });
    expect(backend.name).toBe('cpu');
    expect(rejected).toEqual([{ name: 'wasm', reason: 'this engine has WebAssembly without SIMD' }]);
  });

  test('no WebAssembly at all', async () => {
    const wasm = await elsewhere(undefined);
    expect(await wasm.probe()).toEqual({
      available: false,
      reason: 'WebAssembly cannot be used here: this engine has no WebAssembly',
    });
    await expect(wasm.activate()).resolves.toBeUndefined();
  });
});

test('out of memory: explained, and the CPU takes that plan over', () => {
  const { Memory } = WebAssembly;
  const parents = { offsets: Int32Array.of(0, 0, 1), items: Int32Array.of(0) };
  // Larger than any memory that an executor before it may have left for reuse.
  const wide = createPlan({ graph: { nodes: ['x', 'y'], parents }, mechanism: { hidden: [20_000] } });
  try {
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      }
    } as unknown as typeof WebAssembly.Memory;
    expect(() => createWasmExecutor(wide)).toThrow(
      /needs \d+ MB of WebAssembly memory.*could not allocate.*createCpuExecutor/,
    );
    expect(executorFor(wasmBackend({ tfjs: 'never' }), wide).name).toBe('cpu/plain');
  } finally {
    WebAssembly.Memory = Memory;
  }
});
