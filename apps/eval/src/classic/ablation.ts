import { defineJob, type Job } from '@cfe/base';
import { type ClassicGraph, simulate, type Table } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Measured, Predictions } from '../experiment.ts';
import { type PredictionLog, predictionLog } from '../prediction-log.ts';
import {
  complete,
  copyFactual,
  counterfactualsOf,
  everythingInto,
  fitted,
  type Oracle,
} from './contenders.ts';
import { type ClassicData, classicData, withoutRegimes } from './data.ts';
import { type GradientRule, gradientRules, pairedDescent } from './paired-descent.ts';
import { scoreCounterfactuals } from './score-counterfactuals.ts';

/** What is left out; `full` leaves nothing out. */
export const ablations = [
  'full',
  'no interventions in training',
  'own term kept',
  'descendants not recomputed',
  'no structure learning',
  'gradient leak',
  'plain network',
] as const;
export type Ablation = (typeof ablations)[number];

/** Every ablation beside the full engine, on the same rows; the leak, which is about steps and not about fits, by itself. */
export const measureAblation: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureAblation',
  async ({ cell }: CellInput): Promise<Measured> => {
    const { graph, twin } = cell.settings;
    const data = classicData(
      { graph: graph as ClassicGraph, twin: twin as 'linear' | 'nonlinear', noise: 1 },
      cell.seed,
    );
    if (twin === 'linear') return { figures: gradientFigures(data, cell.seed) };
    const { table } = data.training;
    const dag = await learned(table, cell.seed);
    const full = scoreCounterfactuals(data.unseen, counterfactualsOf(await fitted(dag, table, cell.seed)));
    const figures: Record<string, number> = { 'full: skill': full.minSkill, 'full: rmse': full.rmse };
    const log = predictionLog();
    keep(log, 'full', full.predictions);
    for (const ablation of ablations) {
      if (ablation === 'full' || ablation === 'gradient leak') continue;
      const less = scoreCounterfactuals(data.unseen, await ablated(ablation, data, dag, cell.seed));
      figures[`${ablation}: skill`] = less.minSkill;
      figures[`${ablation}: rmse`] = less.rmse;
      figures[`${ablation}: rmse over full`] = less.rmse / full.rmse;
      figures[`${ablation}: log rmse over full`] = Math.log(less.rmse / full.rmse);
      keep(log, ablation, less.predictions);
    }
    return { figures, predictions: log.columns };
  },
);

/** Every fifth row: seven contenders on the same rows would fill a disk. */
function keep(log: PredictionLog, who: string, predictions: Predictions): void {
  const { target = [], value = [], variable = [], row = [], truth = [], predicted = [] } = predictions;
  for (const [k, r] of row.entries()) {
    if (Number(r) % 5 !== 0) continue;
    log.add({
      who,
      target: target[k] as string,
      value: value[k] as number,
      variable: variable[k] as string,
      row: r,
      truth: truth[k] as number,
      predicted: predicted[k] as number,
    });
  }
}

async function learned(table: Table, seed: number): Promise<Dag> {
  return (await learnStructure(table, { seed })).dag as Dag;
}

async function ablated(ablation: Ablation, data: ClassicData, dag: Dag, seed: number): Promise<Oracle> {
  const { table, simulator } = data.training;
  switch (ablation) {
    case 'no interventions in training': {
      const { table: observed } = simulate({
        simulator,
        columns: 'as-drawn',
        rows: table.rows,
        seed: 2_000_000 + seed,
      });
      return counterfactualsOf(await fitted(await learned(observed, seed), observed, seed));
    }
    case 'own term kept':
      return counterfactualsOf(await fitted(dag, withoutRegimes(table), seed));
    case 'descendants not recomputed':
      return copyFactual;
    case 'no structure learning':
      return counterfactualsOf(await fitted(complete(table.names), table, seed));
    case 'plain network':
      return counterfactualsOf(await fitted(everythingInto(table.names, data.outcome), table, seed));
    default:
      return counterfactualsOf(await fitted(dag, table, seed));
  }
}

/** The same steps of the paired-counterfactual loss under each rule for gradients at cut edges. */
function gradientFigures({ training, unseen }: ClassicData, seed: number): Measured['figures'] {
  const start = createNetwork({ graph: training.graph, mechanisms: 'linear', seed });
  const { table } = training;
  start.update({
    ...start.state,
    scales: training.graph.nodes.map((name) => {
      const column = table.column(name);
      const centre = column.reduce((a, b) => a + b, 0) / column.length;
      const scale = Math.sqrt(column.reduce((a, b) => a + (b - centre) ** 2, 0) / column.length);
      return { centre, scale };
    }),
  });
  const rmseUnder = (rule: GradientRule): number => {
    const network = start.copy();
    network.update({
      ...start.state,
      parameters: pairedDescent(start, training, rule, { steps: 500, seed }),
    });
    return scoreCounterfactuals(unseen, counterfactualsOf(network)).rmse;
  };
  const rmse = Object.fromEntries(gradientRules.map((rule) => [rule, rmseUnder(rule)])) as Record<
    GradientRule,
    number
  >;
  return {
    'gradient leak: rmse': rmse.leak,
    'full: rmse': rmse.exact,
    'gradient leak: rmse over full': rmse.leak / rmse.exact,
    'gradient leak: log rmse over full': Math.log(rmse.leak / rmse.exact),
    'gradient leak: batch-wide blocking, rmse over full': rmse['batch-wide'] / rmse.exact,
    'gradient leak: all-path blocking, rmse over full': rmse['all-paths'] / rmse.exact,
  };
}
