import type { Executor } from './executor.ts';
import { createFusedExecutor } from './internal/cpu/fused-executor.ts';
import { plainKernels } from './internal/cpu/plain-kernels.ts';
import type { Plan } from './plan.ts';

/**
 * The fast executor that runs everywhere: float32 in plain typed arrays, no WebAssembly, no dependencies.
 *
 * Memory is laid out once, rows run in chunks that stay in the cache, each chunk forwards and backwards at once, and
 * a step allocates nothing of its size. tanh is a ratio of polynomials, right to 5 units in the last place.
 * Plans of every kind are accepted.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createCpuExecutor, createPlan } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }); // y = 2x + 1 + u, each with σ = 1
 * const executor = createCpuExecutor(plan);
 * const parameters = Float32Array.of(0, 0, 2, 1, 0);
 * executor.forward({ rows: 1, parameters, noise: Float32Array.of(3, 0) }).values; // → [3, 7]
 * executor.backward(Float32Array.of(0, 1)).noise; // → [2, 1]
 * executor.dispose();
 */
export function createCpuExecutor(plan: Plan): Executor {
  return createFusedExecutor(plan, 'cpu/plain', plainKernels);
}
