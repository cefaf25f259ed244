import { selectBackend } from '@cfe/autograd';
import { webgpuBackend } from '@cfe/backend-browser';
import * as tf from '@tensorflow/tfjs-core';

const { backend, detail, rejected } = await selectBackend([webgpuBackend(), 'cpu']);
let product: readonly number[] = [];
if (backend.name === 'webgpu') {
  const tensor = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])));
  product = [...(await tensor.data())];
  tensor.dispose();
}
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({ backend: backend.name, detail, rejected, product }),
});
