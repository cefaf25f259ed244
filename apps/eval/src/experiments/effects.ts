import { defineJob, type Job } from '@cfe/base';
import { effect, rowEffects } from '@cfe/counterfactuals';
import type { Table } from '@cfe/data';
import { createDag, type Dag } from '@cfe/graph';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { here, needs } from './real-tables.ts';

/** A treatment with the covariates above both it and the outcome: ignorability as a graph. */
export function ignorability(table: Table, treatment: string, outcome: string): Dag {
  const covariates = table.names.filter((name) => name !== treatment && name !== outcome);
  return createDag(table.names, [
    ...covariates.flatMap((name): [string, string][] => [
      [name, treatment],
      [name, outcome],
    ]),
    [treatment, outcome],
  ]);
}

/** The effect of job training on earnings, from men who chose it and men who did not. Seeds differ in the network's first weights alone. */
export const measureLalonde: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureLalonde',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, facts } = await here(settings.dataset as string);
    const rows = table as Table;
    const network = await fitted(ignorability(rows, 'treat', 're78'), rows, seed, 'mlp', rows.variables);
    const treated = rowsWhere(rows, 'treat', 1);
    const isCategory = rows.variable('treat').kind === 'categorical';
    const level = (value: 0 | 1): number | string => (isCategory ? String(value) : value);
    const { value } = await effect(network, {
      treatment: { treat: level(1) },
      control: { treat: level(0) },
      outcome: 're78',
      rows: treated,
      seed,
    });
    return {
      figures: {
        'effect on the treated': value,
        'experimental effect': facts.experimentalEffect ?? null,
        'naive difference': facts.naiveDifference ?? null,
        'absolute error': Math.abs(value - (facts.experimentalEffect ?? Number.NaN)),
        'naive, absolute error': Math.abs((facts.naiveDifference ?? 0) - (facts.experimentalEffect ?? 0)),
      },
    };
  },
);

function rowsWhere(table: Table, name: string, value: number): Table {
  const keep = Int32Array.from({ length: table.rows }, (_, r) => r).filter(
    (r) => table.column(name)[r] === value,
  );
  const columns = new Map(
    table.names.map((column) => [column, Float64Array.from(keep, (r) => table.column(column)[r] as number)]),
  );
  return { ...table, rows: keep.length, column: (column) => columns.get(column) ?? table.column(column) };
}

/** LaLonde: an experiment says what the answer is. */
export const lalonde: Experiment = {
  id: 'D5',
  title: 'LaLonde job training',
  claim:
    'Adjusting for the measured covariates brings the observational estimate from the naive difference towards the experiment’s 1,794 dollars. It shows adjustment at work on one well-studied sample, not that hidden causes are absent. Seeds differ in the network’s first weights alone, so the spread is that of training, not of sampling.',
  rule: 'Supported if the mean absolute error over the two comparison groups is under a third of the naive difference’s. Refuted if it is above it. Otherwise inconclusive.',
  cells: ({ seeds }) =>
    seeds
      .slice(0, 3)
      .flatMap((seed) => ['lalonde-cps', 'lalonde-psid'].map((dataset) => ({ seed, settings: { dataset } }))),
  measure: measureLalonde,
  missing: needs('lalonde-cps', 'lalonde-psid'),
  breakdown: { by: 'dataset', figures: ['effect on the treated', 'absolute error'] },
  judge(cells) {
    const error = summarise('absolute error', cells).mean ?? Number.POSITIVE_INFINITY;
    const naive = summarise('naive, absolute error', cells).mean ?? 0;
    return {
      verdict: error < naive / 3 ? 'supported' : error > naive ? 'refuted' : 'inconclusive',
      reason: `Mean absolute error ${error.toFixed(0)} dollars, of the naive difference ${naive.toFixed(0)}; effect on the treated ${summarise('effect on the treated', cells).mean?.toFixed(0)}.`,
      metrics: summariseAll(['effect on the treated', 'experimental effect', 'absolute error'], cells),
      floors: summariseAll(['naive difference', 'naive, absolute error'], cells),
      ceiling: [],
    };
  },
};

/** Individual effects of an intervention for infants, whose outcomes are simulated on real covariates. */
export const measureIhdp: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureIhdp',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, effects, facts } = await here(settings.dataset as string);
    const rows = table as Table;
    const network = await fitted(ignorability(rows, 'treatment', 'y'), rows, seed, 'mlp', rows.variables);
    const isCategory = rows.variable('treatment').kind === 'categorical';
    const level = (value: 0 | 1): number | string => (isCategory ? String(value) : value);
    const told = await rowEffects(network, rows, {
      treatment: { treatment: level(1) },
      control: { treatment: level(0) },
      outcome: 'y',
      seed,
    });
    const truth = effects as Float64Array;
    const mean = (v: Float64Array): number => v.reduce((a, b) => a + b, 0) / v.length;
    const treated = rows.column('treatment');
    const y = rows.column('y');
    const naive = mean(y.filter((_, r) => treated[r] === 1)) - mean(y.filter((_, r) => treated[r] === 0));
    const pehe = (of: (row: number) => number): number =>
      Math.sqrt(mean(truth.map((t, r) => (of(r) - t) ** 2)));
    const log = predictionLog();
    for (let row = 0; row < rows.rows; row++)
      log.add({
        row,
        treated: treated[row] as number,
        told: told[row] as number,
        truth: truth[row] as number,
      });
    return {
      figures: {
        'error of the average effect': Math.abs(mean(told) - (facts.averageEffect ?? Number.NaN)),
        'root pehe': pehe((r) => told[r] as number),
        'naive, error of the average effect': Math.abs(naive - (facts.averageEffect ?? Number.NaN)),
        'naive, root pehe': pehe(() => naive),
      },
      predictions: log.columns,
    };
  },
);

export const replications: readonly string[] = Array.from({ length: 9 }, (_, k) => `ihdp-${k + 1}`);

/** IHDP: a smoke test of heterogeneous effects on nine of the published thousand replications. */
export const ihdp: Experiment = {
  id: 'D6',
  title: 'IHDP, nine replications',
  claim:
    'Individual effects are told better than by one number for all. Nine files are not the published thousand replications, so this is a smoke test and no ranking.',
  rule: 'Supported if the mean error of the average effect and the mean root PEHE are both below the naive difference’s. Refuted if both are above. Otherwise inconclusive.',
  cells: () => replications.map((dataset) => ({ seed: 0, settings: { dataset } })),
  measure: measureIhdp,
  missing: needs(...replications),
  breakdown: { by: 'dataset', figures: ['error of the average effect', 'root pehe'] },
  judge(cells) {
    const of = (name: string): number => summarise(name, cells).mean ?? Number.NaN;
    const better = [
      of('error of the average effect') < of('naive, error of the average effect'),
      of('root pehe') < of('naive, root pehe'),
    ];
    return {
      verdict: better.every(Boolean) ? 'supported' : better.some(Boolean) ? 'inconclusive' : 'refuted',
      reason: `Error of the average effect ${of('error of the average effect').toFixed(2)} (naive ${of('naive, error of the average effect').toFixed(2)}), root PEHE ${of('root pehe').toFixed(2)} (naive ${of('naive, root pehe').toFixed(2)}).`,
      metrics: summariseAll(['error of the average effect', 'root pehe'], cells),
      floors: summariseAll(['naive, error of the average effect', 'naive, root pehe'], cells),
      ceiling: [],
    };
  },
};
