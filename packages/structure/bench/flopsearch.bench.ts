/**
 * Ours beside flopsearch (Rust) on the same standardised data, penalty 2 and 20 restarts, interleaved.
 * Both graphs are scored from the raw rows by code that neither uses. `PYTHON` names an interpreter that has numpy and
 * flopsearch; `SETS` is the number of data sets of each kind (default 3; 50 for the published table).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '@cfe/data';
import { cpdag, type Dag, extendToDag, fromAdjacency, type Graph, parentsOf, shd } from '@cfe/graph';
import { bench, describe } from 'vitest';
import { flop } from '../src/index.ts';
import { gaussianBic } from '../test/support/exhaustive.ts';
import { simulated } from '../test/support/simulated.ts';

const python = process.env.PYTHON;
const sets = Number(process.env.SETS ?? 3);
const sizes = [
  { d: 50, edges: 200, rows: 1000, restarts: 20 },
  { d: 100, edges: 100, rows: 1000, restarts: 20 },
  { d: 100, edges: 200, rows: 1000, restarts: 20 },
];

const script = `
import json, sys, time
import numpy as np, flopsearch
path, rows, columns, restarts = sys.argv[1], *map(int, sys.argv[2:5])
x = np.fromfile(path).reshape(rows, columns)
start = time.perf_counter()
graph = flopsearch.flop(x, 2.0, restarts=restarts)
print(json.dumps({"seconds": time.perf_counter() - start, "graph": np.asarray(graph).astype(int).tolist()}))
`;

interface Row {
  readonly seconds: number;
  readonly score: number;
  readonly distance: number;
}

async function ours(table: Table, truth: Dag, restarts: number): Promise<Row> {
  const start = performance.now();
  const { graph } = await flop({ penalty: 2 }).learn(table, { budget: { restarts } });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, ...judged(graph, table, truth) };
}

function theirs(table: Table, truth: Dag, restarts: number, folder: string): Row {
  const file = join(folder, 'rows.bin');
  const values = new Float64Array(table.rows * table.names.length);
  for (const [j, name] of table.names.entries()) {
    const column = table.column(name);
    const mean = column.reduce((a, b) => a + b) / table.rows;
    const sd = Math.sqrt(column.reduce((a, x) => a + (x - mean) ** 2, 0) / table.rows);
    for (let r = 0; r < table.rows; r++) values[r * table.names.length + j] = (column[r]! - mean) / sd;
  }
  writeFileSync(file, values);
  const out = execFileSync(
    python as string,
    ['-c', script, file, ...[table.rows, table.names.length, restarts].map(String)],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const { seconds, graph } = JSON.parse(out) as { seconds: number; graph: number[][] };
  return { seconds, ...judged(fromAdjacency('cpdag', graph, table.names), table, truth) };
}

function judged(graph: Graph, table: Table, truth: Dag): Omit<Row, 'seconds'> {
  const dag = extendToDag(graph);
  const parents = table.names.map((name) => parentsOf(dag as Dag, name));
  return { score: gaussianBic(table, parents, 2), distance: shd(cpdag(truth), graph) };
}

if (python === undefined) {
  console.log('flopsearch: skipped, since PYTHON does not name an interpreter that has flopsearch.');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
  try {
    for (const { d, edges, rows, restarts } of sizes) {
      const pairs: { mine: Row; other: Row }[] = [];
      for (let seed = 0; seed < sets; seed++) {
        const { table, dag } = simulated(7000 + seed, { d, edges, rows });
        if (seed === 0) await ours(table, dag, restarts);
        pairs.push({
          other: theirs(table, dag, restarts, folder),
          mine: await ours(table, dag, restarts),
        });
      }
      const share = (holds: (pair: (typeof pairs)[number]) => boolean): string =>
        `${pairs.filter(holds).length}/${sets}`;
      const mean = (value: (pair: (typeof pairs)[number]) => number): string =>
        (pairs.reduce((sum, pair) => sum + value(pair), 0) / sets).toFixed(2);
      console.log(
        `d=${d} edges=${edges} n=${rows} restarts=${restarts}: ` +
          `score no worse ${share(({ mine, other }) => mine.score <= other.score + 1e-6)}, ` +
          `better ${share(({ mine, other }) => mine.score < other.score - 1e-6)}; ` +
          `time ratio ${mean(({ mine, other }) => mine.seconds / other.seconds)} ` +
          `(${mean(({ mine }) => mine.seconds)} s / ${mean(({ other }) => other.seconds)} s); ` +
          `CPDAG-SHD ${mean(({ mine }) => mine.distance)} / ${mean(({ other }) => other.distance)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
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
