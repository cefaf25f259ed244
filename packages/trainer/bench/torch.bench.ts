// How long is one step of `trainer.fit` against the same training in PyTorch, one thread each?
//   npx vitest bench --run packages/trainer/bench/torch.bench.ts
// Whole fits are timed, with batches, masks, schedules, losses and progress in them; PyTorch's loop has the same parts (peers/train_fit.py).
// Processor time on both sides, best of five rounds in which all take turns. PyTorch is looked for under CFE_PYTHON and python3.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createCpuExecutor } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { columnsFrom, createRng, standardNormal } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { createCausalUnitNetwork, createNetwork, type ExecutorFactory } from '@cfe/network';
import { createTrainer, type TrainerOptions } from '@cfe/trainer';
import { bench } from 'vitest';

bench('training', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Contest {
  readonly name: string;
  readonly bar: number;
  /** seconds of processor time per step of one fit of so many epochs */
  fit(executor: ExecutorFactory, epochs: number): Promise<number>;
  readonly epochs: number;
}

async function run(): Promise<void> {
  const peer = startPeer();
  const lines: string[] = [];
  for (const contest of [
    classic(),
    wide(20, 16, 256, 4096, 1.5),
    wide(50, 16, 256, 4096, 1.2),
    wide(100, 64, 1024, 4096, 0.5),
  ]) {
    const best = {
      torch: Number.POSITIVE_INFINITY,
      wasm: Number.POSITIVE_INFINITY,
      cpu: Number.POSITIVE_INFINITY,
    };
    for (let round = 0; round < 5; round++) {
      if (peer !== undefined) best.torch = Math.min(best.torch, await peer.run(contest.name, contest.epochs));
      best.wasm = Math.min(best.wasm, await contest.fit(createWasmExecutor, contest.epochs));
      if (contest.bar !== 0.5)
        best.cpu = Math.min(best.cpu, await contest.fit(createCpuExecutor, contest.epochs));
    }
    const cell = (seconds: number): string =>
      Number.isFinite(seconds)
        ? `${(1000 * seconds).toPrecision(3)}${Number.isFinite(best.torch) ? ` (${(best.torch / seconds).toPrecision(2)}×)` : ''}`
        : '–';
    const torch = Number.isFinite(best.torch) ? (1000 * best.torch).toPrecision(3) : '–';
    lines.push(`| ${contest.name} | ${torch} | ${cell(best.wasm)} | ${cell(best.cpu)} | ${contest.bar}× |`);
  }
  peer?.close();
  console.log(
    [
      `Milliseconds per step of a whole fit; in brackets, how many times faster than ${peer === undefined ? 'PyTorch, which is not here' : `PyTorch ${peer.version}, one thread`}. Node ${process.version}.`,
      '| workload | PyTorch | trainer, WASM SIMD | trainer, plain JavaScript | bar |',
      '| --- | --- | --- | --- | --- |',
      ...lines,
    ].join('\n'),
  );
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
    epochs: 10,
    fit: (executor, epochs) => {
      const unit = createCausalUnitNetwork({ inputs: 3, hidden: [16, 16], outputs: 1, executor, seed: 1 });
      const options = { interventionProbability: 0.3, counterfactualWeight: 1, structureWeight: 0.1 };
      return timed(unit, { ...options, start: 'current' }, table, { epochs, batchSize: 32, pairs });
    },
  };
}

function wide(d: number, hidden: number, batchSize: number, rows: number, bar: number): Contest {
  const names = Array.from({ length: d }, (_, j) => `v${String(j).padStart(3, '0')}`);
  const table = normalTable(names, rows);
  const graph = createDag(
    names,
    names.flatMap((to, j) => names.slice(0, j).map((from): [string, string] => [from, to])),
  );
  return {
    name: `dag-${d}-${hidden}-${batchSize}-${rows}`,
    bar,
    epochs: d > 50 ? 2 : 5,
    fit: (executor, epochs) => {
      const mechanisms = { kind: 'mlp', hidden: [hidden], skip: 'none' } as const;
      const network = createNetwork({ graph, mechanisms, executor, noise: 'normal', seed: 1 });
      return timed(network, { interventionProbability: 0.3, start: 'current' }, table, { epochs, batchSize });
    },
  };
}

async function timed(
  network: Parameters<typeof createTrainer>[0],
  options: TrainerOptions,
  table: Table,
  fit: object,
): Promise<number> {
  const optimizer = { kind: 'adam', learningRate: 5e-3 } as const;
  const trainer = createTrainer(network, { optimizer, seed: 1, ...options });
  const began = process.cpuUsage();
  const { steps } = await trainer.fit(table, { validation: 0, ...fit });
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6 / steps;
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

function startPeer(): Peer | undefined {
  for (const python of [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3']) {
    if (python === undefined) continue;
    const { status, stdout } = spawnSync(python, ['-c', 'import torch; print(torch.__version__)']);
    if (status !== 0) continue;
    const script = fileURLToPath(new URL('./peers/train_fit.py', import.meta.url));
    const one = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
    const child: ChildProcessWithoutNullStreams = spawn(python, [script, '1'], {
      env: { ...process.env, ...one },
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
