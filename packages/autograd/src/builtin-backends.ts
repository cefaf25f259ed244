import type { Backend } from './backend.ts';
import { createReferenceExecutor } from './reference-executor.ts';

/**
 * The reference as a backend: float64, always available, slow. For checking others and for small exact work.
 *
 * @example
 * import { referenceBackend } from '@cfe/autograd';
 * (await referenceBackend().probe()).available; // → true
 */
export function referenceBackend(): Backend {
  return {
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
}
