// What do cuts cost in a forward and a backward pass, against the same plan with a mask of zeros?
//   npx vitest bench --run packages/backend-wasm/bench/interventions.bench.ts
import { createCpuExecutor, initialParameters, planLayout } from '@cfe/autograd';
import { createRng } from '@cfe/base';
import { bench } from 'vitest';
import { createWasmExecutor } from '../src/index.ts';
import { type Contestant, contest, processSeconds } from './support/contest.ts';
import { type Workload, workloads } from './support/workload.ts';

bench('interventions', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  const rows: string[] = [];
  for (const workload of workloads()) {
    if (workload.plan.gated) continue;
    rows.push(await row(workload, 'WASM SIMD'));
    if (workload.plan.variables <= 20) rows.push(await row(workload, 'CPU, plain'));
  }
  console.log(
    [
      `Forward and backward, milliseconds on one thread, Node ${process.version}; 0.3 and 1 cuts a row.`,
      '| workload | executor | mask of zeros | 0.3 cuts a row | 1 cut a row | cost |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  );
}

async function row({ name, plan, rows }: Workload, label: 'WASM SIMD' | 'CPU, plain'): Promise<string> {
  const executor =
    label === 'WASM SIMD' ? createWasmExecutor(plan, { variant: 'simd' }) : createCpuExecutor(plan);
  const rng = createRng(1);
  const size = plan.variables * rows;
  const parameters = executor.allocate(planLayout(plan).parameters);
  parameters.set(initialParameters(plan, { seed: 1 }));
  const noise = Float32Array.from({ length: size }, () => rng.normal());
  const value = new Float32Array(size);
  const contestant = (share: number): Contestant => {
    const chance = share / plan.variables;
    const action = { cut: Uint8Array.from({ length: size }, () => (rng.uniform() < chance ? 1 : 0)), value };
    return {
      name: String(share),
      run: (steps) =>
        processSeconds(() => {
          for (let i = 0; i < steps; i++) {
            executor.forward({ rows, parameters, noise, action });
            executor.backward(noise);
          }
        }),
    };
  };
  const best = await contest([contestant(0), contestant(0.3), contestant(1)], { rounds: 9 });
  executor.dispose();
  const [none, some, one] = ['0', '0.3', '1'].map((share) => best.get(share) as number) as [
    number,
    number,
    number,
  ];
  const times = [none, some, one].map((seconds) => (1000 * seconds).toPrecision(3));
  return `| ${name} | ${label} | ${times.join(' | ')} | ${(some / none).toFixed(2)}×, ${(one / none).toFixed(2)}× |`;
}
