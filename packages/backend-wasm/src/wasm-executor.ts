import type { Executor, Plan } from '@cfe/autograd';
import { createFusedExecutor } from '@cfe/autograd/kernels';
import { CfeError } from '@cfe/base';
import { kernelsFrom } from './internal/kernel-memory.ts';
import { bestVariant, compileKernels, type KernelVariant } from './internal/kernel-module.ts';
import { wasmFeatures } from './internal/wasm-features.ts';

const creators = new Map<KernelVariant, ReturnType<typeof kernelsFrom>>();

/** Which kernels to use. */
export interface WasmExecutorOptions {
  /**
   * `'simd'` keeps to the arithmetic that every processor rounds alike; `'relaxed'` fuses multiply and add where the
   * engine can. Default: relaxed where it is there, else simd
   */
  readonly variant?: KernelVariant | undefined;
}

/**
 * An executor whose hot loops are WebAssembly with SIMD; every plan is accepted. Arrays from its `allocate` lie in its memory
 * and are not copied.
 *
 * @throws {@link CfeError} `backend-wasm/unavailable` where WebAssembly is blocked or has no SIMD,
 * `backend-wasm/out-of-memory` where the engine gives no more memory: use `createCpuExecutor`
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * import { createWasmExecutor } from '@cfe/backend-wasm';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }); // y = 2x + 1 + u, each with σ = 1
 * const executor = createWasmExecutor(plan);
 * const parameters = Float32Array.of(0, 0, 2, 1, 0);
 * executor.forward({ rows: 1, parameters, noise: Float32Array.of(3, 0) }).values; // → [3, 7]
 * executor.dispose();
 */
export function createWasmExecutor(
  plan: Plan,
  { variant = bestVariant() }: WasmExecutorOptions = {},
): Executor {
  const problem = variantProblem(variant);
  if (problem !== undefined || variant === undefined) {
    throw new CfeError(
      'backend-wasm/unavailable',
      `createWasmExecutor: ${problem}. createCpuExecutor computes the same without WebAssembly.`,
      { features: wasmFeatures() },
    );
  }
  let create = creators.get(variant);
  if (create === undefined) {
    create = kernelsFrom(compileKernels(variant), `wasm-${variant}`);
    creators.set(variant, create);
  }
  return createFusedExecutor(plan, `wasm/${variant}`, create);
}

/** Why a variant cannot run here, as half a sentence; `undefined` where it can. */
export function variantProblem(variant: KernelVariant | undefined): string | undefined {
  const { wasm, simd, relaxedSimd, blocked } = wasmFeatures();
  if (!wasm) return `WebAssembly cannot be used here: ${blocked}`;
  if (!simd || variant === undefined) return 'this engine has WebAssembly without SIMD';
  if (variant === 'relaxed' && !relaxedSimd) return 'this engine has no relaxed SIMD';
  return undefined;
}
