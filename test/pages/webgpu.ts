// Trains on WebGPU, destroys the device in the middle, then the WebGL context that took over, and goes on where there is another; beside it
// the CPU executor for comparison.
import {
  createCpuExecutor,
  createOptimizer,
  createPlan,
  initialParameters,
  type StepInput,
} from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { webglBackend, webgpuBackend } from '@cfe/backend-browser';
import * as tf from '@tensorflow/tfjs-core';

const nodes = ['a', 'b', 'c', 'd'];
const parents = { offsets: Int32Array.of(0, 0, 1, 3, 6), items: Int32Array.of(0, 0, 1, 0, 1, 2) };
const plan = createPlan({ graph: { nodes, parents }, mechanism: { hidden: [8] } });
const rows = 64;
const values = Float32Array.from(
  { length: nodes.length * rows },
  (_, i) => Math.sin(7.3 * i) + Math.cos(1.7 * i),
);
const omit = Uint8Array.from({ length: values.length }, (_, i) => (i % 9 === 0 ? 1 : 0));
const steps = 8;

async function train(
  step: (input: StepInput) => unknown,
  between: (done: number) => void,
): Promise<{ readonly losses: readonly number[]; readonly parameters: readonly number[] }> {
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const optimizer = createOptimizer({ kind: 'adam', learningRate: 0.02 }, parameters.length);
  const losses: number[] = [];
  for (let done = 0; done < steps; done++) {
    between(done);
    losses.push(((await step({ rows, parameters, values, omit, optimizer })) as { loss: number }).loss);
  }
  return { losses, parameters: [...parameters] };
}

const webgpu = webgpuBackend();
const executor = await createDeviceExecutor(plan, {
  backends: [webgpu, webglBackend(), 'cpu'],
  environment: {},
});
const first = executor.backend;
const facts = (await webgpu.report?.())?.facts;
const cpu = createCpuExecutor(plan);
const expected = await train(
  (input) => cpu.step(input),
  () => {},
);
const found = await train(
  (input) => executor.step(input),
  (done) => {
    if (done === 4 && executor.backend === 'webgpu') {
      (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy();
    }
    if (done === 6 && executor.backend === 'webgl') {
      const { gl } = (tf.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } }).gpgpu;
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    }
  },
);
const furthest = (a: readonly number[], b: readonly number[]): number =>
  a.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - (b[i] as number))),
    a.length === b.length ? 0 : Infinity,
  );
await fetch('/result', {
  method: 'POST',
  body: JSON.stringify({
    first,
    facts,
    last: executor.backend,
    lost: executor.lost,
    losses: found.losses.length,
    lossError: furthest(found.losses, expected.losses),
    parameterError: furthest(found.parameters, expected.parameters),
    probe: await webgpu.probe(),
  }),
});
