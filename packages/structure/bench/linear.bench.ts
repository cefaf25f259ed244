/**
 * Linear observational data, standardised: all our methods, the floors, and DAGMA on its home ground (raw, equal variances) and off it;
 * with `PYTHON` causal-learn's BOSS, GRaSP, GES and PC on the same rows at the same penalty, each with at most `LIMIT` seconds, default 120,
 * and the DAGMA package on the same three kinds of rows as ours. Seconds of the processor. `SETS` data sets, default 2, from `SEED` on;
 * `METHODS=flop,ges` a choice of ours.
 */
import type { Graph } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { dagma, directLingam, flop, ges, pc, type StructureMethod } from '../src/index.ts';
import { simulated } from '../test/support/simulated.ts';
import { askPeers, python } from './support/peers.ts';
import { effectError, floors, observational, standardised, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 2);
const first = Number(process.env.SEED ?? 33_000);
const limit = Number(process.env.LIMIT ?? 120);
/** parts of names of our methods, if not all are wanted */
const wanted = process.env.METHODS?.split(',');
// causal-learn's λ multiplies ln n where ours multiplies ln n / 2, so that its 1 is our 2
const script = `
from causallearn.search.PermutationBased.BOSS import boss
from causallearn.search.PermutationBased.GRaSP import grasp
from causallearn.search.ScoreBased.GES import ges
from causallearn.search.ConstraintBased.PC import pc
cov = 'local_score_BIC_from_cov'
ask('causal-learn BOSS', 'pdag', lambda: marks(boss(x, score_func=cov, parameters={'lambda_value': 1}, verbose=False)), given['limit'])
ask('causal-learn GRaSP', 'pdag', lambda: marks(grasp(x, score_func=cov, parameters={'lambda_value': 1}, verbose=False)), given['limit'])
ask('causal-learn GES', 'pdag', lambda: marks(ges(x, score_func=cov, parameters={'lambda_value': 1})['G']), given['limit'])
ask('causal-learn PC', 'pdag', lambda: marks(pc(x, alpha=0.01, show_progress=False).G), given['limit'])
`;
// the threshold and the strength of the L1 term are the package's defaults, as ours are
const dagmaScript = `
from dagma.linear import DagmaLinear
ask('DAGMA package' + given['note'], 'dag', lambda: np.abs(DagmaLinear(loss_type='l2').fit(x - x.mean(0))) > 0)
`;

for (const { d, edges, rows } of [
  { d: 20, edges: 40, rows: 1000 },
  { d: 20, edges: 80, rows: 1000 },
]) {
  const tally = new Tally();
  const methods: Readonly<Record<string, StructureMethod>> = {
    flop: flop(),
    ges: ges(),
    pc: pc(),
    'direct-lingam (noise is Gaussian)': directLingam(),
    'dagma (standardised)': dagma(),
    'dagma (raw, equal variances)': dagma({ scale: 'raw' }),
    'dagma (raw, unequal variances)': dagma({ scale: 'raw' }),
  };
  for (let seed = first; seed < first + sets; seed++) {
    const truth = simulated(seed, { d, edges, rows });
    const unequal = simulated(seed, { d, edges, rows, noise: [0.5, 2] });
    const scaled = standardised(truth.table);
    const add = async (name: string, of: typeof truth, graph: Graph, seconds?: number): Promise<void> =>
      tally.add(name, {
        ...observational(of.dag, graph),
        'effect RMSE': await effectError(of.table, of, graph),
        ...(seconds === undefined ? {} : { seconds }),
      });
    for (const [name, method] of Object.entries(methods)) {
      if (wanted !== undefined && !wanted.some((part) => name.includes(part))) continue;
      const of = name.includes('unequal') ? unequal : truth;
      const { graph, seconds } = await timed(() =>
        method.learn(name.includes('raw') ? of.table : scaled, { seed }),
      );
      await add(name, of, graph, seconds);
    }
    if (python !== undefined) {
      for (const [name, { graph, seconds }] of Object.entries(askPeers(script, scaled, { limit }))) {
        if (graph !== undefined) await add(name, truth, graph, seconds);
        else console.log(`${name}: no graph on the set of seed ${seed}, after ${seconds.toFixed(0)} s`);
      }
      for (const [note, of, table] of [
        [' (standardised)', truth, scaled],
        [' (raw, equal variances)', truth, truth.table],
        [' (raw, unequal variances)', unequal, unequal.table],
      ] as const) {
        const answers = askPeers(dagmaScript, table, { note });
        for (const [name, { graph, seconds }] of Object.entries(answers))
          if (graph !== undefined) await add(name, of, graph, seconds);
      }
    }
    for (const [name, graph] of Object.entries(await floors(truth.table, truth.dag, seed))) {
      await add(name, truth, graph);
    }
  }
  tally.print(`d = ${d}, ${edges} edges, n = ${rows}, ${sets} data sets`);
  for (const peer of ['BOSS', 'GRaSP', 'GES', 'PC']) {
    tally.printDifference('flop', `causal-learn ${peer}`, 'CPDAG-SHD');
    tally.printRatio('flop', `causal-learn ${peer}`, 'seconds');
  }
}

describe('20 variables', () => {
  const { table } = simulated(2000, { d: 20, edges: 40, rows: 1000 });
  const once = { iterations: 2, warmupIterations: 0, time: 0 };
  bench('flop', async () => void (await flop().learn(table, {})), once);
  bench('ges', async () => void (await ges().learn(table, {})), once);
});
