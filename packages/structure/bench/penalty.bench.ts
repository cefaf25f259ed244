/** The penalty λ by CPDAG-SHD and effect error over weak and strong effects. `SETS` data sets of each kind, default 3. */
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';
import { effectError, floors, observational, Tally } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);

for (const { d, edges, rows, low, high } of [
  { d: 6, edges: 8, rows: 200, low: 0.1, high: 0.5 },
  { d: 6, edges: 8, rows: 1000, low: 0.1, high: 0.5 },
  { d: 10, edges: 15, rows: 200, low: 0.25, high: 1 },
  { d: 20, edges: 40, rows: 1000, low: 0.25, high: 1 },
  { d: 50, edges: 100, rows: 500, low: 0.25, high: 1 },
  { d: 50, edges: 100, rows: 1000, low: 0.1, high: 0.5 },
]) {
  const tally = new Tally();
  const extended = 1 + (2 * Math.log(d)) / Math.log(rows);
  for (let seed = 0; seed < sets; seed++) {
    const truth = simulated(9000 + seed, { d, edges, rows, low, high });
    for (const [name, penalty] of [
      ['λ = 1', 1],
      ['λ = 1.5', 1.5],
      ['λ = 2', 2],
      [`λ = 1 + 2 ln p / ln n = ${extended.toFixed(2)}`, extended],
    ] as const) {
      const { graph } = await flop({ penalty }).learn(truth.table, { budget: { restarts: 10 } });
      tally.add(name, {
        ...observational(truth.dag, graph),
        'effect RMSE': await effectError(truth.table, truth, graph),
      });
    }
    for (const [name, graph] of Object.entries(await floors(truth.table, truth.dag, seed))) {
      tally.add(name, {
        ...observational(truth.dag, graph),
        'effect RMSE': await effectError(truth.table, truth, graph),
      });
    }
  }
  tally.print(`d = ${d}, ${edges} edges, n = ${rows}, |w| in ${low} … ${high}, ${sets} data sets`);
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
