import { defineJob, type Job } from '@cfe/base';
import type { Table } from '@cfe/data';
import { compareGraphs, createDag, type Dag, type Graph } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Experiment, Figures, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { here, logEdges, needs, rowsWhere, split, subsample, wholeAndSubsamples } from './real-tables.ts';

/** The light tunnel: the reference regime, and all nine together. */
export const measureChambers: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureChambers',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, graphs } = await here('causal-chambers-light-tunnel');
    const truth = graphs.physical as Dag;
    const all = settings.rows === 'subsample' ? subsample(table as Table, seed) : (table as Table);
    const reference = rowsWhere(all, (r) => all.regimes?.of[r] === 0);
    const learned: Record<string, Graph> = {
      'reference regime': (await learnStructure(reference, { seed, method: 'flop' })).graph,
      'reference regime, method chosen by the data': (await learnStructure(reference, { seed })).graph,
      'nine regimes': (await learnStructure(all, { seed })).graph,
      'empty graph': createDag(all.names, []),
    };
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const [how, graph] of Object.entries(learned)) {
      const { shd, directed } = compareGraphs(truth, graph);
      figures[`${how}: shd`] = shd;
      figures[`${how}: directed precision`] = directed.precision;
      figures[`${how}: directed recall`] = directed.recall;
      logEdges(log, how, graph);
    }
    return { figures, predictions: log.columns };
  },
);

/** Causal chambers: known physics, with hidden common causes of the sensors. */
export const chambers: Experiment = {
  id: 'D2',
  title: 'Causal chambers, light tunnel',
  claim:
    'From the 1,000 reference rows most of the 18 known edges are found by the order search. Adding regimes does not help a method that knows no hidden causes: they join sensors that share hidden lights. The lights are set from outside, so their directions are easy.',
  rule: 'Supported if the SHD from the reference regime is at most 6 (a third of the edges). Refuted above 9. Otherwise inconclusive.',
  cells: ({ seeds }) => wholeAndSubsamples(seeds),
  measure: measureChambers,
  missing: needs('causal-chambers-light-tunnel'),
  judge(cells) {
    const figures = cells[0]?.figures as Figures;
    const shd = figures['reference regime: shd'] ?? Number.POSITIVE_INFINITY;
    return {
      verdict: shd <= 6 ? 'supported' : shd > 9 ? 'refuted' : 'inconclusive',
      reason: `SHD ${shd} from the reference regime, ${figures['nine regimes: shd']} from all nine, ${figures['empty graph: shd']} for the empty graph. With the method chosen by the data instead of named, ${figures['reference regime, method chosen by the data: shd']}.`,
      ...split(cells, 'empty graph'),
    };
  },
};
