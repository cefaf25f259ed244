import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCpuExecutor } from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { createTable } from '@cfe/data';
import { type CausalNetwork, createNetwork } from '@cfe/network';
import {
  createTrainer,
  type DeviceSteps,
  type FitResult,
  fitNetwork,
  type TrainerOptions,
} from '@cfe/trainer';
import { expect, test } from 'vitest';
import { chain } from './support/chain.ts';

const rows = chain.sample(300, { seed: 1 });
const table = createTable(
  chain.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
);

async function fitted(
  executor: TrainerOptions['executor'],
  more: TrainerOptions = {},
): Promise<{ readonly network: CausalNetwork; readonly result: FitResult }> {
  const network = createNetwork({ graph: chain.graph, executor: createCpuExecutor, seed: 2 });
  const trainer = createTrainer(network, {
    optimizer: { kind: 'adam', learningRate: 0.01 },
    interventionProbability: 0.3,
    structureWeight: 0.05,
    seed: 3,
    executor,
    ...more,
  });
  return { network, result: await trainer.fit(table, { epochs: 6, batchSize: 64 }) };
}

test('an executor that has to start first is waited for', async () => {
  const [now, later] = [
    await fitted(createCpuExecutor),
    await fitted(async (plan) => createCpuExecutor(plan)),
  ];
  expect(later.network.state.parameters).toEqual(now.network.state.parameters);
});

test('steps on a device come to what steps at home do, and the report names both', async () => {
  const home = await fitted(createCpuExecutor);
  const away = await fitted((plan) => createDeviceExecutor(plan, { backends: ['cpu'] }));
  expect(away.network.state.parameters).toEqual(home.network.state.parameters);
  expect(away.result.history.map(({ loss }) => loss)).toEqual(home.result.history.map(({ loss }) => loss));
  expect(away.result.executor).toBe(`cpu, ${home.result.executor}`);
});

test('a device is disposed of, also when its step fails, and the network is as it was', async () => {
  let disposed = 0;
  const broken = (): DeviceSteps => ({
    backend: 'broken',
    step: () => Promise.reject(new Error('no more')),
    dispose: () => {
      disposed += 1;
    },
  });
  const network = createNetwork({ graph: chain.graph, seed: 2 });
  const before = network.state.parameters.slice();
  const optimizer = { kind: 'adam' } as const;
  await expect(createTrainer(network, { optimizer, executor: broken }).fit(table)).rejects.toThrow('no more');
  expect(disposed).toBe(1);
  expect(network.state.parameters).toEqual(before);
  await expect(fitNetwork(network, table, { executor: broken })).rejects.toMatchObject({
    code: 'trainer/device',
  });
  expect(disposed).toBe(2);
});

test('two threads come to the bits of one', { timeout: 60_000 }, (context) => {
  if (!existsSync(new URL('../../backend-wasm/dist/threads.js', import.meta.url)))
    return context.skip('no build here: node scripts/build.mjs');
  const script = fileURLToPath(new URL('./support/fit-on-threads.mjs', import.meta.url));
  const [one, two] = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as [
    { executor: string; parameters: number[] },
    { executor: string; parameters: number[] },
  ];
  expect(two.parameters).toEqual(one.parameters);
  expect([one.executor, two.executor].map((name) => name.slice(-3))).toEqual(['× 1', '× 2']);
});
