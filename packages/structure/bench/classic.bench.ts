/** The classic graphs, 1000 rows and 100 per do(x ~ N(0, 2²)): how often the whole DAG is found. `SETS` data sets in all, default 20. */
import { type ClassicGraph, simulateClassic } from '@cfe/data';
import { bench, describe } from 'vitest';
import { flop, learnStructure } from '../src/index.ts';
import { directed, floors, observational, Tally } from './support/table.ts';

const sets = Number(process.env.SETS ?? 20);
const ids: readonly ClassicGraph[] = ['chain', 'fork', 'v-structure', 'confounder', 'complex'];

for (const [label, low, high] of [
  ['|w| in 0.5 … 1', 0.5, 1],
  ['weak: |w| = 0.25', 0.25, 0.25],
] as const) {
  const tally = new Tally();
  const weights: readonly [number, number] = [low, high];
  for (let k = 0; k < sets; k++) {
    const id = ids[k % 5]!;
    const truth = simulateClassic(id, { interventions: {}, seed: k, weights });
    const { graph } = await flop().learn(truth.table, { seed: k });
    tally.add('flop, with interventions', directed(truth.graph, graph));
    const rows = simulateClassic(id, { seed: k, weights });
    const found = await learnStructure(rows.table, { seed: k });
    tally.add(`auto, observations only`, observational(rows.graph, found.graph));
    for (const [name, floor] of Object.entries(await floors(truth.table, truth.graph, k))) {
      tally.add(name, { ...directed(truth.graph, floor), ...observational(truth.graph, floor) });
    }
  }
  tally.print(`${label}, ${sets} data sets`);
}

describe('a classic graph', () => {
  const { table } = simulateClassic('complex', { interventions: {}, seed: 1 });
  bench('flop', async () => void (await flop().learn(table, {})));
});
