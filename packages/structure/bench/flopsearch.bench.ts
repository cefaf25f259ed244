/**
 * Ours beside flopsearch (Rust) on the same standardised data, penalty 2 and 20 restarts, interleaved; processor time.
 * Both graphs are scored from the raw rows by code that neither uses. `PYTHON` names an interpreter that has numpy and
 * flopsearch; `SETS` is the number of data sets of each kind (default 3; 50 for the published table), `SEED` that of the first.
 */
import type { Table } from '@cfe/data';
import { type Dag, extendToDag, type Graph, parentsOf } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { gaussianBic } from '../test/support/exhaustive.ts';
import { simulated } from '../test/support/simulated.ts';
import { askPeers, python } from './support/peers.ts';
import { effectError, floors, observational, standardised, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);
const first = Number(process.env.SEED ?? 31_000);
/** how many sets get floors, which take longer than the searches */
const floored = Number(process.env.FLOORS ?? sets);
const sizes = [
  { d: 50, edges: 200, rows: 1000, restarts: 20 },
  { d: 100, edges: 100, rows: 1000, restarts: 20 },
  { d: 100, edges: 200, rows: 1000, restarts: 20 },
].filter((_, k) => process.env.SIZE === undefined || Number(process.env.SIZE) === k);

const script = `
import flopsearch
ask('flopsearch', 'cpdag', lambda: flopsearch.flop(x, 2.0, restarts=given['restarts']))
`;

function scoreOf(table: Table, graph: Graph): number {
  const dag = graph.kind === 'dag' ? (graph as Dag) : (extendToDag(graph) as Dag);
  return gaussianBic(
    table,
    table.names.map((name) => parentsOf(dag, name)),
    2,
  );
}

if (python === undefined) {
  console.log('flopsearch: skipped, since PYTHON does not name an interpreter that has flopsearch.');
} else {
  for (const { d, edges, rows, restarts } of sizes) {
    const tally = new Tally();
    const pairs: { readonly ours: number; readonly theirs: number; readonly ratio: number }[] = [];
    for (let seed = first; seed < first + sets; seed++) {
      const truth = simulated(seed, { d, edges, rows });
      const { table, dag } = truth;
      const scaled = standardised(table);
      const mine = () => timed(() => flop({ penalty: 2 }).learn(scaled, { seed, budget: { restarts } }));
      if (seed === first) await mine();
      const theirs = askPeers(script, scaled, { restarts }).flopsearch!;
      const ours = await mine();
      pairs.push({
        ours: scoreOf(table, ours.graph),
        theirs: scoreOf(table, theirs.graph!),
        ratio: ours.seconds / theirs.seconds,
      });
      for (const [name, { graph, seconds }] of [
        ['flop', ours],
        ['flopsearch', theirs],
        ...Object.entries(seed < first + floored ? await floors(table, dag, seed) : {}).map(
          ([name, graph]) => [name, { graph, seconds: undefined }] as const,
        ),
      ] as const) {
        tally.add(name, {
          ...observational(dag, graph!),
          'effect RMSE': await effectError(table, truth, graph!),
          ...(seconds === undefined ? {} : { seconds }),
        });
      }
    }
    tally.print(`d = ${d}, ${edges} edges, n = ${rows}, ${restarts} restarts, ${sets} data sets`);
    tally.printDifference('flop', 'flopsearch', 'CPDAG-SHD');
    const share = (holds: (pair: (typeof pairs)[number]) => boolean): string =>
      `${pairs.filter(holds).length}/${sets}`;
    const ratios = pairs.map(({ ratio }) => ratio).sort((a, b) => a - b);
    console.log(
      `score no worse ${share(({ ours, theirs }) => ours <= theirs + 1e-6)}, better ${share(
        ({ ours, theirs }) => ours < theirs - 1e-6,
      )}; time ratio: median ${ratios[Math.floor(sets / 2)]!.toFixed(2)}, largest ${ratios.at(-1)!.toFixed(2)}`,
    );
  }
}

describe('one search of 100 variables, 20 restarts', () => {
  const { table } = simulated(7000, { d: 100, edges: 200, rows: 1000 });
  bench(
    'flop',
    async () => {
      await flop({ penalty: 2 }).learn(table, { budget: { restarts: 20 } });
    },
    { iterations: 3, warmupIterations: 1 },
  );
});
