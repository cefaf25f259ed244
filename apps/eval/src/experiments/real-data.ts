import { defineJob, type Job, messageOf, type Variable } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { type Dataset, datasets, loadDataset } from '@cfe/data/node';
import { compareGraphs, cpdag, createDag, type Dag, edgesOf, type Graph } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import type { CellInput, Experiment, Figures, Measured } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

const here = (name: string): Promise<Dataset> => loadDataset(name, { download: 'never' });

/** Why datasets cannot be read here; the suite then skips by name. */
export function missingData(): string | undefined {
  return process.env.CFE_DATA_DIR
    ? undefined
    : 'needs datasets: set CFE_DATA_DIR to the folder that has them, or fetch them with `cfe data fetch NAME`';
}

/** The graph learned from the Sachs cells, with and without what is known of the conditions. */
export const measureSachs: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureSachs',
  async ({ cell: { seed } }: CellInput): Promise<Measured> => {
    const { table, graphs } = await here('sachs');
    const logs = logarithms(table as Table);
    const { regimes: _, ...pooled } = logs;
    const found = {
      'with conditions': (await learnStructure(logs, { seed })).dag as Dag,
      pooled: (await learnStructure({ ...pooled, regimes: undefined }, { seed, method: 'flop' })).dag as Dag,
      'empty graph': createDag(logs.names, []),
    };
    const figures: Record<string, number | null> = {};
    for (const [how, dag] of Object.entries(found)) {
      figures[`${how}: edges`] = edgesOf(dag).length;
      for (const [name, truth] of Object.entries(graphs)) {
        const { shd, directed } = compareGraphs(truth, dag);
        figures[`${how}: shd to ${name}`] = shd;
        figures[`${how}: directed f1 to ${name}`] = directed.f1;
      }
    }
    return { figures };
  },
);

/** Sachs: a comparison, not a gate, since the consensus is disputed. */
export const sachs: Experiment = {
  id: 'D1',
  title: 'Sachs protein signalling',
  claim:
    'On 7,466 cells under nine conditions, log intensities, the learned graph is nearer to each of the three published graphs than the empty graph is. It shows what the method does with real interventions; the published graphs disagree with each other, and the inhibitors change activity, not the measured level.',
  rule: 'Supported if the SHD with conditions is below the empty graph’s for all three graphs. Refuted if it is above for all three. Otherwise inconclusive. A published interventional order search has 11, 14 and 15; the empty graph 17, 18 and 20.',
  cells: () => [{ seed: 0, settings: {} }],
  measure: measureSachs,
  missing: missingData,
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

/** The light tunnel: the reference regime, and all nine together. */
export const measureChambers: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureChambers',
  async ({ cell: { seed } }: CellInput): Promise<Measured> => {
    const { table, graphs } = await here('causal-chambers-light-tunnel');
    const truth = graphs.physical as Dag;
    const all = table as Table;
    const reference = rowsOf(all, (r) => all.regimes?.of[r] === 0);
    const learned: Record<string, Graph> = {
      'reference regime': (await learnStructure(reference, { seed, method: 'flop' })).graph,
      'reference regime, method chosen by the data': (await learnStructure(reference, { seed })).graph,
      'nine regimes': (await learnStructure(all, { seed })).graph,
      'empty graph': createDag(all.names, []),
    };
    const figures: Record<string, number | null> = {};
    for (const [how, graph] of Object.entries(learned)) {
      const { shd, directed } = compareGraphs(truth, graph);
      figures[`${how}: shd`] = shd;
      figures[`${how}: directed precision`] = directed.precision;
      figures[`${how}: directed recall`] = directed.recall;
    }
    return { figures };
  },
);

/** Causal chambers: known physics, with hidden common causes of the sensors. */
export const chambers: Experiment = {
  id: 'D2',
  title: 'Causal chambers, light tunnel',
  claim:
    'From the 1,000 reference rows most of the 18 known edges are found. Adding regimes does not help a method that knows no hidden causes: they join sensors that share hidden lights. The lights are set from outside, so their directions are easy.',
  rule: 'Supported if the SHD from the reference regime is at most 6 (a third of the edges). Refuted above 9. Otherwise inconclusive.',
  cells: () => [{ seed: 0, settings: {} }],
  measure: measureChambers,
  missing: missingData,
  judge(cells) {
    const figures = cells[0]?.figures as Figures;
    const shd = figures['reference regime: shd'] ?? Number.POSITIVE_INFINITY;
    return {
      verdict: shd <= 6 ? 'supported' : shd > 9 ? 'refuted' : 'inconclusive',
      reason: `SHD ${shd} from the reference regime, ${figures['nine regimes: shd']} from all nine, ${figures['empty graph: shd']} for the empty graph.`,
      ...split(cells, 'empty graph'),
    };
  },
};

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
    const { graph } = await learnStructure(table, {
      seed,
      budget: { restarts: settings.restarts as number },
    });
    const found = compareGraphs(cpdag(truth), graph);
    return {
      figures: {
        'cpdag shd': found.shd,
        'skeleton f1': found.skeleton.f1,
        'cpdag shd over edges': found.shd / edgesOf(truth).length,
        'empty graph, cpdag shd': edgesOf(truth).length,
      },
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
  missing: missingData,
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

/** How often the cause–effect pairs of one column each are put the right way round. */
export const measurePairs: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measurePairs',
  async ({ cell: { seed } }: CellInput): Promise<Measured> => {
    let [weighted, right, count, unweighted] = [0, 0, 0, 0];
    const failures: string[] = [];
    for (const { name } of datasets.filter((known) => /^tuebingen-\d/.test(known.name))) {
      const { table, graphs, facts } = await here(name);
      const whole = table as Table;
      if (whole.names.length !== 2 || whole.variables.some(({ kind }) => kind === 'categorical')) continue;
      const complete = rowsOf(whole, (r) => whole.names.every((c) => !Number.isNaN(whole.column(c)[r])));
      const [cause] = edgesOf(graphs.direction as Dag);
      const weight = facts.weight ?? 1;
      try {
        const thinned = rowsOf(
          complete,
          (r) => r < 1000 * Math.ceil(complete.rows / 1000) && r % Math.ceil(complete.rows / 1000) === 0,
        );
        const { dag } = await learnStructure(thinned, {
          method: 'cam',
          seed,
          knowledge: {},
        });
        const [found] = edgesOf(dag as Dag);
        const correct = found?.from === cause?.from ? 1 : 0;
        right += correct * weight;
        unweighted += correct;
        weighted += weight;
        count++;
      } catch (error) {
        failures.push(`${name}: ${messageOf(error)}`);
      }
    }
    return {
      figures: {
        'weighted accuracy': right / weighted,
        accuracy: unweighted / count,
        pairs: count,
        'not judged': failures.length,
        'coin, accuracy': 0.5,
      },
      predictions: { failures },
    };
  },
);

/** Which of two numbers is the cause. */
export const pairs: Experiment = {
  id: 'D4',
  title: 'Cause–effect pairs',
  claim:
    'On the Tübingen pairs of two numbers, the additive-noise method names the cause more often than a coin. It shows how weak this evidence is: published figures for additive noise are 63% ± 10%.',
  rule: 'Supported if the weighted accuracy is at least 0.6. Refuted below 0.45. Otherwise inconclusive.',
  cells: () => [{ seed: 0, settings: {} }],
  measure: measurePairs,
  missing: missingData,
  judge(cells) {
    const accuracy = cells[0]?.figures['weighted accuracy'] ?? 0;
    return {
      verdict: accuracy >= 0.6 ? 'supported' : accuracy < 0.45 ? 'refuted' : 'inconclusive',
      reason: `Weighted accuracy ${accuracy.toFixed(2)} over ${cells[0]?.figures.pairs} pairs; ${cells[0]?.figures['not judged']} could not be judged.`,
      ...split(cells, 'coin'),
    };
  },
};

/** Figures whose names say so are floors. */
function split(cells: Parameters<Experiment['judge']>[0], floor: string) {
  const names = Object.keys(cells[0]?.figures ?? {});
  return {
    metrics: summariseAll(
      names.filter((name) => !name.startsWith(floor)),
      cells,
    ),
    floors: summariseAll(
      names.filter((name) => name.startsWith(floor)),
      cells,
    ),
    ceiling: [],
  };
}

function logarithms(table: Table): Table {
  return createTable(
    table.names.map((name) => ({ variable: table.variable(name), values: table.column(name).map(Math.log) })),
    { regimes: table.regimes },
  );
}

function rowsOf(table: Table, keep: (row: number) => boolean): Table {
  const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter(keep);
  return createTable(
    table.names.map((name) => ({
      variable: table.variable(name),
      values: Float64Array.from(rows, (r) => table.column(name)[r] as number),
    })),
  );
}

function restrictedTo(graph: Dag, names: readonly string[]): Dag {
  return createDag(
    names,
    edgesOf(graph).flatMap(({ from, to }): [string, string][] =>
      names.includes(from) && names.includes(to) ? [[from, to]] : [],
    ),
  );
}
