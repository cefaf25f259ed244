import { defineJob, type Job, messageOf } from '@cfe/base';
import type { Table } from '@cfe/data';
import { datasets } from '@cfe/data/node';
import { type Dag, edgesOf } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Experiment, Measured, MeasuredCell } from '../experiment.ts';
import { summarise } from '../summarise.ts';
import { here, needs, rowsWhere } from './real-tables.ts';

const names = datasets.map(({ name }) => name).filter((name) => /^tuebingen-\d/.test(name));

/** Whether one cause–effect pair is put the right way round. Pairs that are not two numbers have no figures. */
export const measurePair: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measurePair',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, graphs, facts } = await here(settings.pair as string);
    const whole = table as Table;
    if (whole.names.length !== 2 || whole.variables.some(({ kind }) => kind === 'categorical'))
      return { figures: {} };
    const complete = rowsWhere(whole, (r) => whole.names.every((c) => !Number.isNaN(whole.column(c)[r])));
    const step = Math.ceil(complete.rows / 1000);
    const thinned = rowsWhere(complete, (r) => r % step === 0);
    const [cause] = edgesOf(graphs.direction as Dag);
    const weight = facts.weight ?? 1;
    const answer = async (): Promise<readonly [said: string, right: number]> => {
      try {
        const { dag } = await learnStructure(thinned, { method: 'cam', seed });
        const [found] = edgesOf(dag as Dag);
        return found === undefined ? ['no edge', 0] : [found.from, found.from === cause?.from ? 1 : 0];
      } catch (error) {
        return [messageOf(error), 0];
      }
    };
    const [said, right] = await answer();
    return {
      figures: { 'named right': right, weight, 'coin, named right': 0.5 },
      predictions: {
        pair: [settings.pair as string],
        cause: [cause?.from ?? ''],
        said: [said],
        weight: [weight],
      },
    };
  },
);

/** Which of two numbers is the cause. */
export const pairs: Experiment = {
  id: 'D4',
  title: 'Cause–effect pairs',
  claim:
    'On the Tübingen pairs of two numbers, the additive-noise method names the cause more often than a coin. It shows how weak this evidence is: published figures for additive noise are 63% ± 10%.',
  rule: 'Supported if the weighted accuracy is at least 0.6. Refuted below 0.45. Otherwise inconclusive. A pair whose direction the method leaves open counts as wrong.',
  cells: ({ size }) =>
    names.filter((_, k) => size === 'full' || k % 4 === 0).map((pair) => ({ seed: 0, settings: { pair } })),
  measure: measurePair,
  missing: needs(...names),
  judge(cells) {
    const { accuracy, half } = weightedAccuracy(cells);
    const { n } = summarise('named right', cells);
    return {
      verdict: accuracy >= 0.6 ? 'supported' : accuracy < 0.45 ? 'refuted' : 'inconclusive',
      reason: `Weighted accuracy ${accuracy.toFixed(2)} ± ${half.toFixed(2)} over ${n} pairs of two numbers.`,
      metrics: [
        {
          name: 'weighted accuracy',
          mean: accuracy,
          interval: [accuracy - half, accuracy + half],
          min: 0,
          max: 1,
          n,
        },
        summarise('named right', cells),
      ],
      floors: [summarise('coin, named right', cells)],
      ceiling: [],
    };
  },
};

/** The share of the weight that is right, with 1.96 standard errors of a ratio of means. */
function weightedAccuracy(cells: readonly MeasuredCell[]): { accuracy: number; half: number } {
  const judged = cells.flatMap(({ figures }) => {
    const [right, weight] = [figures['named right'], figures.weight];
    return typeof right === 'number' && typeof weight === 'number' ? [{ right, weight }] : [];
  });
  const total = judged.reduce((sum, { weight }) => sum + weight, 0);
  const accuracy = judged.reduce((sum, { right, weight }) => sum + right * weight, 0) / total;
  const squares = judged.reduce((sum, { right, weight }) => sum + (weight * (right - accuracy)) ** 2, 0);
  return { accuracy, half: (1.96 * Math.sqrt(squares)) / total };
}
