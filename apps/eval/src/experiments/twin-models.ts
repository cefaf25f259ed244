import { type Columns, createRng, defineJob, type Job } from '@cfe/base';
import { counterfactual, counterfactualSkill, interventional } from '@cfe/counterfactuals';
import { createTable, type Table } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';

/**
 * y = x + u, and y = x + u·sign(x), u symmetric: no observation or experiment tells them apart, and counterfactuals
 * across x = 0 differ.
 */
export const measureTwins: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureTwins',
  async ({ cell: { seed } }: CellInput): Promise<Measured> => {
    const rng = createRng(seed).fork('twins');
    const rows = 1000;
    const [x, u] = ['x', 'u'].map((name) => {
      const stream = rng.fork(name);
      return Float64Array.from({ length: rows }, () => stream.normal());
    }) as [Float64Array, Float64Array];
    const worlds = {
      additive: (at: Float64Array) => at.map((v, r) => v + (u[r] as number)),
      signed: (at: Float64Array) => at.map((v, r) => v + (u[r] as number) * Math.sign(v)),
    };
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const [name, outcome] of Object.entries(worlds)) {
      const table = tableOf(x, outcome(x));
      const network = await fitted(createDag(['x', 'y'], [['x', 'y']]), table, seed);
      const flipped = x.map((v) => -v);
      const told = await predicted(network, table, flipped);
      figures[`${name}, skill across zero`] = counterfactualSkill(
        table.column('y'),
        outcome(flipped),
        told.values,
      );
      const truth = outcome(flipped);
      for (let row = 0; row < rows; row++)
        log.add({
          twin: name,
          row,
          x: x[row] as number,
          factual: table.column('y')[row] as number,
          truth: truth[row] as number,
          predicted: told.values[row] as number,
        });
      figures[`${name}, flagged`] = told.identifiedBy === 'functional-form' ? 1 : 0;
      const mean = await interventional(network, 'y', { do: { x: 1 }, seed });
      figures[`${name}, error of the interventional mean`] = Math.abs(mean.value - 1);
    }
    return { figures, predictions: log.columns };
  },
);

function tableOf(x: Float64Array, y: Float64Array): Table {
  return createTable(
    Object.entries({ x, y }).map(([name, values]) => ({
      variable: { name, kind: 'continuous' as const },
      values,
    })),
  );
}

async function predicted(network: Parameters<typeof counterfactual>[0], rows: Columns, to: Float64Array) {
  const values = new Float64Array(to.length);
  let identifiedBy = '';
  for (let r = 0; r < to.length; r++) {
    const row = { x: rows.column('x')[r] as number, y: rows.column('y')[r] as number };
    const answer = await counterfactual(network, row, { do: { x: to[r] as number } });
    values[r] = answer.y?.value as number;
    identifiedBy = answer.y?.identifiedBy as string;
  }
  return { values, identifiedBy };
}

/** N7: twins that only the third rung tells apart. */
export const twinModels: Experiment = {
  id: 'N7',
  title: 'Twin models',
  claim:
    'Interventional answers are right for both twins. Counterfactual ones are right for the additive twin alone, and are flagged as resting on functional form for both: the engine does not claim what no data can tell.',
  rule: 'Supported if every counterfactual is flagged, the interventional means are within 0.15, and the additive twin’s skill is at least 0.9. Refuted if any counterfactual is not flagged. Otherwise inconclusive.',
  cells: ({ seeds }) => seeds.map((seed) => ({ seed, settings: {} })),
  measure: measureTwins,
  judge(cells) {
    const of = (name: string) => summarise(name, cells);
    const flagged = Math.min(of('additive, flagged').min ?? 0, of('signed, flagged').min ?? 0);
    const means = Math.max(
      of('additive, error of the interventional mean').max ?? 1,
      of('signed, error of the interventional mean').max ?? 1,
    );
    const right = of('additive, skill across zero').min ?? -1;
    const wrong = of('signed, skill across zero').mean ?? 0;
    return {
      verdict: flagged < 1 ? 'refuted' : means <= 0.15 && right >= 0.9 ? 'supported' : 'inconclusive',
      reason: `All flagged: ${flagged === 1 ? 'yes' : 'no'}. Skill across zero: ${right.toFixed(2)} (additive), ${wrong.toFixed(2)} (signed). Interventional means are off by at most ${means.toFixed(2)}.`,
      metrics: summariseAll(Object.keys(cells[0]?.figures ?? {}), cells),
      floors: [],
      ceiling: [],
    };
  },
};
