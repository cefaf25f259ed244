import { createCpuExecutor, selectBackend } from '@cfe/autograd';
import { executorConformance } from '@cfe/autograd/conformance';
import { createWasmExecutor, wasmBackend } from '@cfe/backend-wasm';

const failures: string[] = [];
const wasm = wasmBackend({ tfjs: 'never' });
const { backend, rejected } = await selectBackend([wasm, 'cpu']);
const create = backend.name === 'wasm' ? createWasmExecutor : createCpuExecutor;
for (const { name, run } of executorConformance((plan) => create(plan), { cases: 12 })) {
  try {
    run();
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
const { facts } = (await wasm.report?.()) ?? { facts: {} };
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: backend.name, rejected, failures, facts }),
});
