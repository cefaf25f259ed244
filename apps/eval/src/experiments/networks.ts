import { defineJob, type Job, type Variable } from '@cfe/base';
import { createTable } from '@cfe/data';
import { compareGraphs, cpdag, createDag, type Dag, edgesOf } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise } from '../summarise.ts';
import { here, logEdges, needs, split } from './real-tables.ts';

const networks = ['asia', 'cancer', 'earthquake', 'survey', 'sachs', 'child', 'insurance', 'alarm'];

/** Rows drawn from a published discrete network, and the class learned from them. */
export const measureNetwork: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureNetwork',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { model } = await here(`bnlearn-${settings.network}`);
    if (model === undefined) throw new Error(`bnlearn-${settings.network} brings no model`);
    const rows = model.sample(5000, { seed });
    const table = createTable(
      model.variables
        .map((variable: Variable) => ({ variable, values: rows.column(variable.name) }))
        .filter(({ values }) => values.some((value) => value !== values[0])),
    );
    const truth = restrictedTo(model.graph, table.names);
    const { graph } = await learnStructure(table, { seed });
    const found = compareGraphs(cpdag(truth), graph);
    const log = predictionLog();
    logEdges(log, 'learned', graph);
    logEdges(log, 'truth', cpdag(truth));
    return {
      figures: {
        'cpdag shd': found.shd,
        'skeleton f1': found.skeleton.f1,
        'cpdag shd over edges': found.shd / edgesOf(truth).length,
        'empty graph, cpdag shd': edgesOf(truth).length,
      },
      predictions: log.columns,
    };
  },
);

/** The networks of the bnlearn repository. */
export const discreteNetworks: Experiment = {
  id: 'D3',
  title: 'Discrete networks',
  claim:
    'From 5,000 rows of published discrete networks (asia to alarm) the class is found with far fewer errors than there are edges.',
  rule: 'Supported if the mean CPDAG-SHD over edges is at most 0.35. Refuted above 0.8. Otherwise inconclusive. The empty graph has 1.',
  cells: ({ seeds }) => seeds.flatMap((seed) => networks.map((network) => ({ seed, settings: { network } }))),
  measure: measureNetwork,
  missing: needs(...networks.map((network) => `bnlearn-${network}`)),
  breakdown: { by: 'network', figures: ['cpdag shd over edges', 'skeleton f1'] },
  judge(cells) {
    const share = summarise('cpdag shd over edges', cells).mean ?? 1;
    const byNetwork = networks.map((network) => {
      const own = cells.filter(({ cell }) => cell.settings.network === network);
      return `${network} ${summarise('cpdag shd', own).mean?.toFixed(1)}`;
    });
    return {
      verdict: share <= 0.35 ? 'supported' : share > 0.8 ? 'refuted' : 'inconclusive',
      reason: `Mean CPDAG-SHD over edges ${share.toFixed(2)}; SHD: ${byNetwork.join(', ')}.`,
      ...split(cells, 'empty graph'),
    };
  },
};

/** Without columns that the sample left constant, since no method can place them. */
function restrictedTo(graph: Dag, names: readonly string[]): Dag {
  return createDag(
    names,
    edgesOf(graph).flatMap(({ from, to }): [string, string][] =>
      names.includes(from) && names.includes(to) ? [[from, to]] : [],
    ),
  );
}
