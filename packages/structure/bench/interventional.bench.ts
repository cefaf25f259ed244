/**
 * 1000 observational rows and 100 per hard single target: four sizes, batch shifts of half a noise standard deviation, and
 * targets set to a constant. `SETS` graphs, default 5, from `SEED` on; `PYTHON` names an interpreter that has the I-FLOP package
 * (github.com/L2-T2/I-FLOP 1.0.0, with its Rust core), asked as its README says (`run_iflop`, a build for debugging) on the first `DEBUG`
 * graphs, default `SETS`, and in its optimised build on all; judged by the class of the DAG that it finds. The two-step floor orders variables by the effects of the interventions,
 * then prunes by BIC.
 */
import type { Table } from '@cfe/data';
import { createDag, type Dag, type Graph, interventionalCpdag, shd } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { adaptiveLasso } from '../src/internal/lars.ts';
import { momentsOf, standardise } from '../src/internal/moments.ts';
import { simulated } from '../test/support/simulated.ts';
import { askPeersAll, python } from './support/peers.ts';
import { directed, effectError, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 5);
const first = Number(process.env.SEED ?? 32_000);
/** how many graphs get the floors of observational data too */
const floored = Number(process.env.FLOORS ?? sets);
/** how many graphs are given to the package's build for debugging too */
const slow = Number(process.env.DEBUG ?? sets);
interface Setting {
  readonly d: number;
  readonly targets: number;
  readonly batchShift: number;
  readonly setTo?: number;
  readonly shiftedEvery?: number;
}
const note = slow < sets ? ` (first ${slow} graphs)` : '';
const list: readonly Setting[] = [
  { d: 10, targets: 10, batchShift: 0 },
  { d: 20, targets: 20, batchShift: 0 },
  { d: 30, targets: 30, batchShift: 0 },
  { d: 20, targets: 5, batchShift: 0 },
  { d: 20, targets: 20, batchShift: 0.5 },
  { d: 20, targets: 5, batchShift: 0.5 },
  { d: 20, targets: 20, batchShift: 0, setTo: 2 },
  { d: 20, targets: 20, batchShift: 0.5, setTo: 2 },
  { d: 20, targets: 20, batchShift: 0.5, setTo: 2, shiftedEvery: 2 },
];
const settings = list.filter((_, k) => process.env.SIZE === undefined || Number(process.env.SIZE) === k);

// the package's own defaults but for penalty and restarts
const script = `
from iflop.config import IFlopScoreConfig, SearchConfig
from iflop.data.dataset import MultiEnvDataset
from iflop.runtime.rust import build_rust_backend, run_rust
from iflop import run_iflop
build_rust_backend(release=True)
of = np.array(given['of'])
data = MultiEnvDataset({e: x[of == e] for e in range(len(given['targets']))}, {e: set(t) for e, t in enumerate(given['targets'])})
how = dict(search_config=SearchConfig(ils_restarts=10), score_config=IFlopScoreConfig(penalty_weight=2.0))
def dag_of(result): return result.score_metadata['dag_adjacency']
found = []
def optimised():
    found.append(run_rust(data, release=True, **how))
    return dag_of(found[0])
ask('I-FLOP package', 'dag', optimised)
ask('I-FLOP package, the class as it tells it', 'pdag', lambda: found[0].adjacency)
if given['slow']:
    build_rust_backend(release=False)
    ask('I-FLOP package, run_iflop' + given['note'], 'dag', lambda: dag_of(run_iflop(data, **how)))
`;

for (const { d, targets, ...rest } of settings) {
  const { batchShift, setTo, shiftedEvery = 1 } = rest;
  const tally = new Tally();
  // in groups, since an interpreter takes longer to start than to answer
  for (let group = 0; group < sets; group += 20) {
    const truths = Array.from({ length: Math.min(20, sets - group) }, (_, k) => {
      const seed = first + group + k;
      return { seed, ...simulated(seed, { d, edges: 2 * d, rows: 1000, targets, ...rest }) };
    });
    const peers =
      python === undefined
        ? []
        : askPeersAll(
            script,
            truths.map(({ seed, table }) => ({
              table,
              given: {
                slow: seed < first + slow,
                note,
                of: [...table.regimes!.of],
                targets: targetsOf(table).map((set) => set.map((name) => table.names.indexOf(name))),
              },
            })),
          );
    for (const [k, truth] of truths.entries()) {
      const { seed, table, dag } = truth;
      const class_ = interventionalCpdag(dag, targetsOf(table));
      const add = async (name: string, graph: Graph | undefined, seconds?: number): Promise<void> => {
        if (graph === undefined) return;
        const found = graph.kind === 'dag' ? interventionalCpdag(graph as Dag, targetsOf(table)) : graph;
        tally.add(name, {
          ...directed(dag, graph),
          'class exact': shd(class_, found).count === 0 ? 1 : 0,
          'effect RMSE': await effectError(table, truth, graph),
          ...(seconds === undefined ? {} : { seconds }),
        });
      };
      for (const [name, intercept] of [
        ['flop (interventional)', 'auto'],
        ['intercept shared', 'shared'],
        ['intercept perEnvironment', 'perEnvironment'],
      ] as const) {
        if (batchShift === 0 && setTo === undefined && intercept !== 'auto') continue;
        const call = () =>
          timed(() => flop({ penalty: 2, intercept }).learn(table, { seed, budget: { restarts: 10 } }));
        if (seed === first) await call();
        const { graph, seconds } = await call();
        await add(name, graph, seconds);
      }
      // the package tells directions that its targets do not identify, so that its DAG's class is made here
      for (const [name, { graph, seconds }] of Object.entries(peers[k] ?? {})) {
        if (graph?.kind === 'dag')
          await add(name, interventionalCpdag(graph as Dag, targetsOf(table)), seconds);
        else await add(name, graph);
      }
      await add('floor: two-step', await twoStep(table));
      if (seed >= first + floored) continue;
      for (const [name, floor] of Object.entries(await floors(table, dag, seed))) await add(name, floor);
    }
  }
  tally.print(
    `d = ${d}, ${targets} targets${setTo === undefined ? '' : ` set to ${setTo}`}, batch shift ${batchShift}` +
      `${shiftedEvery === 1 ? '' : ` on one variable in ${shiftedEvery}`}, ${sets} graphs`,
  );
  tally.printDifference('flop (interventional)', 'I-FLOP package', 'SHD');
  tally.printRatio('flop (interventional)', 'I-FLOP package', 'seconds');
  tally.printRatio('flop (interventional)', `I-FLOP package, run_iflop${note}`, 'seconds');
  tally.printDifference('flop (interventional)', 'floor: two-step', 'SHD');
}

function targetsOf({ regimes }: Table): string[][] {
  return regimes!.list.map(({ targets }) =>
    targets === 'unknown' ? [] : targets.map(({ variable }) => variable),
  );
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
