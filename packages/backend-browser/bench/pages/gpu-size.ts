// One train step of GPU size on WebGPU and on WebGL, with interventions, with a mask of zeros and with none, in turns; what each cost goes
// to the bench.
import { createOptimizer, createPlan, initialParameters, planLayout, type StepInput } from '@cfe/autograd';
import { createDeviceExecutor } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import { inTurns } from '../../../../test/support/turns.ts';
import { webglBackend, webgpuBackend } from '../../src/index.ts';

const {
  d,
  hidden,
  rows,
  rounds,
  backend: wanted,
} = (
  globalThis as unknown as {
    cfe: Record<'d' | 'hidden' | 'rows' | 'rounds', number> & { readonly backend?: string };
  }
).cfe;
const offsets = Int32Array.from({ length: d + 1 }, (_, j) => (j * (j - 1)) / 2);
const items = Int32Array.from(
  Array.from({ length: d }, (_, j) => Array.from({ length: j }, (__, i) => i)).flat(),
);
const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
const plan = createPlan({ graph: { nodes, parents: { offsets, items } }, mechanism: { hidden: [hidden] } });

/** @param share - interventions a row, or `undefined` for no mask at all */
function stepInput(share: number | undefined, count: number): StepInput {
  const rng = createRng(1);
  const values = Float32Array.from({ length: d * count }, () => rng.normal());
  const omit =
    share === undefined
      ? undefined
      : Uint8Array.from({ length: d * count }, () => (rng.uniform() < share / d ? 1 : 0));
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const optimizer = createOptimizer({ kind: 'adam' }, planLayout(plan).parameters, { dtype: 'float32' });
  return { rows: count, parameters, values, omit, optimizer };
}

async function processorSeconds(): Promise<number | null> {
  return (await fetch('/processor-seconds')).json() as Promise<number | null>;
}

async function costOf(work: () => unknown): Promise<{ wall: number; processor: number | null }> {
  const before = await processorSeconds();
  const begun = performance.now();
  await work();
  const wall = (performance.now() - begun) / 1000;
  const after = await processorSeconds();
  return { wall, processor: before === null || after === null ? null : after - before };
}

const answers: unknown[] = [];
for (const backend of [webgpuBackend(), webglBackend()]) {
  if (wanted !== undefined && wanted !== backend.name) continue;
  const probe = await backend.probe();
  if (!probe.available) {
    answers.push({ name: backend.name, skipped: probe.reason });
    continue;
  }
  const executor = await createDeviceExecutor(plan, { backends: [backend] });
  const contestant = (share: number | undefined): (() => unknown) => {
    const input = stepInput(share, rows);
    return () => executor.step(input);
  };
  const contestants = {
    some: contestant(0.3),
    zeros: contestant(0),
    none: contestant(undefined),
    again: contestant(0),
  };
  for (const step of Object.values(contestants)) await step(); // compiles
  const costs = await inTurns(contestants, costOf, rounds);
  executor.dispose();
  const facts = (await backend.report?.())?.facts;
  answers.push({ name: backend.name, detail: probe.detail, facts, costs });
}
await fetch('/result', { method: 'POST', body: JSON.stringify(answers) });
