import type { Backend } from '@cfe/autograd';
import { CfeError } from '@cfe/base';
import { activateTfjsWasm, type TfjsWasmOptions } from './internal/activate-tfjs.ts';
import { bestVariant, compileKernelsAsync, type KernelVariant } from './internal/kernel-module.ts';
import { wasmFeatures } from './internal/wasm-features.ts';
import { createWasmExecutor, variantProblem } from './wasm-executor.ts';

/** How to set up the WebAssembly backend. */
export interface WasmBackendOptions extends TfjsWasmOptions {
  /** which kernels; default the best that run here */
  readonly variant?: KernelVariant | undefined;
  /**
   * whether `activate` turns on TensorFlow.js's own WASM backend too: `'if-installed'` (default) does where
   * `@tensorflow/tfjs-core` and `@tensorflow/tfjs-backend-wasm` are installed, `'required'` fails without them, `'never'` leaves them alone
   */
  readonly tfjs?: 'if-installed' | 'required' | 'never' | undefined;
}

/**
 * The WebAssembly backend: fused kernels with SIMD for whole plans and, where TensorFlow.js is installed, its
 * WASM backend for everything else. Works in Node and in the browser, with its binaries inside the package's own code.
 *
 * Where a content security policy blocks WebAssembly (`'wasm-unsafe-eval'` is missing) or the engine has no SIMD, `probe` says
 * so, and `selectBackend` takes the next, usually `cpu`, which computes the same. For a plan that needs more memory than the engine
 * gives it brings no executor, and `executorFor` takes the CPU's.
 *
 * @example
 * import { selectBackend } from '@cfe/autograd';
 * import { wasmBackend } from '@cfe/backend-wasm';
 * const { backend } = await selectBackend([wasmBackend({ tfjs: 'never' }), 'cpu'], { environment: {} });
 * backend.name; // → 'wasm'
 */
export function wasmBackend(options: WasmBackendOptions = {}): Backend {
  const { variant, tfjs = 'if-installed' } = options;
  const chosen = (): KernelVariant | undefined => variant ?? bestVariant();
  return {
    name: 'wasm',
    capabilities: { device: 'cpu', dtype: 'float32', tfjs: 'wasm' },
    async probe() {
      const reason = variantProblem(chosen());
      if (reason !== undefined) return { available: false, reason };
      return { available: true, detail: describeVariant(chosen()) };
    },
    async activate() {
      const which = chosen();
      if (which !== undefined && variantProblem(which) === undefined) await compileKernelsAsync(which);
      if (tfjs !== 'never') await activateTfjsWasm(tfjs, options);
    },
    executor(plan) {
      const which = chosen();
      if (variantProblem(which) !== undefined) return undefined;
      try {
        return createWasmExecutor(plan, { variant: which });
      } catch (error) {
        if (error instanceof CfeError && error.code === 'backend-wasm/out-of-memory') return undefined;
        throw error;
      }
    },
    async report() {
      const { wasm, simd, relaxedSimd, threads } = wasmFeatures();
      return {
        facts: {
          wasm,
          simd,
          relaxedSimd,
          sharedMemory: threads,
          kernels: chosen() ?? 'none',
          kernelThreads: 1,
        },
        advice:
          simd && !relaxedSimd
            ? [
                'This engine has no relaxed SIMD (fused multiply-add); Node 22 and current browsers have, and large plans run about 1.3 times faster there.',
              ]
            : [],
      };
    },
    async dispose() {},
  };
}

function describeVariant(variant: KernelVariant | undefined): string {
  return variant === 'relaxed' ? 'kernels with SIMD and fused multiply-add' : 'kernels with SIMD';
}
