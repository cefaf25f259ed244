/** The first local optimum in many variables: seconds, memory, distance, and how time grows with d, edges and n. `LARGEST` variables, default 200. */
import { cpdag, shd } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';

const largest = Number(process.env.LARGEST ?? 200);
const times: { d: number; edges: number; rows: number; seconds: number }[] = [];
console.log(
  '| d | edges | n | processor seconds | elapsed | CPDAG-SHD | resident MB |\n| --- | --- | --- | --- | --- | --- | --- |',
);
for (const { d, edges, rows } of [
  { d: 100, edges: 100, rows: 2000 },
  { d: 200, edges: 200, rows: 2000 },
  { d: 200, edges: 400, rows: 2000 },
  { d: 200, edges: 200, rows: 8000 },
  { d: 500, edges: 500, rows: 2000 },
  { d: 1000, edges: 1000, rows: 2000 },
].filter(({ d }) => d <= largest)) {
  const { table, dag } = simulated(7000, { d, edges, rows });
  const start = performance.now();
  const cpu = process.cpuUsage();
  const { graph } = await flop({ penalty: 2 }).learn(table, { budget: { restarts: 0 } });
  const elapsed = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  // processor time, since the machine may be busy with other things; collection of garbage included
  const seconds = (used.user + used.system) / 1e6;
  times.push({ d, edges, rows, seconds });
  console.log(
    `| ${d} | ${edges} | ${rows} | ${seconds.toFixed(2)} | ${elapsed.toFixed(2)} | ${shd(cpdag(dag), graph).count} | ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} |`,
  );
}
const slope = (a: number, b: number, of: 'd' | 'edges' | 'rows'): string => {
  const [x, y] = [times[a], times[b]];
  return x === undefined || y === undefined
    ? '–'
    : (Math.log(y.seconds / x.seconds) / Math.log(y[of] / x[of])).toFixed(2);
};
console.log(
  `exponents of time: d ${slope(0, times.length - 1, 'd')} (one edge per variable), edges ${slope(1, 2, 'edges')}, n ${slope(1, 3, 'rows')}`,
);

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
