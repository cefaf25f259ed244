/**
 * 1000 observational rows and 100 per hard single target, with and without batch shifts of half a noise standard
 * deviation. `SETS` graphs, default 5. The two-step floor orders variables by the effects of the interventions, then prunes by BIC.
 */
import type { Table } from '@cfe/data';
import { createDag, type Dag } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { adaptiveLasso } from '../src/internal/lars.ts';
import { momentsOf, standardise } from '../src/internal/moments.ts';
import { simulated } from '../test/support/simulated.ts';
import { directed, effectError, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 5);

for (const { d, targets, batchShift } of [
  { d: 10, targets: 10, batchShift: 0 },
  { d: 20, targets: 20, batchShift: 0 },
  { d: 30, targets: 30, batchShift: 0 },
  { d: 20, targets: 5, batchShift: 0 },
  { d: 20, targets: 20, batchShift: 0.5 },
]) {
  const tally = new Tally();
  for (let seed = 0; seed < sets; seed++) {
    const truth = simulated(5000 + seed, { d, edges: 2 * d, rows: 1000, targets, batchShift });
    const { table, dag } = truth;
    const { graph, seconds } = await timed(() =>
      flop({ penalty: 2 }).learn(table, { seed, budget: { restarts: 20 } }),
    );
    tally.add('flop (interventional)', {
      ...directed(dag, graph),
      'effect RMSE': await effectError(table, truth, graph),
      seconds,
    });
    for (const intercept of ['shared', 'perEnvironment'] as const) {
      const other = await timed(() =>
        flop({ penalty: 2, intercept }).learn(table, { seed, budget: { restarts: 20 } }),
      );
      tally.add(`intercept ${intercept}`, { ...directed(dag, other.graph), seconds: other.seconds });
    }
    const two = await twoStep(table);
    tally.add('floor: two-step', {
      ...directed(dag, two),
      'effect RMSE': await effectError(table, truth, two),
    });
    for (const [name, floor] of Object.entries(await floors(table, dag, seed))) {
      tally.add(name, { ...directed(dag, floor), 'effect RMSE': await effectError(table, truth, floor) });
    }
  }
  tally.print(`d = ${d}, ${targets} targets, batch shift ${batchShift}, ${sets} graphs`);
}

/** Variables in the order of how many others their intervention moves (by correlation within its rows), then regression. */
async function twoStep(table: Table): Promise<Dag> {
  const { names, regimes } = table;
  const d = names.length;
  const moved = new Float64Array(d);
  for (const [e, { targets }] of regimes!.list.entries()) {
    if (targets === 'unknown' || targets.length === 0) continue;
    const t = names.indexOf(targets[0]!.variable);
    const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter((r) => regimes!.of[r] === e);
    const { products } = await momentsOf(
      standardise(names.map((name) => Float64Array.from(rows, (r) => table.column(name)[r]!))),
      undefined,
      () => undefined,
    );
    for (let j = 0; j < d; j++)
      if (j !== t && Math.abs(products[t * d + j]! / rows.length) > 3 / Math.sqrt(rows.length))
        moved[t] = moved[t]! + 1;
  }
  const order = [...names.keys()].sort((a, b) => moved[b]! - moved[a]!);
  const edges: [string, string][] = [];
  for (const [at, v] of order.entries()) {
    const free = regimes!.list.map(
      ({ targets }) => targets === 'unknown' || targets.every(({ variable }) => variable !== names[v]),
    );
    const rows = Int32Array.from({ length: table.rows }, (_, r) => r).filter((r) => free[regimes!.of[r]!]);
    const { products } = await momentsOf(
      standardise(names.map((name) => Float64Array.from(rows, (r) => table.column(name)[r]!))),
      undefined,
      () => undefined,
    );
    const matrix = products.map((product) => product / rows.length);
    for (const w of adaptiveLasso(matrix, d, rows.length, v, order.slice(0, at)))
      edges.push([names[w]!, names[v]!]);
  }
  return createDag(names, edges);
}

describe('20 variables, all targeted', () => {
  const { table } = simulated(5000, { d: 20, edges: 40, rows: 1000, targets: 20 });
  bench('flop', async () => void (await flop().learn(table, { budget: { restarts: 10 } })), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
  });
});
