/** Linear observational data, standardised: all our methods, the floors, and DAGMA on its home ground. `SETS` data sets, default 2. */
import { bench, describe } from 'vitest';
import { dagma, directLingam, flop, ges, pc, type StructureMethod } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';
import { effectError, floors, observational, standardised, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 2);

for (const { d, edges, rows } of [
  { d: 20, edges: 40, rows: 1000 },
  { d: 20, edges: 80, rows: 1000 },
]) {
  const tally = new Tally();
  const methods: Readonly<Record<string, StructureMethod>> = {
    flop: flop(),
    ges: ges(),
    pc: pc(),
    'dagma (standardised)': dagma(),
    'dagma (raw, equal variance)': dagma({ scale: 'raw' }),
    'direct-lingam (noise is Gaussian)': directLingam(),
  };
  for (let seed = 0; seed < sets; seed++) {
    const truth = simulated(2000 + seed, { d, edges, rows });
    const scaled = standardised(truth.table);
    for (const [name, method] of Object.entries(methods)) {
      const table = name.includes('raw') ? truth.table : scaled;
      const { graph, seconds } = await timed(() => method.learn(table, { seed }));
      tally.add(name, {
        ...observational(truth.dag, graph),
        'effect RMSE': await effectError(truth.table, truth, graph),
        seconds,
      });
    }
    for (const [name, graph] of Object.entries(await floors(truth.table, truth.dag, seed))) {
      tally.add(name, {
        ...observational(truth.dag, graph),
        'effect RMSE': await effectError(truth.table, truth, graph),
      });
    }
  }
  tally.print(`d = ${d}, ${edges} edges, n = ${rows}, ${sets} data sets`);
}

describe('20 variables', () => {
  const { table } = simulated(2000, { d: 20, edges: 40, rows: 1000 });
  const once = { iterations: 2, warmupIterations: 0, time: 0 };
  bench('flop', async () => void (await flop().learn(table, {})), once);
  bench('ges', async () => void (await ges().learn(table, {})), once);
});
