/**
 * Rows of Bayesian networks, n = 5000, beside causal-learn's and pgmpy's methods on the same rows; seconds of the processor.
 * `CFE_DATA_DIR` holds `bnlearn-networks`; `SETS` samples of each, default 1, from `SEED` on; `NETWORKS` a choice of them; `PYTHON` for the
 * peers, each with at most `LIMIT` seconds, default 60. Those that take minutes on large networks see the first `SLOW` samples, by default
 * all of a network of up to twelve variables, and one of a larger one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTable } from '@cfe/data';
import { type Cpdag, type Dag, extendToDag, type Graph } from '@cfe/graph';
import { parseBif } from '@cfe/scm';
import { bench, describe } from 'vitest';
import { flop, ges, pc, type StructureMethod } from '../src/index.ts';
import { discreteEffectError, trueEffects } from './support/discrete-effects.ts';
import { askPeers, python } from './support/peers.ts';
import { floors, observational, Tally, timed } from './support/table.ts';

const folder = process.env.CFE_DATA_DIR;
const sets = Number(process.env.SETS ?? 1);
const first = Number(process.env.SEED ?? 35_000);
const limit = Number(process.env.LIMIT ?? 60);
const networks = (process.env.NETWORKS ?? 'asia,sachs,child,insurance,alarm').split(',');
const script = `
import pandas as pd
x = x.astype(int)
limit = given['limit']
from causallearn.search.ConstraintBased.PC import pc
from causallearn.search.ScoreBased.GES import ges
from causallearn.search.PermutationBased.BOSS import boss
from causallearn.search.PermutationBased.GRaSP import grasp
ask('causal-learn PC, G²', 'pdag', lambda: marks(pc(x, alpha=0.01, indep_test='gsq', show_progress=False).G), limit)
if given['slow']:
    for name, learn in (('GES', ges), ('BOSS', boss), ('GRaSP', grasp)):
        quiet = {} if name == 'GES' else {'verbose': False}
        def call():
            found = learn(x, score_func='local_score_BDeu', **quiet)
            return marks(found['G'] if name == 'GES' else found)
        ask(f'causal-learn {name}, BDeu' + given['note'], 'pdag', call, limit)
from pgmpy.estimators import HillClimbSearch, PC
frame = pd.DataFrame(x, columns=[str(i) for i in range(d)]).astype(str).astype('category')
def edges(graph):
    out = np.zeros((d, d), int)
    for a, b in graph.edges(): out[int(a), int(b)] = 1
    return out
for score in (('bic-d', 'bdeu') if given['slow'] else ('bic-d',)):
    ask(f'pgmpy hill climbing, {score}' + (given['note'] if score == 'bdeu' else ''), 'dag', lambda: edges(HillClimbSearch(frame).estimate(scoring_method=score, show_progress=False)), limit)
`;

function memberOf(graph: Graph): Dag | undefined {
  return graph.kind === 'dag' ? (graph as Dag) : extendToDag(graph as Cpdag);
}

if (folder === undefined)
  console.log('discrete: skipped, since CFE_DATA_DIR does not name the folder of the data.');
else {
  for (const network of networks) {
    const model = parseBif(readFileSync(join(folder, 'bnlearn-networks', `${network}.bif`), 'utf8'));
    const tally = new Tally();
    const methods: Readonly<Record<string, readonly [StructureMethod, number]>> = {
      'flop, BDeu (default)': [flop(), 5],
      'flop, BDeu, 20 restarts': [flop(), 20],
      'flop, BIC': [flop({ discrete: 'bic' }), 5],
      'ges, BDeu': [ges(), 0],
      'pc, G²': [pc(), 0],
    };
    let truth: ReturnType<typeof trueEffects> | undefined;
    for (let seed = first; seed < first + sets; seed++) {
      const rows = model.sample(5000, { seed });
      const table = createTable(
        model.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
      );
      if (table.names.some((name) => new Set(table.column(name)).size < 2)) continue;
      truth ??= trueEffects(model, table);
      const add = (name: string, graph: Graph | undefined, seconds?: number): void => {
        const member = graph && memberOf(graph);
        tally.add(name, {
          ...(graph === undefined ? {} : observational(model.graph, graph)),
          ...(member === undefined ? {} : { 'effect RMSE': discreteEffectError(table, truth!, member) }),
          ...(seconds === undefined ? {} : { seconds }),
        });
      };
      for (const [name, [method, restarts]] of Object.entries(methods)) {
        const call = () => timed(() => method.learn(table, { seed, budget: { restarts, seconds: 120 } }));
        const { graph, seconds } = await call();
        add(name, graph, seconds);
      }
      if (python !== undefined) {
        const slow = Number(process.env.SLOW ?? (table.names.length <= 12 ? sets : 1));
        const note = slow < sets ? ` (first ${slow === 1 ? 'sample' : `${slow} samples`})` : '';
        const given = { limit, slow: seed < first + slow, note };
        for (const [name, { graph, seconds }] of Object.entries(askPeers(script, table, given))) {
          add(name, graph, seconds);
        }
      }
      for (const [name, floor] of Object.entries(await floors(table, model.graph, seed))) add(name, floor);
    }
    tally.print(`${network}, n = 5000, ${sets} samples`);
  }
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
