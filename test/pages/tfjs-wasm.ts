import { executorConformance } from '@cfe/autograd/conformance';
import { createTfjsExecutor } from '@cfe/autograd/tfjs';
import { wasmBackend } from '@cfe/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const failures: string[] = [];
try {
  await wasmBackend({ tfjs: 'required', assets: '/wasm/' }).activate();
  for (const { name, run } of executorConformance(createTfjsExecutor, { cases: 6 })) {
    try {
      run();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
}
await fetch('/result', { method: 'POST', body: JSON.stringify({ backend: tf.getBackend(), failures }) });
