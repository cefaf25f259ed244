// One train step (likelihood, gradient, Adam) of the size that GPUs are for: 4096 rows, 200 variables with all earlier ones for parents,
// hidden 64, on each backend of this package that is here; and what interventions cost, 0.3 a row left out over a mask of zeros.
//   npx vitest bench --run packages/backend-node-gpu/bench/gpu-size.bench.ts
// With CUDA: npm install @tensorflow/tfjs-node-gpu@4.22.0 in a folder, and its name in CFE_TFJS_NODE. With any graphics card: WebGPU, as
// the README says. CFE_HIDDEN and CFE_ROWS make it smaller for a software renderer; CFE_BACKEND takes one backend alone.
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { bench } from 'vitest';
import { nodeGpuBackend, nodeWebgpuBackend } from '../src/index.ts';
import { nodeWebgpu, tfjsNode, useVulkanOfChromium } from '../test/support/installed.ts';
import { type Cost, costOf, shown } from './support/cost.ts';
import { stepInput, widePlan } from './support/workload.ts';

const hidden = Number(process.env.CFE_HIDDEN ?? 64);
const rows = Number(process.env.CFE_ROWS ?? 4096);
const rounds = Number(process.env.CFE_ROUNDS ?? 5);
const d = 200;

bench('a train step of GPU size', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  useVulkanOfChromium();
  const plan = widePlan(d, hidden);
  console.log(
    `${rows} rows, ${d} variables, hidden ${hidden}; Node ${process.version}; best of ${rounds}, taking turns`,
  );
  const all = [nodeGpuBackend({ from: tfjsNode }), nodeWebgpuBackend({ from: nodeWebgpu })];
  const wanted = process.env.CFE_BACKEND;
  for (const backend of all.filter(({ name }) => wanted === undefined || wanted === name)) {
    const probe = await backend.probe();
    if (!probe.available) {
      console.log(`${backend.name}: skipped, ${probe.reason}`);
      continue;
    }
    const executor = await createDeviceExecutor(plan, { backends: [backend], environment: {} });
    const [some, none] = [stepInput(plan, rows, 'interventions'), stepInput(plan, rows, 'zeros')];
    await executor.step({ ...some, ...firstRows(some, 16) }); // compiles
    const costs: { readonly some: Cost[]; readonly none: Cost[] } = { some: [], none: [] };
    for (let round = 0; round < rounds; round++) {
      costs.some.push(await costOf(() => executor.step(some)));
      costs.none.push(await costOf(() => executor.step(none)));
    }
    executor.dispose();
    const [a, b] = [least(costs.some), least(costs.none)];
    const facts = (await backend.report?.())?.facts;
    console.log(
      `${backend.name} (${probe.detail}; ${JSON.stringify(facts)}): ${shown(a)}; interventions cost ` +
        `${(a.wall / b.wall).toFixed(2)} of the time that passed, ${(a.processor / b.processor).toFixed(2)} of the processor's`,
    );
  }
}

function firstRows(
  { values, omit }: ReturnType<typeof stepInput>,
  count: number,
): Pick<ReturnType<typeof stepInput>, 'rows' | 'values' | 'omit'> {
  const first = <T extends Float32Array | Uint8Array>(all: T): T =>
    all.filter((_, at) => at % rows < count) as T;
  return { rows: count, values: first(values as Float32Array), omit: first(omit as Uint8Array) };
}

function least(costs: readonly Cost[]): Cost {
  return {
    wall: Math.min(...costs.map(({ wall }) => wall)),
    processor: Math.min(...costs.map(({ processor }) => processor)),
  };
}
