// How much faster are value and gradient of the acyclicity functions on WebAssembly's matrix kernels than on plain loops?
//   npx vitest bench --run packages/backend-wasm/bench/acyclicity.bench.ts
// Processor time, best of several rounds in which both take turns; dense weights with a spectral radius of about a half.
import { type AcyclicityKind, acyclicity } from '@cfe/autograd';
import { createRng } from '@cfe/base';
import { bench } from 'vitest';
import { wasmMatrixKernels } from '../src/index.ts';
import { type Contestant, contest, processSeconds } from './support/contest.ts';

bench('acyclicity', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  console.log(
    `Microseconds of an evaluation with its gradient, plain → WebAssembly, Node ${process.version}`,
  );
  const kinds: readonly AcyclicityKind[] = ['exponential', 'log-det', 'spectral'];
  console.log(`| variables | ${kinds.join(' | ')} |\n| --- | --- | --- | --- |`);
  const kernels = wasmMatrixKernels();
  for (const d of [10, 20, 50, 100, 200]) {
    const rng = createRng(d);
    const weights = Float64Array.from({ length: d * d }, () => rng.normal() / Math.sqrt(2 * d));
    const cells: string[] = [];
    for (const kind of kinds) {
      const contestant = (name: string, options: Parameters<typeof acyclicity>[1]): Contestant => {
        const h = acyclicity(kind, options);
        return {
          name,
          run: (steps) =>
            processSeconds(() => {
              for (let i = 0; i < steps; i++) h.evaluate(weights);
            }),
        };
      };
      const best = await contest([contestant('plain', {}), contestant('wasm', { kernels })]);
      const [plain, wasm] = [best.get('plain') as number, best.get('wasm') as number];
      cells.push(`${(1e6 * plain).toFixed(0)} → ${(1e6 * wasm).toFixed(0)} (${(plain / wasm).toFixed(1)}×)`);
    }
    console.log(`| ${d} | ${cells.join(' | ')} |`);
  }
}
