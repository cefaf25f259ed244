// Fits of the built packages, in a process of their own as users run them: under Vitest every import is looked up again at every
// use, which costs small fits half their speed. Reads "WORKLOAD EPOCHS EXECUTOR CLOCK" lines, answers seconds per step.
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createCpuExecutor } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { createThreadedExecutor } from '@cfe/backend-wasm/threads';
import { columnsFrom, createRng, standardNormal } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { createCausalUnitNetwork, createNetwork } from '@cfe/network';
import { createTrainer } from '@cfe/trainer';

const executors = {
  cpu: createCpuExecutor,
  wasm: createWasmExecutor,
  async threads(plan) {
    const executor = createThreadedExecutor(plan);
    await executor.started;
    return executor;
  },
};

/** 3 inputs, hidden 16 and 16, 1 output, batches of 32; interventions at 0.3, counterfactual and structure terms. */
function classic() {
  const names = ['x1', 'x2', 'x3', 'y'];
  const table = normalTable(names, 1024);
  const columns = (seed) =>
    columnsFrom(
      Object.fromEntries(names.map((name) => [name, standardNormal(createRng(2).fork(seed + name), 32)])),
    );
  const after = columns('after');
  const pairs = { before: columns('before'), do: { x1: after.column('x1') }, after };
  return (executor, epochs) => {
    const unit = createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, seed: 1 });
    const options = { interventionProbability: 0.3, counterfactualWeight: 1, structureWeight: 0.1 };
    return steps(unit, { ...options, executor }, table, { epochs, batchSize: 32, pairs });
  };
}

function wide(d, hidden, batchSize, rows) {
  const names = Array.from({ length: d }, (_, j) => `v${String(j).padStart(3, '0')}`);
  const table = normalTable(names, rows);
  const graph = createDag(
    names,
    names.flatMap((to, j) => names.slice(0, j).map((from) => [from, to])),
  );
  return (executor, epochs) => {
    const mechanisms = { kind: 'mlp', hidden: [hidden], skip: 'none' };
    const network = createNetwork({ graph, mechanisms, noise: 'normal', seed: 1 });
    return steps(network, { interventionProbability: 0.3, executor }, table, { epochs, batchSize });
  };
}

async function steps(network, options, table, fit) {
  const optimizer = { kind: 'adam', learningRate: 5e-3 };
  const trainer = createTrainer(network, { optimizer, seed: 1, start: 'current', ...options });
  return (await trainer.fit(table, { validation: 0, ...fit })).steps;
}

function normalTable(names, rows) {
  return createTable(
    names.map((name) => ({
      variable: { name, kind: 'continuous' },
      values: standardNormal(createRng(1).fork(name), rows),
    })),
  );
}

/** Processor seconds of each thread of this process so far, by its number (Linux). */
function threadSeconds() {
  return new Map(
    readdirSync('/proc/self/task').map((thread) => {
      const [nanoseconds] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
      return [thread, Number(nanoseconds) / 1e9];
    }),
  );
}

const clocks = {
  processor() {
    const began = process.cpuUsage();
    return () => {
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1e6;
    };
  },
  passed() {
    const began = performance.now();
    return () => (performance.now() - began) / 1000;
  },
  busiest() {
    const before = threadSeconds();
    return () =>
      Math.max(...[...threadSeconds()].map(([thread, seconds]) => seconds - (before.get(thread) ?? 0)));
  },
};

const made = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const [name, epochs, executor, clock] = line.split(' ');
  if (!made.has(name)) {
    const [kind, ...sizes] = name.split('-');
    made.set(name, kind === 'classic' ? classic() : wide(...sizes.map(Number)));
  }
  const stop = clocks[clock]();
  const count = await made.get(name)(executors[executor], Number(epochs));
  console.log(stop() / count);
}
