import {
  createCpuExecutor,
  createPlan,
  initialParameters,
  type MechanismSpec,
  planLayout,
} from '@cfe/autograd';
import { createRng, standardNormal } from '@cfe/base';
import { expect, test } from 'vitest';
import { edgeWeights, strengthsOf } from '../src/internal/joint/edge-weights.ts';
import { gatedFit, gatedState } from '../src/internal/joint/gated-fit.ts';
import { carry, gatesOf, graphOf, openFit } from '../src/internal/joint/open-fit.ts';
import type { TrainingRows } from '../src/internal/training-rows.ts';

const both = Uint8Array.of(0, 1, 1, 0);
const rng = createRng(1);

function rowsOf(...columns: readonly ArrayLike<number>[]): TrainingRows {
  const rows = columns[0]!.length;
  const values = Float64Array.from(columns.flatMap((column) => Array.from(column)));
  const counts = new Int32Array(columns.length).fill(rows);
  return {
    rows,
    values,
    omit: new Uint8Array(values.length),
    counts,
    zeros: new Float64Array(columns.length),
  };
}

function mechanism(d: number, activation: 'tanh' | 'relu' = 'tanh', hidden = 4): MechanismSpec[] {
  return Array.from({ length: d }, () => ({
    hidden: [hidden],
    activation,
    skip: 'linear',
    head: { kind: 'additive', scale: 'learned' },
  }));
}

const common = {
  batchSize: 64,
  learningRate: 0.01,
  sparsity: 0.02,
  decay: 1e-4,
  tick: () => undefined,
} as const;

test('edges of a cycle are pulled down until the weaker one is gone, and not where cycles are free', async () => {
  const x = standardNormal(createRng(2), 512);
  const noise = standardNormal(createRng(3), 512);
  const data = rowsOf(
    x,
    x.map((value, r) => 0.8 * value + 0.6 * noise[r]!), // each foretells the other as well
  );
  const weakest = async (kind: 'spectral' | 'log-det' | undefined): Promise<number> => {
    const plan = createPlan({ graph: graphOf(['x', 'y'], both), mechanism: mechanism(2), gates: 'edges' });
    const executor = createCpuExecutor(plan);
    const weights = edgeWeights(plan);
    const state = gatedState(executor, initialParameters(plan, { seed: 1 }), 64);
    await gatedFit(executor, state, weights, data, {
      ...common,
      gates: gatesOf(weights),
      epochs: 80,
      acyclicity: kind && { kind, threshold: 0.05 },
      rng,
    });
    const strengths = strengthsOf(weights, state.parameters, new Float64Array(2));
    executor.dispose();
    return Math.min(...strengths);
  };
  expect(await weakest(undefined)).toBeGreaterThan(0.3);
  for (const kind of ['spectral', 'log-det'] as const) expect(await weakest(kind)).toBeLessThan(0.05);
});

test('a variable that does not learn keeps every bit of its mechanism', async () => {
  const data = rowsOf(standardNormal(createRng(4), 256), standardNormal(createRng(5), 256));
  const plan = createPlan({ graph: graphOf(['x', 'y'], both), mechanism: mechanism(2), gates: 'edges' });
  const executor = createCpuExecutor(plan);
  const weights = edgeWeights(plan);
  const start = initialParameters(plan, { seed: 1 });
  const state = gatedState(executor, start, 64);
  const before = Float64Array.from(state.parameters);
  const learns = Uint8Array.of(1, 0);
  await gatedFit(executor, state, weights, data, {
    ...common,
    gates: gatesOf(weights),
    epochs: 2,
    learns,
    rng,
  });
  const [x, y] = planLayout(plan).mechanisms;
  expect(state.parameters.slice(y!.from, y!.to)).toEqual(Float32Array.from(before.slice(y!.from, y!.to)));
  expect(state.parameters.slice(x!.from, x!.to)).not.toEqual(Float32Array.from(before.slice(x!.from, x!.to)));
  executor.dispose();
});

test('a plan without some edges says what the larger one says with those edges cut', () => {
  const names = ['a', 'b', 'c', 'd'];
  const open = Uint8Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 0 : 1));
  const fewer = open.slice();
  for (const [i, j] of [
    [0, 1],
    [2, 1],
    [3, 2],
    [0, 3],
    [1, 3],
    [2, 3],
  ] as const)
    fewer[i * 4 + j] = 0; // d loses all
  const [before, after] = [open, fewer].map((edges) => {
    const plan = createPlan({ graph: graphOf(names, edges), mechanism: mechanism(4), gates: 'edges' });
    return { plan, weights: edgeWeights(plan) };
  }) as [{ plan: ReturnType<typeof createPlan>; weights: ReturnType<typeof edgeWeights> }, never];
  const from = Float64Array.from({ length: planLayout(before.plan).parameters }, () => rng.normal());
  const to = new Float64Array(planLayout((after as typeof before).plan).parameters);
  carry(before, from, after, to);
  const values = Float64Array.from({ length: 4 * 32 }, () => rng.normal());
  const density = ({ plan, weights }: typeof before, parameters: Float64Array): number[] => {
    const gates = gatesOf(weights).map((_, e) => fewer[weights.from[e]! * 4 + weights.to[e]!]!);
    const executor = createCpuExecutor(plan);
    const found = Array.from(executor.logDensity({ rows: 32, parameters, values, gates }));
    executor.dispose();
    return found;
  };
  const [large, small] = [density(before, from), density(after, to)];
  for (let at = 0; at < 3 * 32; at++) expect(small[at]! - large[at]!).toBeCloseTo(0, 3); // float32
});

test('each variable takes the units that foretell it, and edges that say nothing are closed', async () => {
  const [x, e, w] = [6, 7, 8].map((seed) => standardNormal(createRng(seed), 2000)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const data = rowsOf(
    x,
    x.map((value, r) => Math.abs(value) - 0.8 + 0.05 * e[r]!), // breaks
    x.map((value, r) => Math.tanh(3 * value) + 0.05 * w[r]!), // bends
    w, // says nothing
  );
  const names = ['x', 'y', 'z', 'w'];
  const open = new Uint8Array(16);
  for (const [i, j] of [
    [0, 1],
    [3, 1],
    [0, 2],
  ] as const)
    open[i * 4 + j] = 1;
  const { plan, family, strengths } = await openFit(
    open,
    { train: data, test: data },
    {
      ...common,
      names,
      families: [mechanism(4, 'tanh', 3), mechanism(4, 'relu', 3)],
      factory: createCpuExecutor,
      acyclicity: 'log-det',
      threshold: 0.3,
      epochs: 60,
      learningRate: { kind: 'cosine', from: 0.01, to: 1e-5, over: 60 * 31 },
      required: new Uint8Array(16),
      start: createRng(9),
      rng,
    },
  );
  expect([family[1], family[2]]).toEqual([1, 0]);
  expect(Array.from(plan.parents.items)).toEqual([0, 0]); // w → y is not there any more
  for (const strength of strengths) expect(strength).toBeGreaterThan(0.3);
});
