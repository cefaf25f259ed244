// TensorFlow's own binary, really running: on the CPU, where scripts/build-tfjs-node.mjs or an install of tfjs-node has made it.
import { createPlan, doctorReport, executorFor, selectBackend } from '@cfe/autograd';
import { executorConformance } from '@cfe/autograd/conformance';
import { layerKernels, mechanismLayer } from '@cfe/autograd/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeGpuBackend } from '../src/index.ts';
import { noTfjsNode, tfjsNode } from './support/installed.ts';

const backend = nodeGpuBackend({ from: tfjsNode });
/** CFE_FULL=1: the plans that go round everything; otherwise one. */
const cases = process.env.CFE_FULL === '1' ? 36 : 1;

beforeAll(async () => {
  if (tfjsNode !== undefined) await backend.activate();
}, 300_000);

const checks = executorConformance((plan) => executorFor(backend, plan), { cases });
test.for(checks.map((check) => [check.name, check] as const))(
  'a plan on tfjs-node: %s',
  { timeout: 600_000 },
  ([, check], context) => {
    if (tfjsNode === undefined) return context.skip(noTfjsNode);
    check.run();
  },
);

test('selectBackend takes it, and the doctor times it', async (context) => {
  if (tfjsNode === undefined) return context.skip(noTfjsNode);
  const { backend: selected, detail } = await selectBackend([backend, 'cpu'], { environment: {} });
  expect(selected.name).toBe('node-gpu');
  expect(detail).toMatch(/TensorFlow/);
  const report = await doctorReport({ backends: [backend], seconds: 0.01, environment: {} });
  expect(report.backends[0]).toMatchObject({ available: true, executor: 'tfjs/tensorflow' });
  expect(report.backends[0]?.stepMicroseconds).toBeGreaterThan(0);
  expect(report.backends[0]?.facts.package).toMatch(/tfjs-node/);
});

describe("the layer as TensorFlow's operations", () => {
  const activations = ['identity', 'tanh', 'relu', 'elu', 'softplus', 'sigmoid'] as const;
  test.for(activations)('agrees with the composed one, %s', async (activation, context) => {
    if (tfjsNode === undefined) return context.skip(noTfjsNode);
    const wave = (length: number, step: number): Float32Array =>
      Float32Array.from({ length }, (_, i) => 2 * Math.sin(step * i));
    const [d, units, rows] = [5, 3, 13];
    const x = tf.tensor2d(wave(rows * d, 0.37), [rows, d]);
    const gates = tf.tensor2d(wave(d * d, 0.11), [d, d]);
    const weights = tf.tensor3d(wave(d * d * units, 0.71), [d, d, units]);
    const bias = tf.tensor2d(wave(d * units, 1.3), [d, units]);
    const cut = tf.tensor2d(
      Uint8Array.from({ length: rows * d }, (_, i) => (i % 4 === 0 ? 1 : 0)),
      [rows, d],
      'bool',
    );
    const upstream = tf.tensor3d(wave(rows * d * units, 0.53), [rows, d, units]);
    const all = (): tf.Tensor[] => {
      const f = (...[a, w, b]: tf.Tensor[]): tf.Tensor =>
        mechanismLayer(a as tf.Tensor, {
          gates,
          weights: w as tf.Tensor3D,
          bias: b as tf.Tensor2D,
          activation,
          cut,
        });
      const { value, grads } = tf.valueAndGrads(f)([x, weights, bias], upstream);
      return [value, ...grads];
    };
    expect(tf.getKernel(layerKernels.forward, 'tensorflow')).toBeDefined();
    const ours = all();
    const forward = tf.getKernel(layerKernels.forward, 'tensorflow');
    tf.unregisterKernel(layerKernels.forward, 'tensorflow');
    const composed = all();
    tf.registerKernel(forward as tf.KernelConfig);
    for (const [k, tensor] of ours.entries()) {
      const [a, e] = [await tensor.data(), await (composed[k] as tf.Tensor).data()];
      // Sums of at most 65 products, each of size up to 4: a few units in the last place of the largest.
      const largest = Math.max(...e.map(Math.abs));
      for (const [i, value] of a.entries())
        expect(Math.abs(value - (e[i] as number))).toBeLessThanOrEqual(2e-6 * largest);
    }
  });
});

test('a plan that was disposed of leaves no tensor on it', (context) => {
  if (tfjsNode === undefined) return context.skip(noTfjsNode);
  const plan = createPlan({
    graph: { nodes: ['x', 'y'], parents: { offsets: Int32Array.of(0, 0, 1), items: Int32Array.of(0) } },
  });
  const before = tf.memory().numTensors;
  const executor = executorFor(backend, plan);
  executor.forward({ rows: 2, parameters: new Float32Array(5), noise: new Float32Array(4) });
  executor.backward(new Float32Array(4).fill(1));
  executor.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
