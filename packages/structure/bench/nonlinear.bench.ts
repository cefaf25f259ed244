/** Additive curved effects, d = 10, 20 edges, n = 1000, columns in random order. `SETS` data sets, default 3; `PYTHON` for RESIT of the lingam package. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromAdjacency } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { auto, cam, directLingam, flop, type StructureMethod } from '../src/index.ts';
import { curvedData } from '../test/support/curved.ts';
import { directed, floors, Tally, timed } from './support/table.ts';

const sets = Number(process.env.SETS ?? 3);
const python = process.env.PYTHON;
const script = `
import json, sys, time, warnings
warnings.filterwarnings('ignore')
import numpy as np, lingam
from sklearn.ensemble import RandomForestRegressor
x = np.fromfile(sys.argv[1]).reshape(int(sys.argv[2]), int(sys.argv[3]))
start = time.perf_counter()
model = lingam.RESIT(regressor=RandomForestRegressor(n_estimators=20, max_depth=4, random_state=0), alpha=0.01).fit(x)
print(json.dumps({"seconds": time.perf_counter() - start, "graph": (np.abs(model.adjacency_matrix_.T) > 0).astype(int).tolist()}))
`;

for (const mechanism of ['gp', 'mlp'] as const) {
  const tally = new Tally();
  const methods: Readonly<Record<string, StructureMethod>> = {
    cam: cam(),
    auto: auto(),
    flop: flop(),
    'direct-lingam': directLingam(),
  };
  for (let seed = 0; seed < sets; seed++) {
    const { table, dag } = curvedData(3000 + seed, { d: 10, edges: 20, rows: 1000, mechanism });
    for (const [name, method] of Object.entries(methods)) {
      const { dag: found, seconds } = await timed(() => method.learn(table, { seed }));
      tally.add(name, { ...directed(dag, found!), seconds });
    }
    if (python !== undefined) {
      const folder = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
      const values = new Float64Array(1000 * 10);
      for (const [j, name] of table.names.entries()) {
        for (let r = 0; r < 1000; r++) values[r * 10 + j] = table.column(name)[r]!;
      }
      writeFileSync(join(folder, 'rows.bin'), values);
      const out = execFileSync(python, ['-c', script, join(folder, 'rows.bin'), '1000', '10'], {
        encoding: 'utf8',
      });
      rmSync(folder, { recursive: true });
      const { graph, seconds } = JSON.parse(out) as { graph: number[][]; seconds: number };
      tally.add('RESIT (lingam, random forest)', {
        ...directed(dag, fromAdjacency('dag', graph, table.names)),
        seconds,
      });
    }
    for (const [name, floor] of Object.entries(await floors(table, dag, seed)))
      tally.add(name, directed(dag, floor));
  }
  tally.print(`${mechanism === 'gp' ? 'Gaussian processes' : 'tanh networks'}, ${sets} data sets`);
}

describe('10 variables', () => {
  const { table } = curvedData(3000, { d: 10, edges: 20, rows: 1000 });
  bench('cam', async () => void (await cam().learn(table, {})), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
  });
});
