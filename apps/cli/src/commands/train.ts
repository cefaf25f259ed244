import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CfeError } from '@cfe/base';
import type { Dag } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { learnStructure } from '@cfe/structure';
import { createTrainer, type TrainerOptions } from '@cfe/trainer';
import { fileCheckpoints, jsonLog } from '@cfe/trainer/node';
import type { Command } from '../command.ts';
import { readGraph } from '../input/graph.ts';
import { readTable } from '../input/table.ts';
import { readTrainConfig } from '../input/train-config.ts';
import { selectedExecutor } from '../model/executor.ts';
import { modelText, readModel } from '../model/model-file.ts';
import { fitOutcome } from '../output/fit-outcome.ts';
import { writeWhole } from '../output/write-file.ts';
import { columnsOf, memberOf } from './fit.ts';

export const train: Command = {
  name: 'train',
  summary: 'train one network as a file says: optimiser, schedule, interventions; saves itself as it goes',
  arguments: [['<config>', 'JSON with "data", "out", and how']],
  options: [['--resume', 'go on from where an interrupted run saved itself']],
  examples: ['cfe train run.json', 'cfe train run.json --resume'],
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
    const resume = options.resume === true;
    if (resume && !existsSync(checkpoint))
      notes.push(`There is no ${checkpoint} to go on from, so training began anew.`);
    const simulator = config.simulator === undefined ? undefined : (await readModel(config.simulator)).model;
    const trainer = createTrainer(network, { ...trainerOptions(config, seed), simulator });
    const fit = await orHowToResume(path, checkpoint, signal, () =>
      trainer.fit(table, {
        signal,
        log: config.log === undefined ? undefined : jsonLog(config.log),
        onProgress,
        epochs: config.epochs,
        batchSize: config.batchSize,
        patience: config.patience,
        validation: config.validation,
        checkpoint: {
          store: fileCheckpoints(checkpoint),
          everySeconds: config.checkpointSeconds,
          resume: resume ? 'if-present' : 'never',
        },
      }),
    );
    context.say(trainer.report().text);
    const fitted = { model: network, replicates: [], rows: table, fit, ...(learned && { learned }) };
    const model = await writeWhole(config.out, modelText(fitted, notes));
    await rm(checkpoint, { force: true });
    return fitOutcome(fitted, { model, notes, seconds: (performance.now() - begun) / 1000 });
  },
};

/** Training that was stopped has saved itself; whoever stopped it wants to know how to go on. */
async function orHowToResume<Result>(
  config: string,
  checkpoint: string,
  signal: AbortSignal,
  fit: () => Promise<Result>,
): Promise<Result> {
  try {
    return await fit();
  } catch (error) {
    if (!signal.aborted || !existsSync(checkpoint)) throw error;
    throw new CfeError(
      'cli/stopped',
      `stopped; where it was is saved in ${checkpoint}. To go on from there: cfe train ${quotedPath(config)} --resume`,
      { checkpoint },
    );
  }
}

function quotedPath(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : JSON.stringify(path);
}

function trainerOptions(
  {
    optimizer = 'adam',
    learningRate,
    clipNorm,
    interventionProbability,
    structureWeight,
    counterfactualWeight,
  }: Awaited<ReturnType<typeof readTrainConfig>>,
  seed: number,
): TrainerOptions {
  return {
    optimizer: optimizer === 'lbfgs' ? optimizer : { kind: optimizer },
    learningRate,
    clipNorm,
    interventionProbability,
    structureWeight,
    counterfactualWeight,
    seed,
  };
}
