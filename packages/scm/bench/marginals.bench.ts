/**
 * All marginals of published networks given two variables: ours beside pgmpy's variable elimination, one process each, in
 * turns, after checking that the answers are equal. `PYTHON` names an interpreter that has pgmpy; `CFE_DATA_DIR` holds the
 * networks; `NETWORKS` lists them (default alarm,hepar2,win95pts,andes).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bench, describe } from 'vitest';
import { parseBif } from '../src/index.ts';

const python = process.env.PYTHON;
const folder = process.env.CFE_DATA_DIR;
const networks = (process.env.NETWORKS ?? 'alarm,hepar2,win95pts,andes').split(',');

const script = `
import json, sys, time
import pgmpy
from pgmpy.inference import BeliefPropagation, VariableElimination
from pgmpy.readwrite import BIFReader
model = BIFReader(sys.argv[1]).get_model()
for cpd in model.get_cpds():
    cpd.normalize()
given = json.loads(sys.argv[2])
def marginals(engine):
    out = {}
    for node in model.nodes():
        if node not in given:
            factor = engine.query([node], evidence=given, show_progress=False)
            out[node] = dict(zip(factor.state_names[node], map(float, factor.values)))
    return out
start = time.perf_counter()
answer = marginals(VariableElimination(model))
print(json.dumps({"version": pgmpy.__version__, "seconds": time.perf_counter() - start, "answer": answer}))
`;

interface Peer {
  readonly version: string;
  readonly seconds: number;
  readonly answer: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

function compare(name: string): void {
  const path = join(folder ?? '', 'bnlearn-networks', `${name}.bif`);
  const model = parseBif(readFileSync(path, 'utf8'));
  const row = model.sample(1, { seed: 1 });
  const given = Object.fromEntries(
    [3, model.nodes.length - 1].map((j) => {
      const { name: node, levels } = model.nodes[j] as (typeof model.nodes)[number];
      return [node, levels[row.column(node)[0] as number] as string];
    }),
  );
  const ours: number[] = [];
  const theirs: number[] = [];
  let version = '';
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const { probabilities } = model.exact({ given });
    ours.push((performance.now() - start) / 1000);
    if (round > 2) continue;
    const output = execFileSync(
      python as string,
      ['-W', 'ignore', '-c', script, path, JSON.stringify(given)],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const peer = JSON.parse(output) as Peer;
    version = peer.version;
    theirs.push(peer.seconds);
    for (const [node, levels] of Object.entries(peer.answer)) {
      for (const [level, p] of Object.entries(levels)) {
        if (Math.abs((probabilities?.[node]?.[level] as number) - p) > 1e-9)
          throw new Error(`${name}: ${node} = ${level} differs`);
      }
    }
  }
  const [a, b] = [median(ours), median(theirs)];
  console.log(
    `${name}: ${(a * 1000).toFixed(0)} ms, pgmpy ${version} ${(b * 1000).toFixed(0)} ms, ratio ${(a / b).toFixed(4)} (node ${process.version})`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

describe('all marginals, exact', () => {
  if (python === undefined || folder === undefined) {
    console.log('skipped: set PYTHON to an interpreter with pgmpy, and CFE_DATA_DIR');
    return;
  }
  for (const name of networks)
    bench(name, () => compare(name), { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 });
});
