/** What is published, in plain Node: gradients are there, whether our entry or TensorFlow.js is imported first. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

test.for([
  [
    "import { intervene } from '@cfe/autograd/tfjs'; import * as tf from '@tensorflow/tfjs-core';",
    'ours first',
  ],
  [
    "import * as tf from '@tensorflow/tfjs-core'; import { intervene } from '@cfe/autograd/tfjs';",
    'tfjs first',
  ],
] as const)('the built /tfjs entry in Node, $1', { timeout: 60_000 }, ([imports], context) => {
  if (!existsSync(`${folder}/dist/tfjs/index.js`))
    return context.skip('no build here: node scripts/build.mjs');
  const script = `
    ${imports}
    import '@tensorflow/tfjs-backend-cpu';
    await tf.setBackend('cpu');
    const targets = tf.tensor2d([[1, 0]], [1, 2], 'bool');
    const loss = (x) => tf.sum(tf.square(intervene(x, { targets, values: tf.tensor1d([5, 0]) })));
    process.stdout.write(JSON.stringify(tf.grad(loss)(tf.tensor2d([[1, 2]])).arraySync()));
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(output)).toEqual([[0, 4]]);
});
