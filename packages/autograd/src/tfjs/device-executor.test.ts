import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@cfe/base';
import { createDag } from '@cfe/graph';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import type { Backend } from '../backend.ts';
import { createCpuExecutor } from '../cpu-executor.ts';
import { createPlan } from '../create-plan.ts';
import { initialParameters } from '../initial-parameters.ts';
import { createOptimizer } from '../optimizer.ts';
import { planLayout } from '../plan-layout.ts';
import { createDeviceExecutor, createTfjsExecutor } from './index.ts';

const plan = createPlan({
  graph: createDag(
    ['x', 'y', 'z'],
    [
      ['x', 'y'],
      ['y', 'z'],
      ['x', 'z'],
    ],
  ),
  mechanism: { hidden: [4] },
});
const rows = 20;
const rng = createRng(3);
const values = Float32Array.from({ length: 3 * rows }, () => rng.normal());
const omit = Uint8Array.from({ length: 3 * rows }, () => (rng.uniform() < 0.2 ? 1 : 0));

interface Device {
  /** the device is lost while it computes its n-th answer from now */
  loseAt(answer: number): void;
}

/** A GPU backend as the executor sees it: asynchronous, with a device that can be lost. TensorFlow.js's CPU backend computes. */
async function frail(name: string): Promise<Backend & Device> {
  await tf.setBackend('cpu');
  let left = Infinity;
  return {
    name,
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'cpu' },
    probe: async () => ({ available: true }),
    async activate() {
      const backend = tf.backend() as unknown as { device?: unknown; read(id: object): Promise<unknown> };
      let lose: (info: { message: string }) => void = () => {};
      backend.device = {
        lost: new Promise((resolve) => {
          lose = resolve;
        }),
      };
      const read = Object.getPrototypeOf(backend).read as (id: object) => Promise<unknown>;
      backend.read = async (id) => {
        if (left-- > 1) return read.call(backend, id);
        left = 0;
        lose({ message: `${name} was unplugged` });
        throw new Error('mapAsync failed');
      };
    },
    dispose: async () => {},
    loseAt(answer) {
      left = answer;
    },
  };
}

afterEach(() => {
  const backend = tf.backend() as unknown as { device?: unknown; gpgpu?: unknown; read?: unknown };
  delete backend.device;
  delete backend.gpgpu;
  delete backend.read;
});

/** Twelve steps on whatever `step` computes with; the losses and where they lead. */
async function train(
  step: (input: Parameters<ReturnType<typeof createCpuExecutor>['step']>[0]) => unknown,
): Promise<{ readonly losses: number[]; readonly parameters: Float32Array; readonly steps: number }> {
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const optimizer = createOptimizer({ kind: 'adam', learningRate: 0.05 }, parameters.length);
  const losses: number[] = [];
  for (let k = 0; k < 12; k++) {
    const { loss } = (await step({ rows, parameters, values, omit, optimizer })) as { loss: number };
    losses.push(loss);
  }
  return { losses, parameters, steps: optimizer.steps };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  // Adam's direction is the sign of a gradient near 0: float32 rounding moves a parameter by a share of one step of 0.05.
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((actual[i] as number) - (expected[i] as number))).toBeLessThan(2e-4);
}

test.each([1, 5, 9, 16])(
  'a device lost at its answer %i: training ends where it would have',
  async (answer) => {
    const expected = await train((input) => createCpuExecutor(plan).step(input));
    const [first, second] = [await frail('first'), await frail('second')];
    first.loseAt(answer);
    second.loseAt(4); // lost in turn, two steps later
    const onLost = vi.fn();
    const executor = await createDeviceExecutor(plan, {
      backends: [first, second, 'cpu'],
      environment: {},
      onLost,
    });
    expect(executor.backend).toBe('first');
    const before = tf.memory().numTensors;
    const found = await train((input) => executor.step(input));
    expectClose(found.losses, expected.losses);
    expectClose(found.parameters, expected.parameters);
    expect(found.steps).toBe(12);
    expect(executor.backend).toBe('cpu');
    expect(executor.lost).toEqual([
      { name: 'first', reason: 'its device was lost: first was unplugged' },
      { name: 'second', reason: 'its device was lost: second was unplugged' },
    ]);
    expect(onLost).toHaveBeenCalledTimes(2);
    executor.dispose();
    expect(tf.memory().numTensors).toBeLessThan(before); // what the devices' plans held is given back, and no more is left
  },
);

/** A WebGL backend: a context that is lost leaves reads that never end, or that answer zeros. */
async function webgl(reads: 'never end' | 'answer zeros'): Promise<Backend & Device & { polls(): number }> {
  await tf.setBackend('cpu');
  const canvas = new EventTarget();
  const gpgpu = { gl: { canvas, isContextLost: () => left < 1 }, itemsToPoll: [] as unknown[] };
  let left = Infinity;
  return {
    name: 'webgl',
    capabilities: { device: 'gpu', dtype: 'float32', tfjs: 'cpu' },
    probe: async () => ({ available: true }),
    async activate() {
      const backend = tf.backend() as unknown as Record<'gpgpu' | 'read', unknown>;
      backend.gpgpu = gpgpu;
      const read = Object.getPrototypeOf(backend).read as (id: object) => Promise<Float32Array>;
      backend.read = async (id: object) => {
        if (left-- > 1) return read.call(backend, id);
        setTimeout(() => canvas.dispatchEvent(new Event('webglcontextlost')));
        if (reads === 'answer zeros') return (await read.call(backend, id)).fill(0);
        gpgpu.itemsToPoll.push('a fence');
        return new Promise(() => {});
      };
    },
    dispose: async () => {},
    loseAt(answer) {
      left = answer;
    },
    polls: () => gpgpu.itemsToPoll.length,
  };
}

test.each(['never end', 'answer zeros'] as const)(
  'a WebGL context lost in mid-training, whose reads %s: training ends where it would have',
  async (reads) => {
    const expected = await train((input) => createCpuExecutor(plan).step(input));
    const device = await webgl(reads);
    device.loseAt(8);
    const executor = await createDeviceExecutor(plan, { backends: [device, 'cpu'], environment: {} });
    const found = await train((input) => executor.step(input));
    expectClose(found.losses, expected.losses);
    expectClose(found.parameters, expected.parameters);
    expect(executor.lost).toEqual([
      { name: 'webgl', reason: 'its device was lost: the WebGL context was lost' },
    ]);
    expect(device.polls()).toBe(0);
    executor.dispose();
  },
);

test('an executor that reads at once says that its context was lost, instead of answering zeros', async () => {
  await tf.setBackend('cpu');
  const gpgpu = { gl: { isContextLost: () => lost } };
  let lost = false;
  (tf.backend() as unknown as { gpgpu: unknown }).gpgpu = gpgpu;
  const executor = createTfjsExecutor(plan);
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const before = parameters.slice();
  const optimizer = createOptimizer({ kind: 'adam' }, parameters.length);
  executor.likelihood({ rows, parameters, values });
  lost = true;
  expect(() => executor.step({ rows, parameters, values, optimizer })).toThrow(
    /WebGL context was lost.*createDeviceExecutor/,
  );
  expect(parameters).toEqual(before);
  expect(optimizer.steps).toBe(0);
  executor.dispose();
});

test('values from noise agree with the CPU executor, also when the device is lost on the way', async () => {
  const device = await frail('device');
  const executor = await createDeviceExecutor(plan, { backends: [device, 'cpu'], environment: {} });
  const input = { rows, parameters: initialParameters(plan, { seed: 2 }), noise: values };
  const expected = createCpuExecutor(plan).forward(input).values;
  expectClose((await executor.forward(input)).values, expected);
  expect(executor.backend).toBe('device');
  device.loseAt(1);
  expectClose((await executor.forward(input)).values, expected);
  expect(executor.backend).toBe('cpu');
  executor.dispose();
});

test('calls made at once are answered in turn', async () => {
  const device = await frail('device');
  const executor = await createDeviceExecutor(plan, { backends: [device, 'cpu'], environment: {} });
  device.loseAt(3);
  const parameters = initialParameters(plan, { seed: 2 });
  const one = createCpuExecutor(plan).likelihood({ rows, parameters, values }).loss;
  const all = await Promise.all([1, 2, 3].map(() => executor.likelihood({ rows, parameters, values })));
  for (const { loss } of all) expect(loss).toBeCloseTo(one, 4);
  executor.dispose();
});

test('what is wrong with the call, and other failures, are no loss', async () => {
  const device = await frail('device');
  const executor = await createDeviceExecutor(plan, { backends: [device, 'cpu'], environment: {} });
  const short = new Float32Array(planLayout(plan).parameters - 1);
  await expect(executor.likelihood({ rows, parameters: short, values })).rejects.toMatchObject({
    name: 'ShapeError',
  });
  const backend = tf.backend() as unknown as { read: unknown };
  const { read } = backend;
  backend.read = async () => {
    throw new Error('out of memory');
  };
  const parameters = initialParameters(plan, { seed: 2 });
  await expect(executor.likelihood({ rows, parameters, values })).rejects.toThrow('out of memory');
  backend.read = read;
  expect(executor.backend).toBe('device');
  expect(executor.lost).toEqual([]);
  executor.dispose();
  await expect(executor.likelihood({ rows, parameters, values })).rejects.toMatchObject({
    code: 'autograd/disposed',
  });
});

test('when every device is lost, it says which and what to add', async () => {
  const device = await frail('device');
  device.loseAt(1);
  const executor = await createDeviceExecutor(plan, { backends: [device], environment: {} });
  const parameters = initialParameters(plan, { seed: 2 });
  const original = parameters.slice();
  const optimizer = createOptimizer({ kind: 'adam' }, parameters.length);
  await expect(executor.step({ rows, parameters, values, optimizer })).rejects.toThrow(
    /device: its device was lost: device was unplugged.*Add 'cpu'/,
  );
  expect(parameters).toEqual(original);
  expect(optimizer.steps).toBe(0);
});
