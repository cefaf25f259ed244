/**
 * What does a training step cost on the classic workload: 3 inputs, hidden 16 and 16, 1 output, every edge from inputs to
 * output, batch 32, Adam, interventions at 0.3? Ten epochs of 32 batches are timed, so one step is a 320th of it; the fit around them is in it. The executor
 * alone on the same rows, without batches, schedules and progress, is the baseline: the ratio is what the loop adds.
 */
import { createCpuExecutor, createOptimizer, createReferenceExecutor, planLayout } from '@cfe/autograd';
import { createRng, standardNormal } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createCausalUnitNetwork } from '@cfe/network';
import { createTrainer } from '@cfe/trainer';
import { bench, describe } from 'vitest';

const rows = 1024;
const names = ['x1', 'x2', 'x3', 'y'];
const values = names.map((name) => standardNormal(createRng(1).fork(name), rows));
const table = createTable(
  names.map((name, j) => ({ variable: { name, kind: 'continuous' }, values: values[j] as Float64Array })),
);
const batchSize = 32;
const options = { time: 1500, warmupTime: 300 };

function unit(executor: typeof createCpuExecutor): ReturnType<typeof createCausalUnitNetwork> {
  return createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, executor, seed: 1 });
}

describe('320 steps of the classic workload', () => {
  for (const [name, executor] of [
    ['fused float32', createCpuExecutor],
    ['reference float64', createReferenceExecutor],
  ] as const) {
    const trainer = createTrainer(unit(executor), {
      interventionProbability: 0.3,
      start: 'least-squares',
      seed: 1,
    });
    bench(
      `trainer, interventions at 0.3, ${name}`,
      async () => {
        await trainer.fit(table, { epochs: 10, batchSize, validation: 0 });
      },
      options,
    );
    const { plan } = unit(executor).model;
    const alone = executor(plan);
    const parameters = alone.allocate(planLayout(plan).parameters);
    const optimizer = createOptimizer({ kind: 'adam' }, parameters.length, { dtype: alone.dtype });
    const batch = alone.allocate(4 * batchSize);
    for (const [j, column] of values.entries()) batch.set(column.subarray(0, batchSize), j * batchSize);
    bench(
      `executor alone, ${name}`,
      () => {
        for (let step = 0; step < 320; step++)
          alone.step({ rows: batchSize, parameters, values: batch, optimizer });
      },
      options,
    );
  }
});
