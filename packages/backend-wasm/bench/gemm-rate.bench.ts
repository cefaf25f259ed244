// How near do the kernels, and whole train steps, come to the rate of a multiply-add loop in the first cache?
//   npx vitest bench --run packages/backend-wasm/bench/gemm-rate.bench.ts
import { readFileSync } from 'node:fs';
import { chunkStride } from '@cfe/autograd/kernels';
import { bench } from 'vitest';
import { createWasmExecutor } from '../src/index.ts';
import { kernelsFrom } from '../src/internal/kernel-memory.ts';
import { compileKernels } from '../src/internal/kernel-module.ts';
import { type Contestant, contest, processSeconds } from './support/contest.ts';
import { trainStep, workloads } from './support/workload.ts';

bench('multiply-add rates', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

interface Rated extends Contestant {
  /** floating-point operations of a step */
  readonly operations: number;
}

async function run(): Promise<void> {
  const rated = [await microKernel(), ...kernels(), ...steps()];
  const best = await contest(rated, { rounds: 9 });
  const rates = rated.map(
    ({ name, operations }) => [name, operations / (best.get(name) as number) / 1e9] as const,
  );
  const attainable = rates[0]?.[1] as number;
  console.log(
    [
      `GFLOP/s on one core, SIMD without fused multiply-add, Node ${process.version}; share of the first line.`,
      '| | GFLOP/s | share |',
      '| --- | --- | --- |',
      ...rates.map(
        ([name, rate]) => `| ${name} | ${rate.toFixed(1)} | ${((100 * rate) / attainable).toFixed(0)}% |`,
      ),
    ].join('\n'),
  );
}

async function microKernel(): Promise<Rated> {
  const { default: asc } = await import('assemblyscript/asc');
  const source = readFileSync(new URL('./assembly/micro-kernel.as', import.meta.url), 'utf8');
  const { binary, error, stderr } = await asc.compileString(source, {
    optimizeLevel: 3,
    runtime: 'stub',
    importMemory: true,
    enable: ['simd'],
  });
  if (binary === null || error) throw new Error(stderr.toString());
  const memory = new WebAssembly.Memory({ initial: 4 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(binary)), {
    env: { memory },
  });
  const { microKernel: kernel } = instance.exports as unknown as {
    microKernel(x: number, w: number, inputs: number, times: number): number;
  };
  const times = 200;
  return {
    name: 'multiply-add loop in the first cache (attainable)',
    operations: 64 * 100 * times,
    run: (n) =>
      processSeconds(() => void Array.from({ length: n }, () => kernel(65536, 131072 + 64, 100, times))),
  };
}

function kernels(): readonly Rated[] {
  const { heap, tables, layer, layerGradient } = kernelsFrom(compileKernels('simd'), 'simd')(1 << 20);
  const [outputs, inputs, rows] = [64, 100, 128];
  const [w, table, x, out, dw] = [200_000, 250_000, 300_000, 500_000, 600_000];
  for (let i = 0; i < heap.length - 100_000; i++) heap[100_000 + i] = Math.sin(i);
  for (let a = 0; a < inputs; a++) tables[table + a] = x + a * chunkStride;
  const operations = 2 * outputs * inputs * rows;
  const each = (work: () => void) => (n: number) =>
    processSeconds(() => {
      for (let i = 0; i < n; i++) work();
    });
  return [
    {
      name: 'layer forwards, 100 → 64, 128 rows',
      operations,
      run: each(() => layer(out, w, inputs, 1, -1, table, outputs, inputs, rows, 0)),
    },
    {
      name: 'layer gradient, 100 → 64, 128 rows',
      operations,
      run: each(() => {
        heap.fill(0, dw, dw + outputs * inputs);
        layerGradient(dw, inputs, dw + 50_000, out, table, outputs, inputs, rows);
      }),
    },
  ];
}

/** Multiplications and additions of the layers alone: activations, likelihoods and Adam come on top. */
function steps(): readonly Rated[] {
  return workloads()
    .filter(({ plan }) => plan.variables >= 50)
    .map(({ name, plan, rows }) => {
      const step = trainStep(createWasmExecutor(plan, { variant: 'simd' }), rows, 'none');
      const width = plan.mechanisms[0]?.hidden[0] as number;
      const edges = plan.parents.items.length;
      return {
        name: `whole train step, ${name}`,
        operations: rows * width * (4 * edges + 6 * plan.variables),
        run: (n: number) =>
          processSeconds(() => {
            for (let i = 0; i < n; i++) step();
          }),
      };
    });
}
