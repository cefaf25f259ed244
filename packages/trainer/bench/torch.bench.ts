// How long is one step of `trainer.fit` against the same training in PyTorch?
//   npx vitest bench --run packages/trainer/bench/torch.bench.ts
// Whole fits are timed, with batches, masks, schedules, losses and progress in them; PyTorch's loop has the same parts (peers/train_fit.py),
// and its setup is not counted. One thread each: processor time on both sides. Two threads each: the time that passes, which needs two idle
// cores; with BUSY=1, for a machine that others use too, the processor time of our busiest thread beside half of PyTorch's on one thread, as if it lost
// nothing with two. Best of five rounds in which all take turns. PyTorch is looked for under CFE_PYTHON and python3. Two threads need a build.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createCpuExecutor, type Executor, type Plan } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { columnsFrom, createRng, standardNormal } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { createCausalUnitNetwork, createNetwork } from '@cfe/network';
import { createTrainer, type TrainerOptions, type TrainingExecutorFactory } from '@cfe/trainer';
import { bench } from 'vitest';

bench('training', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Contest {
  readonly name: string;
  readonly bar: number;
  readonly threads: 1 | 2;
  /** one fit of so many epochs; its steps */
  fit(executor: TrainingExecutorFactory, epochs: number): Promise<number>;
  readonly epochs: number;
}

const isBusy = process.env.BUSY === '1';
const rounds = 5;
const built = new URL('../../backend-wasm/dist/threads.js', import.meta.url);

async function run(): Promise<void> {
  const alone = startPeer(1);
  const pair = isBusy ? undefined : startPeer(2);
  const lines: string[] = [];
  for (const contest of [
    classic(),
    wide(20, 16, 256, { epochs: 20, bar: 1.5 }),
    wide(20, 16, 256, { epochs: 5, bar: 1.5 }),
    wide(50, 16, 256, { epochs: 20, bar: 1.2 }),
    wide(50, 16, 256, { epochs: 5, bar: 1.2 }),
    wide(100, 64, 1024, { epochs: 5, bar: 0.5 }),
    wide(100, 64, 1024, { epochs: 5, bar: 1, threads: 2 }),
  ]) {
    const { name, bar, threads, epochs } = contest;
    if (threads === 2 && !existsSync(built)) {
      console.log(`${name} on two threads is left out: there is no build. node scripts/build.mjs`);
      continue;
    }
    const peer = threads === 1 || isBusy ? alone : pair;
    const wasm = threads === 1 ? createWasmExecutor : await twoThreads();
    const isSmall = name !== 'dag-100-64-1024-4096';
    const best = { torch: Infinity, wasm: Infinity, cpu: Infinity };
    for (let round = 0; round < rounds; round++) {
      if (peer !== undefined) best.torch = Math.min(best.torch, await peer.run(name, epochs));
      best.wasm = Math.min(best.wasm, await timed(contest, wasm));
      if (isSmall) best.cpu = Math.min(best.cpu, await timed(contest, createCpuExecutor));
    }
    if (threads === 2 && isBusy) best.torch /= 2;
    const cell = (seconds: number): string =>
      Number.isFinite(seconds)
        ? `${(1000 * seconds).toPrecision(3)}${Number.isFinite(best.torch) ? ` (${(best.torch / seconds).toPrecision(2)}×)` : ''}`
        : '–';
    const torch = Number.isFinite(best.torch) ? (1000 * best.torch).toPrecision(3) : '–';
    lines.push(
      `| ${name} | ${threads} | ${epochs} | ${torch} | ${cell(best.wasm)} | ${cell(best.cpu)} | ${bar}× |`,
    );
    console.log(lines.at(-1));
  }
  alone?.close();
  pair?.close();
  console.log(
    [
      `Milliseconds per step of a whole fit; in brackets, how many times faster than ${alone === undefined ? 'PyTorch, which is not here' : `PyTorch ${alone.version}`}. Node ${process.version}.`,
      '| workload | threads | epochs | PyTorch | trainer, WASM SIMD | trainer, plain JavaScript | bar |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...lines,
    ].join('\n'),
  );
}

/** Seconds per step of one fit. */
async function timed({ fit, epochs, threads }: Contest, executor: TrainingExecutorFactory): Promise<number> {
  const passed = performance.now();
  const began = process.cpuUsage();
  const each = threads === 2 && isBusy ? threadSeconds() : undefined;
  const steps = await fit(executor, epochs);
  if (each !== undefined) {
    const spent = [...threadSeconds()].map(([thread, seconds]) => seconds - (each.get(thread) ?? 0));
    return Math.max(...spent) / steps;
  }
  if (threads === 2) return (performance.now() - passed) / 1000 / steps;
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6 / steps;
}

/** Processor seconds of each thread of this process so far, by its number (Linux). */
function threadSeconds(): Map<string, number> {
  const found = new Map<string, number>();
  for (const thread of readdirSync('/proc/self/task')) {
    const [nanoseconds] = readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ');
    found.set(thread, Number(nanoseconds) / 1e9);
  }
  return found;
}

async function twoThreads(): Promise<TrainingExecutorFactory> {
  const { createThreadedExecutor } = (await import(built.href)) as {
    createThreadedExecutor: (plan: Plan) => Executor & { readonly started: Promise<void> };
  };
  return async (plan) => {
    const executor = createThreadedExecutor(plan);
    await executor.started;
    return executor;
  };
}

/** 3 inputs, hidden 16 and 16, 1 output, batches of 32; interventions at 0.3, counterfactual and structure terms. */
function classic(): Contest {
  const names = ['x1', 'x2', 'x3', 'y'];
  const table = normalTable(names, 1024);
  const columns = (seed: string): ReturnType<typeof columnsFrom> =>
    columnsFrom(
      Object.fromEntries(names.map((name) => [name, standardNormal(createRng(2).fork(seed + name), 32)])),
    );
  const after = columns('after');
  const pairs = { before: columns('before'), do: { x1: after.column('x1') }, after };
  return {
    name: 'classic-1024-32',
    bar: 8,
    threads: 1,
    epochs: 40,
    fit: (executor, epochs) => {
      const unit = createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, seed: 1 });
      const options = { interventionProbability: 0.3, counterfactualWeight: 1, structureWeight: 0.1 };
      return stepsOf(unit, { ...options, executor, start: 'current' }, table, {
        epochs,
        batchSize: 32,
        pairs,
      });
    },
  };
}

function wide(
  d: number,
  hidden: number,
  batchSize: number,
  { epochs: length, bar, threads = 1 }: { epochs: number; bar: number; threads?: 1 | 2 },
): Contest {
  const rows = 4096;
  const names = Array.from({ length: d }, (_, j) => `v${String(j).padStart(3, '0')}`);
  const table = normalTable(names, rows);
  const graph = createDag(
    names,
    names.flatMap((to, j) => names.slice(0, j).map((from): [string, string] => [from, to])),
  );
  return {
    name: `dag-${d}-${hidden}-${batchSize}-${rows}`,
    bar,
    threads,
    epochs: length,
    fit: (executor, epochs) => {
      const mechanisms = { kind: 'mlp', hidden: [hidden], skip: 'none' } as const;
      const network = createNetwork({ graph, mechanisms, noise: 'normal', seed: 1 });
      const options = { interventionProbability: 0.3, executor, start: 'current' } as const;
      return stepsOf(network, options, table, { epochs, batchSize });
    },
  };
}

async function stepsOf(
  network: Parameters<typeof createTrainer>[0],
  options: TrainerOptions,
  table: Table,
  fit: object,
): Promise<number> {
  const optimizer = { kind: 'adam', learningRate: 5e-3 } as const;
  const trainer = createTrainer(network, { optimizer, seed: 1, ...options });
  return (await trainer.fit(table, { validation: 0, ...fit })).steps;
}

function normalTable(names: readonly string[], rows: number): Table {
  return createTable(
    names.map((name) => ({
      variable: { name, kind: 'continuous' },
      values: standardNormal(createRng(1).fork(name), rows),
    })),
  );
}

interface Peer {
  readonly version: string;
  run(workload: string, epochs: number): Promise<number>;
  close(): void;
}

function startPeer(threads: number): Peer | undefined {
  for (const python of [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue;
    const { status, stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__version__)']);
    if (status !== 0) continue;
    const script = fileURLToPath(new URL('./peers/train_fit.py', import.meta.url));
    const limit = String(threads);
    const limits = { OMP_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit, MKL_NUM_THREADS: limit };
    const child: ChildProcessWithoutNullStreams = spawn(python, [script, limit], {
      env: { ...process.env, ...limits },
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ready = lines.next();
    return {
      version: stdout.toString().trim(),
      async run(workload, epochs) {
        await ready;
        child.stdin.write(`${workload} ${epochs}\n`);
        return Number((await lines.next()).value);
      },
      close: () => child.stdin.end(),
    };
  }
  return undefined;
}
