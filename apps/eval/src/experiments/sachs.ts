import { defineJob, type Job } from '@cfe/base';
import type { Table } from '@cfe/data';
import { compareGraphs, createDag, type Dag, edgesOf } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Experiment, Figures, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { here, logarithms, logEdges, needs, split, subsample, wholeAndSubsamples } from './real-tables.ts';

/** The graph learned from the Sachs cells, with and without what is known of the conditions. */
export const measureSachs: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureSachs',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, graphs } = await here('sachs');
    const all = logarithms(table as Table);
    const logs = settings.rows === 'subsample' ? subsample(all, seed) : all;
    const { regimes: _, ...pooled } = logs;
    const found = {
      'with conditions': (await learnStructure(logs, { seed })).dag as Dag,
      pooled: (await learnStructure({ ...pooled, regimes: undefined }, { seed, method: 'flop' })).dag as Dag,
      'empty graph': createDag(logs.names, []),
    };
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const [how, dag] of Object.entries(found)) {
      figures[`${how}: edges`] = edgesOf(dag).length;
      logEdges(log, how, dag);
      for (const [name, truth] of Object.entries(graphs)) {
        const { shd, directed } = compareGraphs(truth, dag);
        figures[`${how}: shd to ${name}`] = shd;
        figures[`${how}: directed f1 to ${name}`] = directed.f1;
      }
    }
    return { figures, predictions: log.columns };
  },
);

/** Sachs: a comparison, not a gate, since the consensus is disputed. */
export const sachs: Experiment = {
  id: 'D1',
  title: 'Sachs protein signalling',
  claim:
    'On 7,466 cells under nine conditions, log intensities, the learned graph is nearer to each of the three published graphs than the empty graph is. It shows what the method does with real interventions; the published graphs disagree with each other, and the inhibitors change activity, not the measured level.',
  rule: 'Supported if the SHD with conditions is below the empty graph’s for all three graphs. Refuted if it is above for all three. Otherwise inconclusive. A published interventional order search has 11, 14 and 15; the empty graph 17, 18 and 20.',
  cells: ({ seeds }) => wholeAndSubsamples(seeds),
  measure: measureSachs,
  missing: needs('sachs'),
  judge(cells) {
    const figures = cells[0]?.figures as Figures;
    const graphs = ['bnlearn17', 'consensus18', 'tetrad20'];
    const of = (how: string) => graphs.map((name) => figures[`${how}: shd to ${name}`] ?? Number.NaN);
    const [ours, empty] = [of('with conditions'), of('empty graph')];
    const nearer = ours.filter((shd, k) => shd < (empty[k] as number)).length;
    const further = ours.filter((shd, k) => shd > (empty[k] as number)).length;
    return {
      verdict: nearer === 3 ? 'supported' : further === 3 ? 'refuted' : 'inconclusive',
      reason: `SHD ${ours.join(', ')} to the 17-, 18- and 20-edge graphs; pooled without targets ${of('pooled').join(', ')}; empty graph ${empty.join(', ')}.`,
      ...split(cells, 'empty graph'),
    };
  },
};
