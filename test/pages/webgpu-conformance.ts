import { selectBackend } from '@cfe/autograd';
import { webgpuBackend } from '@cfe/backend-browser';
import { deferredConformance } from '../support/deferred-conformance.ts';

const { backend, detail, rejected } = await selectBackend([webgpuBackend({ layer: 'programs' }), 'cpu']);
const { passed, failures } =
  backend.name === 'webgpu' ? await deferredConformance({ cases: 2 }) : { passed: [], failures: [] };
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: backend.name, detail, rejected, passed, failures }),
});
