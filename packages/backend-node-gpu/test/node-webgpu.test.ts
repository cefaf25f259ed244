// WebGPU in Node by Dawn, where it is installed; on a machine without a graphics card by Chromium's software renderer.
import {
  createCpuExecutor,
  createOptimizer,
  createPlan,
  createReferenceExecutor,
  initialParameters,
  planLayout,
  selectBackend,
} from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import { beforeAll, expect, test } from 'vitest';
import { deferredConformance } from '../../../test/support/deferred-conformance.ts';
import { nodeWebgpuBackend } from '../src/index.ts';
import { nodeWebgpu, noNodeWebgpu, useVulkanOfChromium } from './support/installed.ts';

const backend = nodeWebgpuBackend({ from: nodeWebgpu, layer: 'programs' });
let missing: string | undefined = noNodeWebgpu;

beforeAll(async () => {
  if (nodeWebgpu === undefined) return;
  useVulkanOfChromium();
  const probe = await backend.probe();
  missing = probe.available ? undefined : probe.reason;
}, 120_000);

const plan = createPlan({
  graph: {
    nodes: ['a', 'b', 'c', 'd'],
    parents: { offsets: Int32Array.of(0, 0, 1, 3, 6), items: Int32Array.of(0, 0, 1, 0, 1, 2) },
  },
  mechanism: { hidden: [8] },
});
const rows = 32;
const rng = createRng(5);
const values = Float32Array.from({ length: 4 * rows }, () => rng.normal());
const cut = Uint8Array.from({ length: 4 * rows }, () => (rng.uniform() < 0.2 ? 1 : 0));
const parameters = initialParameters(plan, { seed: 1 });

test('values, likelihood and gradient agree with the float64 reference', {
  timeout: 300_000,
}, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const executor = await createDeviceExecutor(plan, { backends: [backend], environment: {} });
  expect(executor.backend).toBe('node-webgpu');
  expect((await backend.report?.())?.facts).toMatchObject({ layers: 'programs' });
  const reference = createReferenceExecutor(plan);
  const action = { cut, value: values };
  const forward = { rows, parameters, noise: values, action };
  expectClose((await executor.forward(forward)).values, reference.forward(forward).values);
  const teacher = { rows, parameters, values, omit: cut };
  const [found, expected] = [await executor.likelihood(teacher), reference.likelihood(teacher)];
  expectClose(found.byVariable, expected.byVariable);
  expectClose(found.gradient.parameters, expected.gradient.parameters);
  executor.dispose();
});

test('it trains with Adam as the CPU executor does', { timeout: 300_000 }, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  const executor = await createDeviceExecutor(plan, { backends: [backend], environment: {} });
  const [own, other] = [parameters.slice(), parameters.slice()];
  const count = planLayout(plan).parameters;
  const [optimizer, twin] = [1, 2].map(() =>
    createOptimizer({ kind: 'adam', learningRate: 0.01 }, count),
  ) as [ReturnType<typeof createOptimizer>, ReturnType<typeof createOptimizer>];
  const cpu = createCpuExecutor(plan);
  for (let step = 0; step < 5; step++) {
    await executor.step({ rows, parameters: own, values, omit: cut, optimizer });
    cpu.step({ rows, parameters: other, values, omit: cut, optimizer: twin });
  }
  // Five steps of 0.01 whose directions are signs: rounding moves them by far less than one step.
  for (const [i, value] of own.entries()) expect(Math.abs(value - (other[i] as number))).toBeLessThan(1e-3);
  executor.dispose();
});

test('it passes the conformance suite, with our layer programs, read asynchronously', {
  timeout: 900_000,
}, async (context) => {
  if (missing !== undefined) return context.skip(missing);
  if (process.env.CFE_FULL !== '1') return context.skip('minutes without a GPU: set CFE_FULL=1');
  await selectBackend([backend], { environment: {} });
  const { passed, failures } = await deferredConformance({ cases: 2 });
  expect(failures).toEqual([]);
  expect(passed.length).toBeGreaterThan(10);
});

/** Within float32 rounding of sums of some tens of terms, relative to the largest. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((actual[i] as number) - (expected[i] as number))).toBeLessThanOrEqual(1e-5 * largest);
}
