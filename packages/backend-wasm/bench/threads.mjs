// How long is one train step on two threads, beside PyTorch on two threads? After a build:
//   node packages/backend-wasm/bench/threads.mjs
// The time that passes, best of several rounds in which all take turns: it needs a machine with two cores to itself.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createOptimizer, createPlan, initialParameters, planLayout } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { createThreadedExecutor } from '@cfe/backend-wasm/threads';
import { createRng } from '@cfe/base';

// With --processor-time, for a machine that others use too: the processor time of the busiest of our threads, beside half
// of PyTorch's on one thread, as if it lost nothing with two.
const busy = process.argv.includes('--processor-time');
const rounds = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 7);
const script = fileURLToPath(new URL('./peers/train_step.py', import.meta.url));

/** As in `support/workload.ts`: all earlier variables as parents, or all others with a gate on each edge. */
function planOf(d, hidden, kind) {
  const offsets = new Int32Array(d + 1);
  const items = [];
  for (let j = 0; j < d; j++) {
    for (let i = 0; i < d; i++) if (kind === 'gated' ? i !== j : i < j) items.push(i);
    offsets[j + 1] = items.length;
  }
  const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
  const graph = { nodes, parents: { offsets, items: Int32Array.from(items) } };
  return createPlan({ graph, mechanism: { hidden: [hidden] }, gates: kind === 'gated' ? 'edges' : 'none' });
}

function stepOf(executor, rows) {
  const { plan } = executor;
  const layout = planLayout(plan);
  const rng = createRng(1);
  const size = plan.variables * rows;
  const parameters = executor.allocate(layout.parameters);
  parameters.set(initialParameters(plan, { seed: 1 }));
  const values = executor.allocate(size);
  for (let i = 0; i < size; i++) values[i] = rng.normal();
  const omit = Uint8Array.from({ length: size }, () => (rng.uniform() < 0.3 / plan.variables ? 1 : 0));
  const gates = plan.gated ? new Float32Array(layout.edges).fill(0.5) : undefined;
  const optimizer = createOptimizer({ kind: 'adam' }, layout.parameters, {
    dtype: 'float32',
    allocate: (length) => executor.allocate(length),
  });
  return () => executor.step({ rows, parameters, values, gates, omit, optimizer }).loss;
}

/** Processor seconds of each thread of this process so far, by its number (Linux). */
function threadSeconds() {
  const found = new Map();
  for (const thread of readdirSync('/proc/self/task')) {
    const fields = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
    found.set(thread, Number(fields[0]) / 1e9);
  }
  return found;
}

/** Runs `work` and gives the processor seconds of the thread that used most. */
function busiest(work) {
  const before = threadSeconds();
  work();
  return Math.max(...[...threadSeconds()].map(([thread, seconds]) => seconds - (before.get(thread) ?? 0)));
}

async function torchPeer(threads) {
  const python = [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3'].find(
    (name) => name !== undefined && spawnSync(name, ['-c', 'import torch']).status === 0,
  );
  if (python === undefined) return undefined;
  const limit = String(threads);
  const env = { ...process.env, OMP_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit, MKL_NUM_THREADS: limit };
  const child = spawn(python, [script, limit], { env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { torch } = JSON.parse((await lines.next()).value);
  return {
    name: `PyTorch ${torch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async run(workload, steps) {
      child.stdin.write(`${workload} ${steps}\n`);
      return Number((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}

const torch = await torchPeer(busy ? 1 : 2);
console.log(
  `Milliseconds per step, ${busy ? 'processor time of the busiest thread; half of' : 'the time that passes;'} ${torch?.name ?? 'no PyTorch here'}; Node ${process.version}.`,
);
console.log('| workload | one thread | two threads | gain | PyTorch | times faster than PyTorch |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [kind, d, hidden, rows] of [
  ['gated', 100, 64, 1024],
  ['dag', 100, 64, 1024],
  ['gated', 50, 16, 256],
  ['dag', 50, 16, 256],
  ['dag', 20, 16, 256],
]) {
  const plan = planOf(d, hidden, kind);
  const [alone, team] = [createWasmExecutor(plan), createThreadedExecutor(plan, { threads: 2, smallest: 0 })];
  await team.started;
  const timed = (step) => (count) => {
    const work = () => {
      for (let i = 0; i < count; i++) step();
    };
    if (busy) return busiest(work);
    const begun = performance.now();
    work();
    return (performance.now() - begun) / 1000;
  };
  const workload = `${kind}-${d}-${hidden}-${rows}`;
  const contestants = {
    one: timed(stepOf(alone, rows)),
    two: timed(stepOf(team, rows)),
    ...(torch === undefined
      ? {}
      : { torch: async (count) => (await torch.run(workload, count)) / (busy ? 2 : 1) }),
  };
  const best = {};
  const count = d < 100 ? 20 : 2;
  for (const run of Object.values(contestants)) await run(2);
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(contestants))
      best[name] = Math.min(best[name] ?? Infinity, (await run(count)) / count);
  const ms = (seconds) => (seconds === undefined ? '–' : (1000 * seconds).toPrecision(3));
  const ratio = best.torch === undefined ? '–' : `${(best.torch / best.two).toFixed(2)}×`;
  console.log(
    `| ${workload} | ${ms(best.one)} | ${ms(best.two)} | ${(best.one / best.two).toFixed(2)}× | ${ms(best.torch)} | ${ratio} |`,
  );
  alone.dispose();
  team.dispose();
}
torch?.close();
