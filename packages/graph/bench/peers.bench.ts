/**
 * Ours beside gadjid (Rust; adjustment distances) and networkx (Python; d-separation) on the same random graphs, in
 * turns, after checking that the answers are equal. Processor time, the least of up to seven calls after a first: on a
 * machine that others use, too, that is what a call takes. `PYTHON` names an interpreter that has gadjid, networkx and
 * numpy; gadjid is held to one thread, as ours is. `SIZES` lists d:degree pairs (default 200:4,1000:4,1000:10).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '@cfe/base';
import { bench, describe } from 'vitest';
import {
  ancestorAid,
  cpdag,
  type Dag,
  dSeparated,
  edgesOf,
  type Graph,
  osetAid,
  parentAid,
  toAdjacency,
} from '../src/index.ts';
import { randomDag } from '../test/oracles/random.ts';

const python = process.env.PYTHON;
const sizes = (process.env.SIZES ?? '200:4,1000:4,1000:10')
  .split(',')
  .map((size) => size.split(':').map(Number));

const script = `
import json, sys, time
import gadjid, networkx as nx, numpy as np
folder, d, questions = sys.argv[1], int(sys.argv[2]), json.load(open(sys.argv[1] + "/questions.json"))
read = lambda name: np.fromfile(f"{folder}/{name}.bin", dtype=np.int8).reshape(d, d)
out = {}
def timed(name, run):
    answer, best, total = run(), float("inf"), 0
    for _ in range(7):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
        total += best
        if total > 1: break
    out[name] = [answer, best]
for kind in ("dag", "cpdag"):
    truth, guess = read(kind + "-truth"), read(kind + "-guess")
    for f in (gadjid.parent_aid, gadjid.ancestor_aid, gadjid.oset_aid):
        timed(f"{f.__name__} {kind}", lambda: int(f(truth, guess, edge_direction="from row to column")[1]))
graph = nx.from_numpy_array(read("dag-truth"), create_using=nx.DiGraph)
timed("d-separation", lambda: sum(nx.is_d_separator(graph, {x}, {y}, set(z)) for x, y, z in questions))
print(json.dumps({"versions": {"networkx": nx.__version__}, "out": out}))
`;

type Question = readonly [x: number, y: number, given: readonly number[]];

function questionsOn(d: number, count: number): Question[] {
  const rng = createRng(d).fork('questions');
  return Array.from({ length: count }, () => {
    const nodes = new Set<number>();
    while (nodes.size < 7) nodes.add(rng.integer(d));
    const [x, y, ...given] = nodes as unknown as Iterable<number> as [number, number, ...number[]];
    return [x, y, given];
  });
}

function separatedCount(dag: Dag, questions: readonly Question[]): number {
  const name = (i: number): string => dag.nodes[i] as string;
  let count = 0;
  for (const [x, y, given] of questions) if (dSeparated(dag, name(x), name(y), given.map(name))) count++;
  return count;
}

function compare(d: number, degree: number, folder: string): void {
  const rng = createRng(7);
  const truth = randomDag(rng.fork('truth'), d, degree / (d - 1));
  const guess = randomDag(rng.fork('guess'), d, degree / (d - 1));
  const graphs: Record<string, readonly [Graph, Graph]> = {
    dag: [truth, guess],
    cpdag: [cpdag(truth), cpdag(guess)],
  };
  const save = (name: string, graph: Graph): void =>
    writeFileSync(join(folder, `${name}.bin`), Buffer.concat(toAdjacency(graph)));
  for (const [kind, [a, b]] of Object.entries(graphs)) {
    save(`${kind}-truth`, a);
    save(`${kind}-guess`, b);
  }
  const questions = questionsOn(d, 200);
  writeFileSync(join(folder, 'questions.json'), JSON.stringify(questions));
  const mine: Record<string, readonly [answer: number, seconds: number]> = {};
  const timed = (name: string, run: () => number): void => {
    const answer = run();
    let [best, total] = [Number.POSITIVE_INFINITY, 0];
    for (let round = 0; round < 7 && total < 1; round++) {
      const start = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1e6);
      total += best;
    }
    mine[name] = [answer, best];
  };
  for (const [kind, [a, b]] of Object.entries(graphs)) {
    timed(`parent_aid ${kind}`, () => parentAid(a, b).count);
    timed(`ancestor_aid ${kind}`, () => ancestorAid(a, b).count);
    timed(`oset_aid ${kind}`, () => osetAid(a, b).count);
  }
  timed('d-separation', () => separatedCount(truth, questions));
  const text = execFileSync(python as string, ['-c', script, folder, String(d)], {
    encoding: 'utf8',
    env: { ...process.env, RAYON_NUM_THREADS: '1' },
  });
  const { out } = JSON.parse(text) as { out: Record<string, readonly [number, number]> };
  for (const [name, [answer, seconds]] of Object.entries(mine)) {
    const [theirAnswer, theirSeconds] = out[name] as readonly [number, number];
    if (answer !== theirAnswer) throw new Error(`${name}, d=${d}: ${answer} here, ${theirAnswer} there`);
    const rate = (theirSeconds / seconds).toFixed(2);
    console.log(
      `d=${d} edges=${edgesOf(truth).length} ${name}: ${(1000 * seconds).toFixed(1)} ms, ` +
        `${name === 'd-separation' ? 'networkx (200 questions)' : 'gadjid'} ${(1000 * theirSeconds).toFixed(1)} ms: ${rate} times as fast`,
    );
  }
}

if (python === undefined) {
  console.log('gadjid and networkx: skipped, since PYTHON names no interpreter that has them.');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'cfe-bench-'));
  try {
    for (const [d, degree] of sizes) compare(d as number, degree as number, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('random DAGs with 200 nodes and 400 edges', () => {
  const rng = createRng(1);
  const truth = randomDag(rng.fork('truth'), 200, 4 / 199);
  const guess = randomDag(rng.fork('guess'), 200, 4 / 199);
  const questions = questionsOn(200, 100);
  bench('parentAid', () => void parentAid(truth, guess));
  bench('osetAid', () => void osetAid(truth, guess));
  bench('dSeparated, 100 questions', () => void separatedCount(truth, questions));
});
