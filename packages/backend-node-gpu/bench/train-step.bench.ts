// How long is one train step (likelihood, gradient, Adam; 0.3 interventions a row) on tfjs-node against PyTorch's, both on the CPU with
// one thread, at 100 variables, hidden 64, 1024 rows?
//   npx vitest bench --run packages/backend-node-gpu/bench/train-step.bench.ts
// Processor time on both sides, in 30 rounds in which they take turns. PyTorch: CFE_PYTHON, or python3.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { executorFor } from '@cfe/autograd';
import { bench } from 'vitest';
import { inTurns, median, pairedRatio } from '../../../test/support/turns.ts';
import { nodeGpuBackend } from '../src/index.ts';
import { noTfjsNode, tfjsNode } from '../test/support/installed.ts';
import { costOf } from './support/cost.ts';
import { stepInput, widePlan } from './support/workload.ts';

bench('train step', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

const rounds = 30;
const oneThread = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
};

async function run(): Promise<void> {
  if (tfjsNode === undefined) {
    console.log(`skipped: ${noTfjsNode}`);
    return;
  }
  Object.assign(process.env, oneThread);
  const backend = nodeGpuBackend({ from: tfjsNode });
  await backend.activate();
  const plan = widePlan(100, 64);
  const step = (mask: 'interventions' | 'zeros'): (() => Promise<number>) => {
    const executor = executorFor(backend, plan);
    const input = stepInput(plan, 1024, mask);
    return async () => (await costOf(() => executor.step(input))).processor;
  };
  const torch = await startTorch();
  const contestants = {
    ...(torch && { torch: torch.step }),
    ours: step('interventions'),
    zeros: step('zeros'),
    again: step('zeros'),
  } as Record<'torch' | 'ours' | 'zeros' | 'again', () => Promise<number>>;
  for (const once of Object.values(contestants)) for (let warm = 0; warm < 2; warm++) await once();
  const costs = await inTurns(contestants, (once) => once() as Promise<number>, rounds);
  torch?.close();
  const ms = (name: keyof typeof costs): string => (1000 * median(costs[name])).toPrecision(3);
  const best = (name: keyof typeof costs): number => Math.min(...costs[name]);
  console.log(
    `100 variables, hidden 64, 1024 rows, one thread each, processor milliseconds; Node ${process.version}; medians of ${rounds} rounds, ratios with quartiles: ` +
      `tfjs-node ${ms('ours')}${torch === undefined ? ', no PyTorch here' : `, PyTorch ${torch.version} ${ms('torch')}: ${pairedRatio(costs.torch, costs.ours)} times as fast, best against best ${(best('torch') / best('ours')).toFixed(2)}`}; ` +
      `interventions cost ${pairedRatio(costs.ours, costs.zeros)}, zeros over zeros ${pairedRatio(costs.again, costs.zeros)}`,
  );
}

interface Torch {
  readonly version: string;
  step(): Promise<number>;
  close(): void;
}

async function startTorch(): Promise<Torch | undefined> {
  const script = fileURLToPath(new URL('../../backend-wasm/bench/peers/train_step.py', import.meta.url));
  const python = [process.env.CFE_PYTHON, 'python3', '/usr/bin/python3'].find(
    (one) => one !== undefined && spawnSync(one, ['-c', 'import torch']).status === 0,
  );
  if (python === undefined) return undefined;
  const child = spawn(python, [script, '1'], { env: { ...process.env, ...oneThread } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { torch } = JSON.parse(String((await lines.next()).value)) as { torch: string };
  return {
    version: torch,
    async step() {
      child.stdin.write('dag-100-64-1024 1\n');
      return Number((await lines.next()).value);
    },
    close: () => child.stdin.end(),
  };
}
