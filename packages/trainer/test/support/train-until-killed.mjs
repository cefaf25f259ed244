// Trains from a checkpoint file and writes what came of it, so that someone can kill it at any moment.
//   node train-until-killed.mjs CHECKPOINT RESULT
import { renameSync, writeFileSync, writeSync } from 'node:fs';
import { createTable } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { linearGaussian } from '@cfe/scm';
import { createTrainer } from '@cfe/trainer';
import { fileCheckpoints } from '@cfe/trainer/node';

const [checkpoint, result] = process.argv.slice(2);
const truth = linearGaussian({
  nodes: ['x', 'm', 'y'],
  weights: [
    [0, 1, 0],
    [0, 0, 2],
    [0, 0, 0],
  ],
});
const rows = truth.sample(600, { seed: 1 });
const table = createTable(
  truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
);
const network = createNetwork({ graph: truth.graph, seed: 1 });
const trainer = createTrainer(network, {
  optimizer: { kind: 'adam', learningRate: 0.01 },
  learningRate: { kind: 'cosine', from: 0.01, to: 0, over: 1500 },
  interventionProbability: { probability: 0.3, select: 'active', count: 1.5 },
  structureWeight: 0.01,
  seed: 5,
});
let isStarted = false;
const { steps, losses } = await trainer.fit(table, {
  epochs: 60,
  batchSize: 48,
  patience: 1000,
  onProgress() {
    if (!isStarted) writeSync(1, 'started\n'); // at the first step
    isStarted = true;
  },
  checkpoint: { store: fileCheckpoints(checkpoint), everySteps: 2, resume: 'if-present' },
});
const bits = Buffer.from(network.state.parameters.buffer).toString('hex');
writeFileSync(`${result}.tmp`, JSON.stringify({ steps, losses, bits }));
renameSync(`${result}.tmp`, result);
