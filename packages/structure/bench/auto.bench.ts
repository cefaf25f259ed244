/**
 * Whether `auto` takes the better of FLOP and CAM, on data of many kinds: d = 10, 20 edges, n = 1000. `SETS` data sets of each kind,
 * default 3, from `SEED` on; with `CFE_DATA_DIR` the nine regimes of the light tunnel too, each for itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag, type Dag, parentsOf } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { auto, cam, flop } from '../src/index.ts';
import { curvedData } from '../test/support/curved.ts';
import { simulated } from '../test/support/simulated.ts';
import { directed, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);
const first = Number(process.env.SEED ?? 39_000);
const columns = [
  'auto',
  'flop',
  'cam',
  'floor: empty',
  'floor: random',
  'floor: sortnregress (raw variances)',
];
const kinds = {
  'Gaussian processes': (seed: number) => curvedData(seed, { d: 10, edges: 20, rows: 1000 }),
  'tanh networks': (seed: number) => curvedData(seed, { d: 10, edges: 20, rows: 1000, mechanism: 'mlp' }),
  lines: (seed: number) => simulated(seed, { d: 10, edges: 20, rows: 1000, low: 0.4 }),
  'slight curves, w (x + sin(2x) / 2)': (seed: number) => bent(seed, { curve: 0.5 }),
  'lines, half the columns seen through tanh': (seed: number) => bent(seed, { seenThrough: Math.tanh }),
  'lines, noise that grows with the causes': (seed: number) => bent(seed, { growth: 0.35 }),
  'lines, a hidden cause of half the columns': (seed: number) => bent(seed, { hidden: (h) => 0.8 * h }),
  'lines, a hidden cause by its square': (seed: number) => bent(seed, { hidden: (h) => 0.6 * (h * h - 1) }),
} as const;

const told: string[] = [];
for (const [kind, make] of Object.entries(kinds)) {
  const tally = new Tally();
  for (let seed = first; seed < first + sets; seed++) {
    const { table, dag } = make(seed);
    await compare(tally, table, dag, seed);
  }
  if (sets > 0) told.push(row(kind, tally));
}

const folder = process.env.CFE_DATA_DIR;
if (folder !== undefined) {
  const [header = [], ...rows] = readFileSync(
    join(folder, 'causal-chambers', 'lt_standard_9vars_9envs.csv'),
    'utf8',
  )
    .trim()
    .split('\n')
    .map((line) => line.split(';'));
  const names = ['red', 'green', 'blue', 'ir_1', 'ir_2', 'ir_3', 'vis_1', 'vis_2', 'vis_3'];
  const truth = createDag(
    names,
    names.slice(0, 3).flatMap((from) => names.slice(3).map((to): [string, string] => [from, to])),
  );
  const tally = new Tally();
  for (const regime of new Set(rows.map((row) => row.at(-1)!))) {
    const own = rows.filter((row) => row.at(-1) === regime);
    const table = createTable(
      names.map((name) => ({
        variable: { name, kind: 'continuous' },
        values: Float64Array.from(own, (row) => Number(row[header.indexOf(name)])),
      })),
    );
    await compare(tally, table, truth, 1);
  }
  told.push(row('causal chambers, nine regimes of the light tunnel, each for itself', tally));
}

console.log(
  [
    `\n| SHD, ${sets} data sets of each | ${columns.join(' | ')} | takes CAM | seconds, auto |`,
    `|${' --- |'.repeat(columns.length + 3)}`,
    ...told,
  ].join('\n'),
);

function row(kind: string, tally: Tally): string {
  const cells = columns.map((method) => tally.cell(method, 'SHD'));
  const taken = tally.figures.get('auto')!.get('takes CAM')!;
  const count = taken.reduce((sum, x) => sum + x, 0);
  return `| ${kind} | ${cells.join(' | ')} | ${count} of ${taken.length} | ${tally.cell('auto', 'seconds')} |`;
}

async function compare(tally: Tally, table: Table, dag: Dag, seed: number): Promise<void> {
  for (const [name, method] of Object.entries({ auto: auto(), flop: flop(), cam: cam() })) {
    const budget = { restarts: name === 'cam' ? 3 : 10 };
    const found = await timed(() => method.learn(table, { seed, budget }));
    tally.add(name, {
      ...directed(dag, found.dag!),
      seconds: found.seconds,
      ...(name === 'auto' ? { 'takes CAM': found.method === 'cam' ? 1 : 0 } : {}),
    });
  }
  for (const [name, floor] of Object.entries(await floors(table, dag, seed)))
    tally.add(name, directed(dag, floor));
}

/** Linear data on a random graph, bent in some way. */
function bent(
  seed: number,
  how: {
    readonly curve?: number;
    readonly growth?: number;
    readonly hidden?: (h: number) => number;
    readonly seenThrough?: (x: number) => number;
  },
): { readonly table: Table; readonly dag: Dag } {
  const { dag, weights } = simulated(seed, { d: 10, edges: 20, rows: 10, low: 0.4 });
  const { curve = 0, growth = 0, hidden, seenThrough } = how;
  const rng = createRng(seed).fork('bent');
  const rows = 1000;
  const cause = Float64Array.from({ length: rows }, () => rng.normal());
  const columns = new Map<string, Float64Array>();
  const waiting = [...dag.nodes];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((name) => parentsOf(dag, name).every((parent) => columns.has(parent)));
    const [name = ''] = waiting.splice(ready, 1);
    const j = dag.nodes.indexOf(name);
    const above = parentsOf(dag, name).map((parent) => ({
      weight: weights[dag.nodes.indexOf(parent)]![j]!,
      values: columns.get(parent)!,
    }));
    const values = Float64Array.from({ length: rows }, (_, r) => {
      let signal = hidden !== undefined && j % 2 === 0 ? hidden(cause[r]!) : 0;
      let size = 1;
      for (const { weight, values: x } of above) {
        signal += weight * (x[r]! + curve * Math.sin(2 * x[r]!));
        size *= Math.exp(growth * Math.tanh(x[r]!));
      }
      return signal + size * rng.normal();
    });
    columns.set(name, values);
  }
  const table = createTable(
    dag.nodes.map((name, j) => {
      const values = columns.get(name)!;
      const sd = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / rows);
      return {
        variable: { name, kind: 'continuous' },
        values: seenThrough === undefined || j % 2 === 0 ? values : values.map((x) => seenThrough(x / sd)),
      };
    }),
  );
  return { table, dag };
}

describe('the choice', () => {
  const { table } = simulated(1, { d: 10, edges: 20, rows: 1000 });
  bench('auto', async () => void (await auto().learn(table, { budget: { restarts: 3 } })), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
  });
});
