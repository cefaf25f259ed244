import {
  createCpuExecutor,
  createReferenceExecutor,
  type Executor,
  type Plan,
  selectBackend,
} from '@cfe/autograd';
import { executorConformance } from '@cfe/autograd/conformance';
import { createWasmExecutor, wasmBackend } from '@cfe/backend-wasm';

const failures: string[] = [];
const wasm = wasmBackend({ tfjs: 'never' });
const { backend, rejected } = await selectBackend([wasm, 'cpu']);
const executors: Readonly<Record<string, (plan: Plan) => Executor>> = {
  reference: (plan) => createReferenceExecutor(plan, { dtype: 'float32' }),
  cpu: createCpuExecutor,
  ...(backend.name === 'wasm' ? { wasm: (plan: Plan) => createWasmExecutor(plan) } : {}),
};
for (const [executor, create] of Object.entries(executors)) {
  for (const { name, run } of executorConformance(create, { cases: 12 })) {
    try {
      run();
    } catch (error) {
      failures.push(`${executor}: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
const { facts } = (await wasm.report?.()) ?? { facts: {} };
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({
    backend: backend.name,
    executors: Object.keys(executors),
    rejected,
    failures,
    facts,
  }),
});
