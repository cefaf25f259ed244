/**
 * The first local optimum in many variables: seconds of the processor, memory, distance, and how time grows with d, edges and n by least
 * squares on logarithms. `LARGEST` variables, default 200; `SEED` that of the first data set; with `PYTHON` beside flopsearch at equal restarts
 * (none) on `SETS` data sets of the largest kind, default 1.
 */
import { cpdag, type Graph, shd } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';
import { askPeers, python } from './support/peers.ts';
import { effectError, floors, observational, standardised, Tally, timed } from './support/table.ts';

const largest = Number(process.env.LARGEST ?? 200);
const first = Number(process.env.SEED ?? 36_000);
const sets = Number(process.env.SETS ?? 1);
interface Size {
  readonly d: number;
  readonly edges: number;
  readonly rows: number;
}
const search = (table: Parameters<typeof standardised>[0]) =>
  timed(() => flop({ penalty: 2 }).learn(table, { budget: { restarts: 0 } }));
const times: (Size & { readonly seconds: number })[] = [];
console.log('| d | edges | n | seconds | CPDAG-SHD | resident MB |\n| --- | --- | --- | --- | --- | --- |');
for (const size of [
  { d: 100, edges: 100, rows: 2000 },
  { d: 100, edges: 100, rows: 2000 },
  { d: 200, edges: 200, rows: 2000 },
  { d: 200, edges: 400, rows: 2000 },
  { d: 200, edges: 600, rows: 2000 },
  { d: 200, edges: 200, rows: 4000 },
  { d: 200, edges: 200, rows: 8000 },
  { d: 400, edges: 400, rows: 2000 },
  { d: 700, edges: 700, rows: 2000 },
  { d: 1000, edges: 1000, rows: 2000 },
].filter(({ d }) => d <= largest)) {
  const { table, dag } = simulated(first, size);
  const { graph, seconds } = await search(table);
  times.push({ ...size, seconds });
  if (times.length === 1) continue; // compiled for the first time
  const resident = process.memoryUsage().rss / 2 ** 20;
  console.log(
    `| ${size.d} | ${size.edges} | ${size.rows} | ${seconds.toFixed(2)} | ${shd(cpdag(dag), graph).count} | ${resident.toFixed(0)} |`,
  );
}
/** The slope of ln seconds on the logarithm of one size, over the runs in which only that one differs. */
const slope = (of: keyof Size, alike: (size: Size) => boolean): string => {
  const runs = times.slice(1).filter(alike);
  const x = runs.map((run) => Math.log(run[of]));
  const y = runs.map(({ seconds }) => Math.log(seconds));
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const up = x.reduce((sum, value, k) => sum + (value - mx) * (y[k]! - my), 0);
  return (up / x.reduce((sum, value) => sum + (value - mx) ** 2, 0)).toFixed(2);
};
console.log(
  `exponents of time: d ${slope('d', ({ d, edges, rows }) => edges === d && rows === 2000)} (one edge per variable), ` +
    `edges ${slope('edges', ({ d, rows }) => d === 200 && rows === 2000)}, n ${slope('rows', ({ d, edges }) => d === 200 && edges === 200)}`,
);

if (python !== undefined) {
  const tally = new Tally();
  const script = `
import flopsearch
ask('flopsearch', 'cpdag', lambda: flopsearch.flop(x, 2.0, restarts=0))
`;
  for (let seed = first + 1; seed <= first + sets; seed++) {
    const truth = simulated(seed, { d: largest, edges: largest, rows: 2000 });
    const { table, dag } = truth;
    const scaled = standardised(table);
    const ours = await search(scaled);
    const theirs = askPeers(script, scaled).flopsearch!;
    const found: readonly (readonly [string, Graph, number | undefined])[] = [
      ['flop', ours.graph, ours.seconds],
      ['flopsearch', theirs.graph!, theirs.seconds],
      ...Object.entries(await floors(table, dag, seed)).map(
        ([name, floor]) => [name, floor, undefined] as const,
      ),
    ];
    for (const [name, graph, seconds] of found) {
      tally.add(name, {
        ...observational(dag, graph),
        'effect RMSE': await effectError(table, truth, graph),
        ...(seconds === undefined ? {} : { seconds }),
      });
    }
    tally.print(`d = ${largest}, ${largest} edges, n = 2000, first local optimum, ${seed - first} data sets`);
  }
  tally.printDifference('flop', 'flopsearch', 'CPDAG-SHD');
  tally.printRatio('flop', 'flopsearch', 'seconds');
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
