/**
 * Rows of Bayesian networks, n = 5000, beside pgmpy's hill climbing and causal-learn's PC on the same rows.
 * `CFE_DATA_DIR` holds `bnlearn-networks`; `SETS` samples of each, default 1; `PYTHON` for the peers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTable } from '@cfe/data';
import { fromAdjacency } from '@cfe/graph';
import { parseBif } from '@cfe/scm';
import { bench, describe } from 'vitest';
import { flop, ges, pc, type StructureMethod } from '../src/index.ts';
import { floors, observational, Tally, timed } from './support/table.ts';

const folder = process.env.CFE_DATA_DIR;
const python = process.env.PYTHON;
const sets = Number(process.env.SETS ?? 1);
const script = `
import json, sys, time, warnings, logging
warnings.filterwarnings('ignore'); logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd
x = np.fromfile(sys.argv[1]).reshape(int(sys.argv[2]), int(sys.argv[3])).astype(int)
d = x.shape[1]; answer = {}
from pgmpy.estimators import HillClimbSearch
frame = pd.DataFrame(x, columns=[str(i) for i in range(d)]).astype(str).astype('category')
start = time.perf_counter()
dag = HillClimbSearch(frame).estimate(scoring_method='bic-d', show_progress=False)
graph = np.zeros((d, d), int)
for a, b in dag.edges(): graph[int(a), int(b)] = 1
answer['pgmpy hill climbing, BIC'] = dict(seconds=time.perf_counter() - start, kind='dag', graph=graph.tolist())
from causallearn.search.ConstraintBased.PC import pc
start = time.perf_counter()
g = pc(x, alpha=0.01, indep_test='gsq', show_progress=False).G.graph
graph = np.zeros((d, d), int)
for i in range(d):
    for j in range(d):
        if g[i, j] == -1: graph[i, j] = 1 if g[j, i] == 1 else 2
answer['causal-learn PC, G²'] = dict(seconds=time.perf_counter() - start, kind='pdag', graph=graph.tolist())
print('ANSWER' + json.dumps(answer))
`;

if (folder === undefined)
  console.log('discrete: skipped, since CFE_DATA_DIR does not name the folder of the data.');
else {
  for (const network of ['asia', 'sachs', 'child', 'insurance', 'alarm']) {
    const model = parseBif(readFileSync(join(folder, 'bnlearn-networks', `${network}.bif`), 'utf8'));
    const tally = new Tally();
    const methods: Readonly<Record<string, StructureMethod>> = {
      'flop, BDeu (default)': flop(),
      'flop, BIC': flop({ discrete: 'bic' }),
      'ges, BDeu': ges(),
      'pc, G²': pc(),
    };
    for (let seed = 0; seed < sets; seed++) {
      const rows = model.sample(5000, { seed });
      const all = createTable(
        model.variables.map((variable) => ({ variable, values: rows.column(variable.name) })),
      );
      const table = all;
      if (table.names.some((name) => new Set(table.column(name)).size < 2)) continue;
      for (const [name, method] of Object.entries(methods)) {
        const { graph, seconds } = await timed(() =>
          method.learn(table, { seed, budget: { restarts: 5, seconds: 120 } }),
        );
        tally.add(name, { ...observational(model.graph, graph), seconds });
      }
      if (python !== undefined) {
        const place = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
        const d = table.names.length;
        const values = new Float64Array(5000 * d);
        for (const [j, name] of table.names.entries()) {
          for (let r = 0; r < 5000; r++) values[r * d + j] = table.column(name)[r]!;
        }
        writeFileSync(join(place, 'rows.bin'), values);
        const out = execFileSync(python, ['-c', script, join(place, 'rows.bin'), '5000', `${d}`], {
          encoding: 'utf8',
          maxBuffer: 2 ** 28,
        });
        rmSync(place, { recursive: true });
        const answer = JSON.parse(out.slice(out.indexOf('ANSWER') + 6)) as Record<
          string,
          { seconds: number; kind: 'dag' | 'pdag'; graph: number[][] }
        >;
        for (const [name, { seconds, kind, graph }] of Object.entries(answer)) {
          try {
            tally.add(name, {
              ...observational(model.graph, fromAdjacency(kind, graph, table.names)),
              seconds,
            });
          } catch {
            tally.add(name, { seconds }); // what it returned is no graph: its arrows form a cycle
          }
        }
      }
      for (const [name, floor] of Object.entries(await floors(table, model.graph, seed))) {
        tally.add(name, observational(model.graph, floor));
      }
    }
    tally.print(`${network}, n = 5000, ${sets} samples`);
  }
}

describe('nothing more to time', () => {
  bench('a pass', () => {});
});
