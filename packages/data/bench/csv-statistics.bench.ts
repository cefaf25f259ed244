/**
 * Means and all covariances of one CSV: ours in one pass and constant memory, beside DuckDB's and pandas' on the same file,
 * interleaved. `PYTHON` names an interpreter that has duckdb and pandas; `ROWS` (default 100,000; 1,000,000 for the
 * published figures) and `COLUMNS` (50) size the file.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createRng } from '@cfe/base';
import { bench, describe } from 'vitest';
import { covariances } from '../src/index.ts';
import { summariseCsv } from '../src/node.ts';

const python = process.env.PYTHON;
const rows = Number(process.env.ROWS ?? 100_000);
const d = Number(process.env.COLUMNS ?? 50);

const script = `
import json, resource, sys, time
which, path, d = sys.argv[1], sys.argv[2], int(sys.argv[3])
names = [f"x{j}" for j in range(d)]
if which == "pandas":
    import pandas as pd
    start = time.perf_counter()
    frame = pd.read_csv(path)
    covariance = frame.cov(ddof=0).to_numpy().tolist()
    version = pd.__version__
elif which == "duckdb":
    import duckdb
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    start = time.perf_counter()
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i:]]
    row = connection.execute("select " + ", ".join(f"covar_pop({a}, {b})" for a, b in pairs) + f" from read_csv('{path}')").fetchall()[0]
    value = {pair: x for pair, x in zip(pairs, row)}
    covariance = [[value[(a, b)] if (a, b) in value else value[(b, a)] for b in names] for a in names]
    version = duckdb.__version__
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "covariance": covariance, "version": version, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
`;

interface Run {
  readonly seconds: number;
  readonly covariance: readonly ArrayLike<number>[];
  readonly megabytes: number;
  readonly version: string;
}

async function writeTable(path: string): Promise<void> {
  const rng = createRng(1);
  const out = createWriteStream(path);
  out.write(`${Array.from({ length: d }, (_, j) => `x${j}`).join(',')}\n`);
  for (let r = 0; r < rows; r += 500) {
    let text = '';
    for (let i = r; i < Math.min(rows, r + 500); i++) {
      const common = rng.normal();
      for (let j = 0; j < d; j++) text += `${j > 0 ? ',' : ''}${(common + rng.normal()).toFixed(6)}`;
      text += '\n';
    }
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

async function ours(path: string): Promise<Run> {
  const start = performance.now();
  const { moments } = await summariseCsv(path);
  const seconds = (performance.now() - start) / 1000;
  return {
    seconds,
    covariance: covariances(moments).covariance,
    megabytes: process.resourceUsage().maxRSS / 1024,
    version: process.version,
  };
}

function theirs(which: 'duckdb' | 'pandas', path: string): Run {
  const out = execFileSync(python as string, ['-c', script, which, path, String(d)], { encoding: 'utf8' });
  return JSON.parse(out) as Run;
}

const folder = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
const path = join(folder, 'rows.csv');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
await writeTable(path);
const megabytes = statSync(path).size / 2 ** 20;

if (python === undefined) {
  console.log('duckdb and pandas: skipped, since PYTHON does not name an interpreter that has them.');
} else {
  await ours(path); // warm
  for (const which of ['duckdb', 'pandas'] as const) {
    const other = theirs(which, path);
    const mine = await ours(path);
    const worst = Math.max(
      ...mine.covariance.flatMap((row, i) =>
        Array.from(
          row,
          (value, j) => Math.abs(value - (other.covariance[i]?.[j] as number)) / Math.abs(value),
        ),
      ),
    );
    console.log(
      `${rows} × ${d} (${megabytes.toFixed(0)} MB): ours ${mine.seconds.toFixed(2)} s (${(megabytes / mine.seconds).toFixed(0)} MB/s, one thread, process peak ${mine.megabytes.toFixed(0)} MB), ` +
        `${which} ${other.version} ${other.seconds.toFixed(2)} s (peak ${other.megabytes.toFixed(0)} MB): time ratio ${(mine.seconds / other.seconds).toFixed(2)}; ` +
        `largest relative difference of a covariance ${worst.toExponential(1)}`,
    );
  }
}

describe(`covariances of ${rows} × ${d}`, () => {
  bench('summariseCsv', async () => void (await summariseCsv(path)), {
    iterations: 2,
    warmupIterations: 0,
    time: 0,
    warmupTime: 0,
  });
});
