import { defineJob, type Job } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { createTrainer, type SweepInput } from '@cfe/trainer';

/** Every call of the job, in this thread. */
export const calls: string[] = [];

const truth = linearGaussian({
  nodes: ['x', 'y'],
  weights: [
    [0, 2],
    [0, 0],
  ],
});

type Input = SweepInput<{ readonly learningRate: number }>;

export const fitOne: Job<Input, number> = defineJob(
  import.meta.url,
  'fitOne',
  async ({ configuration, seed }: Input): Promise<number> => {
    calls.push(`${configuration.learningRate} ${seed}`);
    const rows = truth.sample(100, { seed });
    const table = createTable(
      truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
    );
    const network = createNetwork({ graph: truth.graph, mechanisms: 'linear', seed });
    const optimizer = { kind: 'adam', learningRate: configuration.learningRate } as const;
    const { losses } = await createTrainer(network, { optimizer, seed }).fit(table, {
      epochs: 3,
      batchSize: 20,
    });
    return losses.y as number;
  },
);
