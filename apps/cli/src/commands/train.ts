import { rm } from 'node:fs/promises';
import type { Dag } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { learnStructure } from '@cfe/structure';
import { createTrainer, type TrainerOptions } from '@cfe/trainer';
import { fileCheckpoints } from '@cfe/trainer/node';
import type { Command } from '../command.ts';
import { readGraph } from '../input/graph.ts';
import { readTable } from '../input/table.ts';
import { readTrainConfig } from '../input/train-config.ts';
import { selectedExecutor } from '../model/executor.ts';
import { modelText } from '../model/model-file.ts';
import { fitOutcome } from '../output/fit-outcome.ts';
import { writeWhole } from '../output/write-file.ts';
import { columnsOf, memberOf } from './fit.ts';

export const train: Command = {
  name: 'train',
  summary: 'train one network as a file says: optimiser, schedule, interventions; saves itself as it goes',
  arguments: [['<config>', 'JSON with "data", "out", and how']],
  options: [['--resume', 'go on from where an interrupted run saved itself']],
  examples: ['cfe train run.json --resume'],
  async run([path = ''], options, context) {
    const config = await readTrainConfig(path);
    const seed = config.seed ?? context.seed;
    const { signal, onProgress } = context;
    const given = config.graph === undefined ? undefined : await readGraph(config.graph);
    const read = await readTable(config.data, { regime: config.regime, targets: config.targets }, context);
    const notes = [...read.notes];
    const table = given === undefined ? read.table : columnsOf(read.table, given, config.data, notes);
    const begun = performance.now();
    const learned =
      given === undefined
        ? await learnStructure(table, {
            method: (config.method ?? 'auto') as 'auto',
            knowledge: config.knowledge,
            seed,
            signal,
            onProgress,
          })
        : undefined;
    const graph = given === undefined ? (learned?.dag as Dag) : memberOf(given, notes);
    const network = createNetwork({
      graph,
      variables: table.variables,
      mechanisms: config.mechanisms ?? 'mlp',
      seed,
      executor: await selectedExecutor(),
    });
    const checkpoint = `${config.out}.checkpoint`;
    const fit = await createTrainer(network, trainerOptions(config, seed)).fit(table, {
      signal,
      onProgress,
      epochs: config.epochs,
      batchSize: config.batchSize,
      patience: config.patience,
      validation: config.validation,
      checkpoint: {
        store: fileCheckpoints(checkpoint),
        everySeconds: config.checkpointSeconds,
        resume: options.resume === true ? 'if-present' : 'never',
      },
    });
    const fitted = { model: network, replicates: [], rows: table, fit, ...(learned && { learned }) };
    const model = await writeWhole(config.out, modelText(fitted, notes));
    await rm(checkpoint, { force: true });
    return fitOutcome(fitted, { model, notes, seconds: (performance.now() - begun) / 1000 });
  },
};

function trainerOptions(
  {
    optimizer = 'adam',
    learningRate,
    clipNorm,
    interventionProbability,
    structureWeight,
  }: Awaited<ReturnType<typeof readTrainConfig>>,
  seed: number,
): TrainerOptions {
  return {
    optimizer: optimizer === 'lbfgs' ? optimizer : { kind: optimizer },
    learningRate,
    clipNorm,
    interventionProbability,
    structureWeight,
    seed,
  };
}
