// Compares threads with one thread on what is built; prints what it found as JSON. Arguments: threads, 'gated' or 'plain'.
import { deepStrictEqual } from 'node:assert';
import { createOptimizer, createPlan, initialParameters, planLayout } from '@cfe/autograd';
import { createWasmExecutor } from '@cfe/backend-wasm';
import { createThreadedExecutor } from '@cfe/backend-wasm/threads';
import { createRng } from '@cfe/base';

const [threads, gated] = [Number(process.argv[2]), process.argv[3] === 'gated'];
const d = 7;
const parents = Array.from({ length: d }, (_, j) =>
  Array.from({ length: d }, (__, i) => i).filter((i) => (gated ? i !== j : i < j)),
);
const offsets = Int32Array.from({ length: d + 1 }, (_, j) => parents.slice(0, j).flat().length);
const plan = createPlan({
  graph: {
    nodes: parents.map((_, j) => `v${j}`),
    parents: { offsets, items: Int32Array.from(parents.flat()) },
  },
  mechanism: { hidden: [8] },
  gates: gated ? 'edges' : 'none',
});

/** Three steps and a likelihood, with all that an input may hold. */
function answers(executor) {
  const rows = 300;
  const rng = createRng(1);
  const { parameters: count, edges } = planLayout(plan);
  const values = Float32Array.from({ length: d * rows }, () => rng.normal());
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const optimizer = createOptimizer({ kind: 'adam' }, count, { dtype: 'float32' });
  const input = {
    rows,
    parameters,
    values,
    omit: Uint8Array.from(values, () => (rng.uniform() < 0.1 ? 1 : 0)),
    action: { cut: Uint8Array.from(values, () => (rng.uniform() < 0.05 ? 1 : 0)), value: values },
    rowWeights: Float32Array.from({ length: rows }, () => rng.uniform()),
    gates: gated ? Float32Array.from({ length: edges }, () => rng.uniform()) : undefined,
  };
  const found = [];
  for (let k = 0; k < 3; k++) {
    const addGradient = Float32Array.from({ length: count }, () => 0.01 * rng.normal());
    const step = executor.step({ ...input, optimizer, addGradient, clipNorm: 1 });
    found.push(step.loss, step.byVariable.slice(), step.gradientNorm, step.gates?.slice());
  }
  const { loss, gradient } = executor.likelihood(input);
  return [...found, parameters, loss, gradient.parameters.slice(), gradient.gates?.slice()];
}

const team = createThreadedExecutor(plan, { threads, smallest: 0 });
const alone = createWasmExecutor(plan);
const expected = answers(alone);
deepStrictEqual(answers(team), expected); // while the threads start
await team.started;
deepStrictEqual(answers(team), expected);
let refused;
try {
  const values = new Float32Array(2 * d).fill(NaN, 2 * d - 2); // the last variable's, which another thread reads
  const gates = gated ? new Float32Array(planLayout(plan).edges) : undefined;
  team.likelihood({ rows: 2, parameters: new Float32Array(planLayout(plan).parameters), values, gates });
} catch (error) {
  refused = error.message;
}
team.dispose();
process.stdout.write(JSON.stringify({ name: team.name, own: alone.name, refused }));
