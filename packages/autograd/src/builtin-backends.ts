import type { Backend } from './backend.ts';
import { createCpuExecutor } from './cpu-executor.ts';
import { createReferenceExecutor } from './reference-executor.ts';

/**
 * The reference as a backend: float64, always available, slow. For checking others and for small exact work.
 *
 * @example
 * import { referenceBackend } from '@cfe/autograd';
 * (await referenceBackend().probe()).available; // → true
 */
export function referenceBackend(): Backend {
  return reference;
}

const reference: Backend = {
  name: 'reference',
  capabilities: { device: 'cpu', dtype: 'float64' },
  probe: async () => ({
    available: true,
    detail: 'float64 typed arrays, one mechanism and one row at a time',
  }),
  activate: async () => {},
  executor: (plan) => createReferenceExecutor(plan),
  dispose: async () => {},
};

/**
 * The fused executor in plain typed arrays as a backend: float32, always available.
 *
 * @example
 * import { cpuBackend } from '@cfe/autograd';
 * cpuBackend().capabilities; // → { device: 'cpu', dtype: 'float32' }
 */
export function cpuBackend(): Backend {
  return cpu;
}

const cpu: Backend = {
  name: 'cpu',
  capabilities: { device: 'cpu', dtype: 'float32' },
  probe: async () => ({ available: true, detail: 'float32 typed arrays, fused loops without WebAssembly' }),
  activate: async () => {},
  executor: createCpuExecutor,
  dispose: async () => {},
};
