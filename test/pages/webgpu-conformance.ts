import { executorFor, selectBackend } from '@cfe/autograd';
import { executorConformance } from '@cfe/autograd/conformance';
import { webgpuBackend } from '@cfe/backend-browser';

const failures: string[] = [];
let passed = 0;
const { backend, detail, rejected } = await selectBackend([webgpuBackend({ layer: 'programs' }), 'cpu']);
if (backend.name === 'webgpu') {
  for (const { name, run } of executorConformance((plan) => executorFor(backend, plan), { cases: 2 })) {
    try {
      run();
      passed++;
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: backend.name, detail, rejected, passed, failures }),
});
