// How long is one train step (likelihood, gradient, Adam; interventions at 0.3) against PyTorch on one thread?
//   npx vitest bench --run packages/backend-wasm/bench/train-step.bench.ts
// Processor time on both sides, best of 7 rounds in which all take turns.

import { createCpuExecutor, createReferenceExecutor, type Executor } from '@cfe/autograd';
import { createTfjsExecutor } from '@cfe/autograd/tfjs';
import { bench } from 'vitest';
import { createWasmExecutor, wasmBackend } from '../src/index.ts';
import { variantProblem } from '../src/wasm-executor.ts';
import { type Contestant, contest, processSeconds } from './support/contest.ts';
import { TorchPeer } from './support/torch-peer.ts';
import { trainStep, type Workload, workloads } from './support/workload.ts';

bench('train steps', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  const torch = await TorchPeer.start(1);
  await wasmBackend({ tfjs: 'required' }).activate();
  const rows: string[] = [];
  for (const workload of workloads()) rows.push(await row(workload, torch));
  torch?.close();
  const peer = torch === undefined ? 'no PyTorch here' : `PyTorch ${torch.version}, one thread`;
  console.log(
    [
      `Milliseconds per step; in brackets, how many times faster than ${peer}. Node ${process.version}.`,
      '| workload | PyTorch | reference (float64) | tfjs WASM | CPU, plain | WASM SIMD | WASM relaxed SIMD | interventions cost |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  );
}

async function row({ name, plan, rows }: Workload, torch: TorchPeer | undefined): Promise<string> {
  const large = plan.variables >= 50;
  const made: Executor[] = [];
  const ours = (label: string, executor: Executor, mask: Parameters<typeof trainStep>[2]): Contestant => {
    made.push(executor);
    const step = trainStep(executor, rows, mask);
    return {
      name: label,
      run: (steps) =>
        processSeconds(() => {
          for (let i = 0; i < steps; i++) step();
        }),
    };
  };
  const contestants: Contestant[] = [
    ...(torch === undefined ? [] : [{ name: 'torch', run: (steps: number) => torch.run(name, steps) }]),
    ...(large
      ? []
      : [
          ours('reference', createReferenceExecutor(plan), 'interventions'),
          ours('tfjs', createTfjsExecutor(plan), 'interventions'),
        ]),
    ...(plan.variables >= 100 ? [] : [ours('cpu', createCpuExecutor(plan), 'interventions')]),
    ours('simd', createWasmExecutor(plan, { variant: 'simd' }), 'interventions'),
    ours('empty', createWasmExecutor(plan, { variant: 'simd' }), 'empty'),
    ...(variantProblem('relaxed') === undefined
      ? [ours('relaxed', createWasmExecutor(plan, { variant: 'relaxed' }), 'interventions')]
      : []),
  ];
  const best = await contest(contestants, { rounds: plan.variables >= 100 ? 5 : 7 });
  for (const executor of made) executor.dispose();
  const peer = best.get('torch');
  const cell = (key: string): string => {
    const seconds = best.get(key);
    if (seconds === undefined) return '–';
    const ratio = peer === undefined || key === 'torch' ? '' : ` (${(peer / seconds).toPrecision(2)}×)`;
    return `${(1000 * seconds).toPrecision(3)}${ratio}`;
  };
  const cost = (best.get('simd') as number) / (best.get('empty') as number);
  const cells = ['torch', 'reference', 'tfjs', 'cpu', 'simd', 'relaxed'].map(cell);
  return `| ${name} | ${cells.join(' | ')} | ${cost.toFixed(2)}× |`;
}
