/**
 * Curved effects, d = 10, 20 edges, n = 1000, columns in random order; seconds of the processor. `SETS` data sets, default 3, from `SEED`
 * on. With `PYTHON` beside SCORE, CAM, NoGAM and DAS of dodiscover (or those of `PEERS`), and RESIT of the lingam package on the first `RESIT` sets; with
 * `TORCH_PYTHON`, an interpreter that has gCastle and PyTorch, beside NOTEARS-MLP.
 */

import type { Dag } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { auto, cam, directLingam, flop, type StructureMethod } from '../src/index.ts';
import { curvedData } from '../test/support/curved.ts';
import { curvedEffectError } from './support/curved-effects.ts';
import { askPeers, python } from './support/peers.ts';
import { directed, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);
const first = Number(process.env.SEED ?? 34_000);
const resit = Number(process.env.RESIT ?? 0);
const peers = (process.env.PEERS ?? 'SCORE,CAM,NoGAM,DAS').split(',');
const script = `
import pandas as pd, networkx as nx
from dodiscover.toporder.score import SCORE
from dodiscover.toporder.cam import CAM
from dodiscover.toporder.nogam import NoGAM
from dodiscover.toporder.das import DAS
from dodiscover.context_builder import make_context
frame = pd.DataFrame((x - x.mean(0)) / x.std(0), columns=[str(i) for i in range(d)])
def learn(method):
    method.learn_graph(frame, make_context().variables(data=frame).build())
    return nx.to_numpy_array(method.graph_, nodelist=list(frame.columns))
for method in (SCORE, CAM, NoGAM, DAS):
    if method.__name__ in given['peers']: ask(f'{method.__name__} (dodiscover)', 'dag', lambda: learn(method()))
if given['resit']:
    import lingam
    from sklearn.ensemble import RandomForestRegressor
    def forest():
        model = lingam.RESIT(regressor=RandomForestRegressor(n_estimators=20, max_depth=4, random_state=0), alpha=0.01).fit(x)
        return np.abs(model.adjacency_matrix_.T) > 0
    ask('RESIT (lingam, random forest)', 'dag', forest)
`;
const withTorch = process.env.TORCH_PYTHON;
const torchScript = `
import torch
from castle.algorithms import NotearsNonlinear
torch.manual_seed(0); torch.set_num_threads(1)
def notears():
    model = NotearsNonlinear(model_type='mlp'); model.learn((x - x.mean(0)) / x.std(0)); return np.asarray(model.causal_matrix)
ask('NOTEARS-MLP (gCastle)', 'dag', notears)
`;

for (const mechanism of ['gp', 'mlp'] as const) {
  const tally = new Tally();
  const methods: Readonly<Record<string, StructureMethod>> = {
    cam: cam(),
    auto: auto(),
    flop: flop(),
    'direct-lingam': directLingam(),
  };
  for (let seed = first; seed < first + sets; seed++) {
    const { table, dag, effects } = curvedData(seed, { d: 10, edges: 20, rows: 1000, mechanism });
    const truth = effects();
    const add = (name: string, found: Dag, seconds?: number): void =>
      tally.add(name, {
        ...directed(dag, found),
        'effect RMSE': curvedEffectError(table, truth, found),
        ...(seconds === undefined ? {} : { seconds }),
      });
    for (const [name, method] of Object.entries(methods)) {
      const { dag: found, seconds } = await timed(() => method.learn(table, { seed }));
      add(name, found!, seconds);
    }
    const answers = {
      ...(python === undefined ? {} : askPeers(script, table, { peers, resit: seed < first + resit })),
      ...(withTorch === undefined ? {} : askPeers(torchScript, table, {}, withTorch)),
    };
    for (const [name, { graph, seconds }] of Object.entries(answers)) {
      if (graph !== undefined) add(name, graph as Dag, seconds);
    }
    for (const [name, floor] of Object.entries(await floors(table, dag, seed))) add(name, floor);
  }
  tally.print(`${mechanism === 'gp' ? 'Gaussian processes' : 'tanh networks'}, ${sets} data sets`);
  for (const peer of ['SCORE', 'CAM', 'NoGAM', 'DAS']
    .map((name) => `${name} (dodiscover)`)
    .concat('NOTEARS-MLP (gCastle)')) {
    tally.printDifference('cam', peer, 'SHD');
    tally.printDifference('cam', peer, 'effect RMSE');
    tally.printRatio('cam', peer, 'seconds');
  }
}

describe('10 variables', () => {
  const { table } = curvedData(3000, { d: 10, edges: 20, rows: 1000 });
  bench('cam', async () => void (await cam().learn(table, {})), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
  });
});
