// One train step (likelihood, gradient, Adam) of the size that GPUs are for: 4096 rows, 200 variables with all earlier ones for parents,
// hidden 64, on each backend of this package that is here; and what interventions cost, 0.3 a row left out over a mask of zeros and over no
// mask. The mask of zeros against itself says how much of a ratio is noise.
//   npx vitest bench --run packages/backend-node-gpu/bench/gpu-size.bench.ts
// With CUDA: npm install @tensorflow/tfjs-node-gpu@4.22.0 in a folder, and its name in CFE_TFJS_NODE. With any graphics card: WebGPU, as
// the README says. CFE_HIDDEN and CFE_ROWS make it smaller for a software renderer; CFE_BACKEND takes one backend alone.
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { bench } from 'vitest';
import { inTurns, median, pairedRatio } from '../../../test/support/turns.ts';
import { nodeGpuBackend, nodeWebgpuBackend } from '../src/index.ts';
import { nodeWebgpu, tfjsNode, useVulkanOfChromium } from '../test/support/installed.ts';
import { costOf } from './support/cost.ts';
import { stepInput, widePlan } from './support/workload.ts';

const hidden = Number(process.env.CFE_HIDDEN ?? 64);
const rows = Number(process.env.CFE_ROWS ?? 4096);
const rounds = Number(process.env.CFE_ROUNDS ?? 6);
const d = 200;

bench('a train step of GPU size', run, { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 });

async function run(): Promise<void> {
  useVulkanOfChromium();
  const plan = widePlan(d, hidden);
  console.log(
    `${rows} rows, ${d} variables, hidden ${hidden}; Node ${process.version}; ${rounds} rounds, taking turns; ratios: median [quartiles]`,
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
    const inputs = {
      some: stepInput(plan, rows, 'interventions'),
      zeros: stepInput(plan, rows, 'zeros'),
      none: stepInput(plan, rows, 'none'),
      again: stepInput(plan, rows, 'zeros'),
    };
    const contestants = {
      some: () => executor.step(inputs.some),
      zeros: () => executor.step(inputs.zeros),
      none: () => executor.step(inputs.none),
      again: () => executor.step(inputs.again),
    };
    for (const step of Object.values(contestants)) await step(); // compiles
    const costs = await inTurns(contestants, costOf, rounds);
    executor.dispose();
    const facts = (await backend.report?.())?.facts;
    console.log(`${backend.name} (${probe.detail}; ${JSON.stringify(facts)})`);
    for (const clock of ['wall', 'processor'] as const) {
      const of = (name: keyof typeof costs): number[] => costs[name].map((cost) => cost[clock]);
      console.log(
        `${clock === 'wall' ? 'time that passed' : 'processor time'}: ${median(of('some')).toPrecision(3)} s a step; interventions over ` +
          `zeros ${pairedRatio(of('some'), of('zeros'))}, over no mask ${pairedRatio(of('some'), of('none'))}; ` +
          `zeros over zeros ${pairedRatio(of('again'), of('zeros'))}`,
      );
    }
  }
}
