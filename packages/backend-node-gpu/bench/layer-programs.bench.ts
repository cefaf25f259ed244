// Is the mechanism layer as WebGPU programs faster than composed of TensorFlow.js's operations, on the same device: 4096 rows, 200
// variables, forward and gradient? And what do cuts cost? WebGPU in Node, by Dawn.
//   npx vitest bench --run packages/backend-node-gpu/bench/layer-programs.bench.ts
// CFE_HIDDEN sets the hidden units of each mechanism (default 64), which a software renderer wants fewer of; CFE_ROWS the rows,
// CFE_ROUNDS how often they take turns.
import { layerKernels, mechanismLayer, registerLayerPrograms } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import { bench } from 'vitest';
import { inTurns, median, pairedRatio } from '../../../test/support/turns.ts';
import { nodeWebgpuBackend } from '../src/index.ts';
import { nodeWebgpu, useVulkanOfChromium } from '../test/support/installed.ts';
import { costOf, shown } from './support/cost.ts';

const hidden = Number(process.env.CFE_HIDDEN ?? 64);
const fullRows = Number(process.env.CFE_ROWS ?? 4096);
const rounds = Number(process.env.CFE_ROUNDS ?? 4);
const d = 200;

bench('layer programs', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Case {
  readonly x: tf.Tensor2D;
  readonly gates: tf.Tensor2D;
  readonly weights: tf.Tensor3D;
  readonly bias: tf.Tensor2D;
  readonly cut: tf.Tensor2D;
  readonly nothing: tf.Tensor2D;
  readonly upstream: tf.Tensor3D;
}

function caseOf(rows: number): Case {
  const rng = createRng(1);
  const normal = (length: number, size: number): Float32Array =>
    Float32Array.from({ length }, () => size * rng.normal());
  const marks = Uint8Array.from({ length: rows * d }, () => (rng.uniform() < 0.3 / d ? 1 : 0));
  return {
    x: tf.tensor2d(normal(rows * d, 1), [rows, d]),
    gates: tf.tensor2d(
      Float32Array.from({ length: d * d }, (_, at) => (Math.floor(at / d) < at % d ? 1 : 0)),
      [d, d],
    ),
    weights: tf.tensor3d(normal(d * d * hidden, 0.1), [d, d, hidden]),
    bias: tf.tensor2d(normal(d * hidden, 0.1), [d, hidden]),
    cut: tf.tensor2d(marks, [rows, d], 'bool'),
    nothing: tf.tensor2d(new Uint8Array(rows * d), [rows, d], 'bool'),
    upstream: tf.tensor3d(normal(rows * d * hidden, 1), [rows, d, hidden]),
  };
}

/** Values and the gradients of x, weights and bias. */
async function pass(at: Case, cut: tf.Tensor2D): Promise<readonly Float32Array[]> {
  const tensors = tf.tidy(() => {
    const f = (...[x, weights, bias]: tf.Tensor[]): tf.Tensor =>
      mechanismLayer(x as tf.Tensor, {
        gates: at.gates,
        weights: weights as tf.Tensor3D,
        bias: bias as tf.Tensor2D,
        cut,
      });
    const { value, grads } = tf.valueAndGrads(f)([at.x, at.weights, at.bias], at.upstream);
    return [value, ...grads];
  });
  const arrays = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  for (const tensor of tensors) tensor.dispose();
  return arrays;
}

function furthest(a: readonly Float32Array[], b: readonly Float32Array[]): string {
  return a
    .map((numbers, k) => {
      let [most, largest] = [0, 0];
      for (const [i, value] of numbers.entries()) {
        most = Math.max(most, Math.abs(value - (b[k]?.[i] as number)));
        largest = Math.max(largest, Math.abs(value));
      }
      return (most / largest).toExponential(1);
    })
    .join(', ');
}

async function run(): Promise<void> {
  useVulkanOfChromium();
  const backend = nodeWebgpuBackend({ from: nodeWebgpu, layer: 'composed' });
  const probe = await backend.probe();
  if (!probe.available) {
    console.log(`skipped: ${probe.reason}`);
    return;
  }
  await backend.activate();
  console.log(`${probe.detail}; ${fullRows} rows, ${d} variables, hidden ${hidden}; Node ${process.version}`);
  const [small, full] = [caseOf(16), caseOf(fullRows)];
  let numbers: readonly Float32Array[] = [];
  const passing = (cut: tf.Tensor2D) => async (): Promise<void> => {
    numbers = await pass(full, cut);
  };
  const unregister = registerLayerPrograms();
  await pass(small, small.cut); // compiles
  const contestants = { zeros: passing(full.nothing), cuts: passing(full.cut), again: passing(full.nothing) };
  const costs = await inTurns(contestants, costOf, rounds);
  const processor = (name: keyof typeof costs): number[] => costs[name].map((cost) => cost.processor);
  console.log(
    `our programs, ${rounds} rounds, taking turns, processor time: ${median(processor('cuts')).toPrecision(3)} s with 0.3 cuts a row; ` +
      `cuts over a mask of zeros ${pairedRatio(processor('cuts'), processor('zeros'))}, zeros over zeros ${pairedRatio(processor('again'), processor('zeros'))} (median [quartiles])`,
  );
  await passing(full.cut)();
  const ours = numbers;
  unregister();
  if (tf.getKernel(layerKernels.forward, 'webgpu') !== undefined) throw new Error('still registered');
  await pass(small, small.cut); // compiles
  const composed = await costOf(passing(full.cut));
  console.log(
    `composed, 0.3 cuts a row: ${shown(composed)}, ${(composed.processor / median(processor('cuts'))).toPrecision(2)} times ours; ` +
      `largest difference of values and gradients of x, weights, bias, relative: ${furthest(numbers, ours)}`,
  );
}
