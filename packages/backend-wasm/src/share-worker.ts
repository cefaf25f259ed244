import { parentPort, workerData } from 'node:worker_threads';
import type { Plan } from '@cfe/autograd';
import type { KernelVariant } from './internal/kernel-module.ts';
import { jobState, type ShareJob, type ThreadStart } from './internal/share-job.ts';
import { createWasmExecutor } from './wasm-executor.ts';

// The entry of a thread of `createThreadedExecutor`: an executor of its own, whose results go to shared memory.

const { plan, variant, ready } = workerData as ThreadStart;
const executor = createWasmExecutor(plan as Plan, { variant: variant as KernelVariant | undefined });

parentPort?.on('message', ({ input, state, loss, gradient, gates }: ShareJob) => {
  let reached: number = jobState.failed;
  try {
    const found = executor.likelihood(input);
    gradient.set(found.gradient.parameters);
    if (gates !== undefined) gates.set(found.gradient.gates as Float32Array);
    loss.set(found.byVariable);
    reached = jobState.done;
  } finally {
    Atomics.store(state, 0, reached);
    Atomics.notify(state, 0);
  }
});
Atomics.store(ready, 0, 1);
parentPort?.postMessage('ready');
