import { executorConformance } from '@cfe/autograd/conformance';
import { createTfjsExecutor, mechanismLayer } from '@cfe/autograd/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { wasmBackend } from './wasm-backend.ts';

beforeAll(() => wasmBackend({ tfjs: 'required' }).activate());

/** CFE_FULL=1: the plans that go round everything; otherwise a few. */
const cases = process.env.CFE_FULL === '1' ? 36 : 2;
const checks = executorConformance(createTfjsExecutor, { cases });

test.for(checks.map((check) => [check.name, check] as const))(
  "a plan on TensorFlow.js's WASM backend: %s",
  ([, check], context) => {
    if (check.knownGap !== undefined) context.skip(check.knownGap);
    check.run();
  },
);

test('a cut mechanism is act(0) in its rows, and nothing else is written to', () => {
  const x = tf.tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const options = {
    gates: tf.ones([2, 2]),
    weights: tf.ones([2, 2, 3]) as tf.Tensor3D,
    bias: tf.tensor2d([
      [0, 1, 2],
      [10, 20, 30],
    ]),
    activation: 'identity',
  } as const;
  const cut = tf.tensor2d([0, 1, 0, 0, 1, 0], [3, 2], 'bool');
  expect(mechanismLayer(x, { ...options, cut }).arraySync()).toEqual([
    [
      [3, 4, 5],
      [0, 0, 0],
    ],
    [
      [7, 8, 9],
      [17, 27, 37],
    ],
    [
      [0, 0, 0],
      [21, 31, 41],
    ],
  ]);
  expect(Array.from(x.dataSync())).toEqual([1, 2, 3, 4, 5, 6]);
});
