// One train step of GPU size on WebGPU and on WebGL, with interventions and with a mask of zeros, in turns; the times go to the bench.
import { createOptimizer, createPlan, initialParameters, planLayout, type StepInput } from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import { webglBackend, webgpuBackend } from '../../src/index.ts';

const { d, hidden, rows, rounds } = (
  globalThis as unknown as { cfe: Record<'d' | 'hidden' | 'rows' | 'rounds', number> }
).cfe;
const offsets = Int32Array.from({ length: d + 1 }, (_, j) => (j * (j - 1)) / 2);
const items = Int32Array.from(
  Array.from({ length: d }, (_, j) => Array.from({ length: j }, (__, i) => i)).flat(),
);
const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
const plan = createPlan({ graph: { nodes, parents: { offsets, items } }, mechanism: { hidden: [hidden] } });

function stepInput(share: number, count: number): StepInput {
  const rng = createRng(1);
  const values = Float32Array.from({ length: d * count }, () => rng.normal());
  const omit = Uint8Array.from({ length: d * count }, () => (rng.uniform() < share / d ? 1 : 0));
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const optimizer = createOptimizer({ kind: 'adam' }, planLayout(plan).parameters, { dtype: 'float32' });
  return { rows: count, parameters, values, omit, optimizer };
}

const answers: unknown[] = [];
for (const backend of [webgpuBackend(), webglBackend()]) {
  const probe = await backend.probe();
  if (!probe.available) {
    answers.push({ name: backend.name, skipped: probe.reason });
    continue;
  }
  const executor = await createDeviceExecutor(plan, { backends: [backend] });
  await executor.step(stepInput(0.3, 16)); // compiles
  const [some, none] = [stepInput(0.3, rows), stepInput(0, rows)];
  const times: { readonly some: number[]; readonly none: number[] } = { some: [], none: [] };
  const timed = async (input: StepInput, into: number[]): Promise<void> => {
    const begun = performance.now();
    await executor.step(input);
    into.push((performance.now() - begun) / 1000);
  };
  for (let round = 0; round < rounds; round++) {
    await timed(some, times.some);
    await timed(none, times.none);
  }
  executor.dispose();
  const facts = (await backend.report?.())?.facts;
  answers.push({
    name: backend.name,
    detail: probe.detail,
    facts,
    some: Math.min(...times.some),
    none: Math.min(...times.none),
  });
}
await fetch('/result', { method: 'POST', body: JSON.stringify(answers) });
