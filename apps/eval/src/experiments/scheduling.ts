import { defineJob, type Job } from '@cfe/base';
import { simulate, simulateClassic } from '@cfe/data';
import { createNetwork } from '@cfe/network';
import { createTrainer, type InterventionSchedule, type Schedule } from '@cfe/trainer';
import { counterfactualsOf } from '../classic/contenders.ts';
import { scoreCounterfactuals } from '../classic/score-counterfactuals.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { lineOver } from './curves.ts';

const probabilities = [0, 0.1, 0.3, 0.5, 0.7, 0.9] as const;
const schedules: Readonly<Record<string, Schedule | InterventionSchedule>> = {
  ...Object.fromEntries(probabilities.map((p) => [`probability ${p}`, p])),
  'warm-up to 0.5': { kind: 'linear', from: 0, to: 0.5, over: 200 },
  'cosine from 0.7': { kind: 'cosine', from: 0.7, to: 0, over: 400 },
  'uncertain, 0.5': { probability: 0.5, select: 'uncertain' },
  'curriculum of depth, 0.5': { probability: 0.5, depth: { kind: 'linear', from: 0, to: 3, over: 300 } },
};

/** Counterfactual error after equal steps under each schedule, a simulator supplying the interventions. */
export const measureSchedules: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureSchedules',
  async ({ cell: { seed } }: CellInput): Promise<Measured> => {
    const { table, graph, model, simulator } = simulateClassic('complex', { twin: 'nonlinear', seed });
    const unseen = simulate({ simulator, columns: 'as-drawn', rows: 300, seed: 6_000_000 + seed });
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const [name, interventionProbability] of Object.entries(schedules)) {
      const network = createNetwork({ graph, seed });
      await createTrainer(network, {
        optimizer: { kind: 'adam', learningRate: 0.01 },
        interventionProbability,
        simulator: model,
        seed,
      }).fit(table, { epochs: 60, patience: 60 });
      const { rmse, predictions } = scoreCounterfactuals(unseen, counterfactualsOf(network));
      figures[`rmse, ${name}`] = rmse;
      const { target = [], value = [], variable = [], row = [], truth = [], predicted = [] } = predictions;
      for (let k = 0; k < truth.length; k += 10)
        log.add({
          schedule: name,
          target: target[k] as string,
          value: value[k] as number,
          variable: variable[k] as string,
          row: row[k] as number,
          truth: truth[k] as number,
          predicted: predicted[k] as number,
        });
    }
    return { figures, predictions: log.columns };
  },
);

/** N2: how often, and on what, to intervene in training. */
export const scheduling: Experiment = {
  id: 'N2',
  title: 'Scheduling of interventions in training',
  claim:
    'With a simulator to intervene on, training with interventions foretells actions better than without for the same number of steps, since mechanisms are seen over a wider range.',
  rule: 'Supported if the mean RMSE of the best probability is below 0.95 of that of probability 0. Refuted if every probability is worse than 0. Otherwise inconclusive.',
  cells: ({ seeds }) => seeds.slice(0, 5).map((seed) => ({ seed, settings: {} })),
  measure: measureSchedules,
  judge(cells) {
    const of = (name: string): number => summarise(`rmse, ${name}`, cells).mean ?? Number.NaN;
    const base = of('probability 0');
    const ratios = probabilities.slice(1).map((p) => of(`probability ${p}`) / base);
    const best = Math.min(...ratios);
    return {
      verdict: best < 0.95 ? 'supported' : ratios.every((ratio) => ratio > 1) ? 'refuted' : 'inconclusive',
      reason: `RMSE relative to no interventions: ${ratios.map((ratio, k) => `${ratio.toFixed(2)} at ${probabilities[k + 1]}`).join(', ')}.`,
      metrics: summariseAll(
        Object.keys(schedules)
          .filter((name) => name !== 'probability 0')
          .map((name) => `rmse, ${name}`),
        cells,
      ),
      floors: [summarise('rmse, probability 0', cells)],
      ceiling: [],
      curves: [
        {
          title: 'Counterfactual error against the probability of an intervention in training, equal steps',
          x: 'probability',
          y: 'RMSE',
          lines: [
            lineOver('constant probability', 'ours', cells, probabilities, (p) => `rmse, probability ${p}`),
          ],
        },
      ],
    };
  },
};
