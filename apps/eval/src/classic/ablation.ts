import { defineJob, type Job } from '@cfe/base';
import { type ClassicGraph, simulate, type Table } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Measured } from '../experiment.ts';
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

/** One ablation beside the full engine, on the same rows. */
export const measureAblation: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureAblation',
  async ({ cell }: CellInput): Promise<Measured> => {
    const { graph, twin, ablation } = cell.settings;
    const data = classicData(
      { graph: graph as ClassicGraph, twin: twin as 'linear' | 'nonlinear', noise: 1 },
      cell.seed,
    );
    if (ablation === 'gradient leak') return { figures: gradientFigures(data, cell.seed) };
    const { table } = data.training;
    const dag = await learned(table, cell.seed);
    const full = scoreCounterfactuals(data.unseen, counterfactualsOf(await fitted(dag, table, cell.seed)));
    const less = scoreCounterfactuals(data.unseen, await ablated(ablation as Ablation, data, dag, cell.seed));
    return {
      figures: {
        skill: less.minSkill,
        rmse: less.rmse,
        'full skill': full.minSkill,
        'full rmse': full.rmse,
        'rmse over full': less.rmse / full.rmse,
        'log rmse over full': Math.log(less.rmse / full.rmse),
      },
      predictions: less.predictions,
    };
  },
);

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
    rmse: rmse.leak,
    'full rmse': rmse.exact,
    'rmse over full': rmse.leak / rmse.exact,
    'log rmse over full': Math.log(rmse.leak / rmse.exact),
    'batch-wide blocking, rmse over full': rmse['batch-wide'] / rmse.exact,
    'all-path blocking, rmse over full': rmse['all-paths'] / rmse.exact,
  };
}
