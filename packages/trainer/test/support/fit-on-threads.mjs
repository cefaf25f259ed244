// The same fit on one thread and on two: prints what came of each.
import { createThreadedExecutor } from '@cfe/backend-wasm/threads';
import { createTable } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { createTrainer } from '@cfe/trainer';

const nodes = ['a', 'b', 'c', 'd', 'e', 'f'];
const truth = linearGaussian({
  nodes,
  weights: nodes.map((_, i) => nodes.map((__, j) => (i < j ? 0.5 : 0))),
});
const rows = truth.sample(512, { seed: 1 });
const table = createTable(
  truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
);
const results = [];
for (const threads of [1, 2]) {
  const network = createNetwork({ graph: truth.graph, seed: 2 });
  const trainer = createTrainer(network, {
    optimizer: { kind: 'adam', learningRate: 0.01 },
    interventionProbability: 0.3,
    seed: 3,
    executor: async (plan) => {
      const executor = createThreadedExecutor(plan, { threads, smallest: 0 });
      await executor.started;
      return executor;
    },
  });
  const { executor } = await trainer.fit(table, { epochs: 4, batchSize: 128 });
  results.push({ executor, parameters: Array.from(network.state.parameters) });
}
console.log(JSON.stringify(results));
