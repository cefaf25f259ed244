/**
 * DirectLiNGAM beside the lingam package's on the same rows of linear models with noise that is not Gaussian; seconds of the processor.
 * `PYTHON` for the package; `SETS` data sets of each kind, default 3, from `SEED` on.
 */

import { createRng, type Rng } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { type Dag, shd } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import { bench, describe } from 'vitest';
import { directLingam, flop } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';
import { askPeers, python } from './support/peers.ts';
import { directed, effectError, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);
const first = Number(process.env.SEED ?? 38_000);
const noises: Readonly<Record<string, (rng: Rng) => number>> = {
  uniform: (rng) => Math.sqrt(12) * (rng.uniform() - 0.5),
  Laplace: (rng) => (rng.uniform() < 0.5 ? 1 : -1) * Math.log(1 - rng.uniform()) * Math.SQRT1_2,
};
const script = `
import lingam
def direct():
    model = lingam.DirectLiNGAM().fit(x)
    return np.abs(model.adjacency_matrix_.T) > 0
ask('lingam package', 'dag', direct)
`;

for (const [kind, draw] of Object.entries(noises)) {
  for (const { d, edges } of [
    { d: 10, edges: 20 },
    { d: 20, edges: 40 },
  ]) {
    const tally = new Tally();
    let same = 0;
    for (let seed = first; seed < first + sets; seed++) {
      const truth = oddData(seed, d, edges, draw);
      const { table, dag } = truth;
      const add = async (name: string, graph: Dag, seconds?: number): Promise<void> =>
        tally.add(name, {
          ...directed(dag, graph),
          'effect RMSE': await effectError(table, truth, graph),
          ...(seconds === undefined ? {} : { seconds }),
        });
      const ours = await timed(() => directLingam().learn(table, { seed }));
      await add('direct-lingam', ours.dag!, ours.seconds);
      if (python !== undefined) {
        const { graph, seconds } = askPeers(script, table)['lingam package']!;
        await add('lingam package', graph as Dag, seconds);
        if (shd(graph!, ours.dag!).count === 0) same++;
      }
      const lines = await timed(() => flop().learn(table, { seed }));
      await add('flop (a member of the class)', lines.dag!, lines.seconds);
      for (const [name, floor] of Object.entries(await floors(table, dag, seed))) await add(name, floor);
    }
    tally.print(`${kind} noise, d = ${d}, ${edges} edges, n = 1000, ${sets} data sets`);
    tally.printRatio('direct-lingam', 'lingam package', 'seconds');
    console.log(`the package's graph on ${same} of ${sets}`);
  }
}

function oddData(
  seed: number,
  d: number,
  edges: number,
  draw: (rng: Rng) => number,
): { readonly table: Table; readonly dag: Dag; readonly weights: readonly Float64Array[] } {
  const { dag, weights } = simulated(seed, { d, edges, rows: 10, low: 0.4 });
  const model = linearGaussian({ nodes: dag.nodes, weights });
  const rng = createRng(seed).fork('noise');
  const rows = 1000;
  const noise = createTable(
    dag.nodes.map((name) => ({
      variable: { name, kind: 'continuous' },
      values: Float64Array.from({ length: rows }, () => draw(rng)),
    })),
  );
  const values = model.predict(noise);
  const table = createTable(
    dag.nodes.map((name) => ({ variable: { name, kind: 'continuous' }, values: values.column(name) })),
  );
  return { table, dag, weights };
}

describe('20 variables', () => {
  const { table } = simulated(2000, { d: 20, edges: 40, rows: 1000 });
  bench('direct-lingam', async () => void (await directLingam().learn(table, {})), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
  });
});
