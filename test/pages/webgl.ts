import { executorFor, selectBackend } from '@cfe/autograd';
import { executorConformance } from '@cfe/autograd/conformance';
import { webglBackend, webgpuBackend } from '@cfe/backend-browser';

const failures: string[] = [];
const gpu = await webgpuBackend().probe();
const { backend, detail, rejected } = await selectBackend([webglBackend(), 'cpu']);
if (backend.name === 'webgl') {
  for (const { name, run } of executorConformance((plan) => executorFor(backend, plan), { cases: 2 })) {
    try {
      run();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: backend.name, detail, rejected, failures, gpu }),
});
