// How far from the truth are the graphs of `jointSearch`, and how long does it take, on the data of the SDCD and the DCDI papers?
//   SETS=2 npx vitest bench --run packages/trainer/bench/joint.bench.ts
// CELLS: a comma list of sdcd-NODES-EDGES-FRACTION and dcdi-NODES-EDGES-lin|add|non; SETS data sets of each, with seeds from FIRST on (3, as 1 and 2
// were seen while settings were chosen). LOGDET=1 has a second line of the joint search, whose cycles are measured by the log-determinant; FLOORS=0
// leaves the floors out. With SDCD_PYTHON, an interpreter that has
// the package sdcd (0.1.4), SDCD runs on the same data, one thread, its defaults; it takes half an hour of processor time for each
// data set of 20 variables. Seconds are processor time. Floors: the empty graph, sortnregress, the order of the interventions' effects followed by a
// linear search with BIC, and the discrete interventional search.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { type Simulation, simulateDcdi, simulateSdcd, type Table } from '@cfe/data';
import { createDag, type Dag, edgesOf, fromAdjacency, shd } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { bench } from 'vitest';
import { orderedByEffects } from '../src/internal/joint/effect-order.ts';
import { type JointSearchOptions, jointSearch } from '../src/joint-search.ts';

const cells = (
  process.env.CELLS ??
  'sdcd-20-4-1,dcdi-10-1-lin,dcdi-10-1-add,dcdi-10-1-non,dcdi-10-4-lin,dcdi-10-4-add,dcdi-10-4-non'
).split(',');
const sets = Number(process.env.SETS ?? 2);
const first = Number(process.env.FIRST ?? 3);
const python = process.env.SDCD_PYTHON;
const script = fileURLToPath(new URL('./peers/sdcd_run.py', import.meta.url));

bench('joint search', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Answer {
  readonly distance: number;
  readonly seconds: number | undefined;
}

async function run(): Promise<void> {
  for (const cell of cells) {
    const figures = new Map<string, Answer[]>();
    for (let seed = first; seed < first + sets; seed++) {
      const { table, graph } = simulated(cell, seed);
      for (const [name, answer] of await answers(table, graph, seed)) {
        figures.set(name, [...(figures.get(name) ?? []), answer]);
        console.log(`${cell} ${seed} ${name} ${answer.distance} ${answer.seconds?.toFixed(1) ?? '–'}`);
      }
    }
    const mean = (list: readonly (number | undefined)[]): string => {
      const known = list.filter((x) => x !== undefined);
      return known.length === 0 ? '–' : (known.reduce((a, b) => a + b, 0) / known.length).toFixed(1);
    };
    console.log(
      [
        `\n#### ${cell}, seeds ${first} to ${first + sets - 1}\n`,
        '| | SHD | by data set | processor seconds |',
        '| --- | --- | --- | --- |',
        ...[...figures].map(
          ([name, list]) =>
            `| ${name} | ${mean(list.map(({ distance }) => distance))} | ${list.map(({ distance }) => distance).join(', ')} | ${mean(list.map(({ seconds }) => seconds))} |`,
        ),
      ].join('\n'),
    );
  }
}

function simulated(cell: string, seed: number): Simulation {
  const [kind, nodes, edges, what] = cell.split('-') as [string, string, string, string];
  const size = { nodes: Number(nodes), edgesPerNode: Number(edges), seed };
  if (kind === 'sdcd') return simulateSdcd({ ...size, fraction: Number(what) });
  const mechanism = ({ lin: 'linear', add: 'additive', non: 'non-additive' } as const)[what as 'lin'];
  return simulateDcdi({ ...size, mechanism });
}

async function answers(table: Table, truth: Dag, seed: number): Promise<[string, Answer][]> {
  const { names } = table;
  const far = (found: Dag): number => shd(truth, found).count;
  const timed = async (name: string, work: () => Promise<Dag>): Promise<[string, Answer]> => {
    const began = process.cpuUsage();
    const found = await work();
    const { user, system } = process.cpuUsage(began);
    return [name, { distance: far(found), seconds: (user + system) / 1e6 }];
  };
  const flop = async (order?: readonly string[]): Promise<Dag> => {
    const tiers = order?.map((name) => [name]);
    const { dag } = await learnStructure(table, {
      method: 'flop',
      seed,
      ...(tiers && { knowledge: { tiers } }),
    });
    return dag as Dag;
  };
  const spread = (name: string): number => {
    const column = table.column(name);
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    return column.reduce((a, x) => a + (x - mean) ** 2, 0);
  };
  const byEffects = orderedByEffects(table, [...names.keys()]).map((v) => names[v] as string);
  const joint = async (options: JointSearchOptions): Promise<Dag> => {
    const method = jointSearch({ executor: createWasmExecutor, ...options });
    return (await learnStructure(table, { method, seed })).dag as Dag;
  };
  const together: [string, Answer][] = [await timed('jointSearch', () => joint({}))];
  if (process.env.LOGDET === '1') {
    for (const acyclicity of ['spectral', 'log-det'] as const)
      together.push(
        await timed(`jointSearch from open, ${acyclicity}`, () => joint({ start: 'open', acyclicity })),
      );
  }
  if (process.env.FLOORS === '0') return together;
  return [
    ...together,
    ...(python === undefined ? [] : [await sdcd(table, truth)]),
    await timed('floor: discrete interventional search', () => flop()),
    await timed('floor: order by effects, then BIC', () => flop(byEffects)),
    await timed('floor: sortnregress (order by variance, then BIC)', () =>
      flop([...names].sort((a, b) => spread(a) - spread(b))),
    ),
    ['floor: empty', { distance: edgesOf(truth).length, seconds: undefined }],
  ];
}

/** SDCD on the same rows, in a process of its own. */
async function sdcd(table: Table, truth: Dag): Promise<[string, Answer]> {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-sdcd-'));
  mkdirSync(folder, { recursive: true });
  const { names, rows, regimes } = table;
  const d = names.length;
  const values = new Float64Array(rows * d);
  const keep = new Uint8Array(rows * d).fill(1);
  for (const [j, name] of names.entries()) {
    const column = table.column(name);
    for (let r = 0; r < rows; r++) {
      values[r * d + j] = column[r] as number;
      const targets = regimes?.list[regimes.of[r] as number]?.targets ?? [];
      if (targets !== 'unknown' && targets.some(({ variable }) => variable === name)) keep[r * d + j] = 0;
    }
  }
  writeFileSync(join(folder, 'x.bin'), values);
  writeFileSync(join(folder, 'keep.bin'), keep);
  writeFileSync(join(folder, 'shape.json'), JSON.stringify({ rows, nodes: d }));
  const { status, stderr } = spawnSync(python as string, [script, folder], { maxBuffer: 1e9 });
  if (status !== 0) throw new Error(stderr.toString());
  const { graph, seconds } = JSON.parse(readFileSync(join(folder, 'sdcd.json'), 'utf8')) as {
    readonly graph: number[][];
    readonly seconds: { readonly cpu: number };
  };
  rmSync(folder, { recursive: true });
  const found = createDag(
    names,
    edgesOf(fromAdjacency('dag', graph, names)).map(({ from, to }): [string, string] => [from, to]),
  );
  return ['SDCD', { distance: shd(truth, found).count, seconds: seconds.cpu }];
}
