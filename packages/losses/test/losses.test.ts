import {
  createPlan,
  createReferenceExecutor,
  type Executor,
  initialParameters,
  type Plan,
  type PlanAction,
  planLayout,
} from '@cfe/autograd';
import { createRng, standardNormal } from '@cfe/base';
import { createDag } from '@cfe/graph';
import {
  acyclicityPenalty,
  contrastiveCounterfactual,
  interventionalLikelihood,
  invariantRisk,
  type Loss,
  type LossInput,
  pairedCounterfactual,
  predictionLikelihood,
  riskExtrapolation,
  sparsity,
  squaredError,
  weightedSum,
} from '@cfe/losses';
import { describe, expect, test } from 'vitest';

const rows = 12;
const dag = createDag(
  ['x', 'm', 'y', 'z'],
  [
    ['x', 'm'],
    ['x', 'y'],
    ['m', 'y'],
    ['y', 'z'],
    ['x', 'z'],
  ],
);
const hard = createPlan({
  graph: dag,
  mechanism: [
    {},
    { hidden: [4], skip: 'linear' },
    { hidden: [3, 3], skip: 'linear', head: { kind: 'location-scale' } },
    { hidden: [3], head: { kind: 'flow', components: 2 } },
  ],
});
/** Every edge is allowed: cycles. */
const soft = createPlan({ graph: complete(4), mechanism: { hidden: [4], skip: 'linear' }, gates: 'edges' });
const ungated = createPlan({ graph: complete(4), mechanism: { hidden: [4], skip: 'linear' } });
const gatedDag = createPlan({ graph: dag, mechanism: { hidden: [4], skip: 'linear' }, gates: 'edges' });

function inputFor(plan: Plan, seed = 1): LossInput {
  const rng = createRng(seed);
  const d = plan.variables;
  const parameters = initialParameters(plan, { seed });
  const executor: Executor = createReferenceExecutor(plan);
  const cut = Uint8Array.from({ length: d * rows }, (_, at) =>
    Math.floor(at / rows) === 1 && at % 2 === 0 ? 1 : 0,
  );
  const action: PlanAction = { cut, value: standardNormal(rng.fork('value'), d * rows) };
  return {
    executor,
    parameters,
    ...(plan.gated
      ? { gates: Float64Array.from({ length: plan.parents.items.length }, () => 0.2 + 0.6 * rng.uniform()) }
      : {}),
    batch: {
      rows,
      values: standardNormal(rng.fork('values'), d * rows),
      omit: Uint8Array.from({ length: d * rows }, () => (rng.uniform() < 0.2 ? 1 : 0)),
      rowWeights: Float64Array.from({ length: rows }, () => 0.5 + rng.uniform()),
      environments: Int32Array.from({ length: rows }, (_, r) => (r % 3) + 5),
      pairs: { action, values: standardNormal(rng.fork('pairs'), d * rows) },
    },
  };
}

const losses: readonly [Loss, readonly Plan[]][] = [
  [interventionalLikelihood(), [hard, soft, gatedDag]],
  [predictionLikelihood({ targets: ['y', 'z'] }), [hard, soft]],
  [squaredError({ targets: ['m', 'y'] }), [hard, gatedDag]],
  [sparsity(), [hard, ungated, soft]],
  [acyclicityPenalty(), [ungated, soft]],
  [acyclicityPenalty({ kind: 'exponential' }), [ungated, soft]],
  [acyclicityPenalty({ kind: 'polynomial' }), [ungated, soft]],
  [acyclicityPenalty({ kind: 'log-det', s: 40 }), [ungated, soft]],
  [pairedCounterfactual(), [hard, gatedDag]],
  [contrastiveCounterfactual(), [hard, gatedDag]],
  [contrastiveCounterfactual({ temperature: 0.3 }), [hard]],
  [riskExtrapolation({ target: 'y' }), [hard, gatedDag]],
  [invariantRisk({ target: 'y' }), [hard, gatedDag]],
  [
    weightedSum([{ loss: squaredError({ targets: ['m'] }) }, { loss: sparsity(), weight: 0.3 }]),
    [hard, gatedDag],
  ],
];

describe.each(losses.flatMap(([loss, plans]) => plans.map((plan, k) => [loss.name, k, loss, plan] as const)))(
  '%s, plan %i',
  (_name, _k, loss, plan) => {
    test('has the gradient of its value, by central differences', () => {
      const input = inputFor(plan);
      const { gradient, name, scale, value } = loss.evaluate(input);
      expect([name, scale]).toEqual([loss.name, loss.scale]);
      expect(loss.source.length).toBeGreaterThan(1);
      expect(value).toBeGreaterThan(0);
      check(gradient.parameters, input.parameters as Float64Array, () => loss.evaluate(input).value);
      if (input.gates !== undefined) {
        check(gradient.gates as Float64Array, input.gates as Float64Array, () => loss.evaluate(input).value);
      }
    });
  },
);

describe('what a loss reads', () => {
  test('the own term of an intervened row says nothing, to the bit, whatever stands there', () => {
    const input = inputFor(hard);
    const { omit = new Uint8Array(0) } = input.batch;
    // z has no children, so where its own term is left out nothing reads its value
    const z = 3 * rows;
    expect(omit.subarray(z).includes(1)).toBe(true);
    const values = input.batch.values.map((v, at) => (at >= z && omit[at] === 1 ? 1e6 : v));
    for (const loss of [
      interventionalLikelihood(),
      predictionLikelihood({ targets: ['z'] }),
      squaredError({ targets: ['z'] }),
      riskExtrapolation({ target: 'z' }),
    ]) {
      const [a, b] = [loss.evaluate(input), loss.evaluate({ ...input, batch: { ...input.batch, values } })];
      expect(b.value).toBe(a.value);
      expect(b.gradient).toEqual(a.gradient);
    }
  });
  test('the paired loss is 0 for the model that made the pairs, and not for another', () => {
    const input = inputFor(hard);
    const { executor, parameters, batch } = input;
    const action = batch.pairs?.action as PlanAction;
    const noise = executor.abduct({ rows, parameters, values: batch.values }).slice();
    const values = Float64Array.from(executor.forward({ rows, parameters, noise, action }).values);
    const made = { ...batch, pairs: { action, values } };
    expect(pairedCounterfactual().evaluate({ ...input, batch: made }).value).toBeLessThan(1e-24);
    const other = parameters.map((p) => p + 0.1);
    expect(
      pairedCounterfactual().evaluate({ ...input, parameters: other, batch: made }).value,
    ).toBeGreaterThan(1e-4);
  });
  test('the invariance penalties are 0 where environments agree, and not where one has another mechanism', () => {
    const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) });
    const executor = createReferenceExecutor(plan);
    const x = standardNormal(createRng(1), 300);
    const noise = standardNormal(createRng(2), 300);
    const environments = Int32Array.from({ length: 300 }, (_, r) => (r < 150 ? 0 : 1));
    const made = (slope: (r: number) => number): Float64Array =>
      Float64Array.of(...x, ...x.map((v, r) => slope(r) * v + 0.1 * (noise[r] as number)));
    const parameters = Float64Array.of(0, 0, 2, 0, 0); // y = 2x
    for (const loss of [riskExtrapolation({ target: 'y' }), invariantRisk({ target: 'y' })]) {
      const at = (slope: (r: number) => number): number =>
        loss.evaluate({ executor, parameters, batch: { rows: 300, values: made(slope), environments } })
          .value;
      expect(at(() => 2)).toBeLessThan(0.01);
      expect(at((r) => (r < 150 ? 2 : -1))).toBeGreaterThan(1);
    }
  });
  test('acyclicity is 0 exactly on a DAG', () => {
    for (const kind of ['spectral', 'exponential', 'polynomial', 'log-det'] as const) {
      const { value, gradient } = acyclicityPenalty({ kind }).evaluate(inputFor(hard));
      expect(value).toBe(0);
      expect(gradient.parameters.every(Number.isFinite)).toBe(true);
    }
  });
  test('what is missing, unknown or of another kind is said', () => {
    const input = inputFor(hard);
    const bare = { ...input, batch: { rows, values: input.batch.values } };
    expect(() => pairedCounterfactual().evaluate(bare)).toThrow(/has no pairs/);
    expect(() => riskExtrapolation({ target: 'y' }).evaluate(bare)).toThrow(/has no environments/);
    expect(() => squaredError({ targets: ['yy'] }).evaluate(input)).toThrow(/"yy"/);
    const categorical = createPlan({
      graph: createDag(['c'], []),
      mechanism: { head: { kind: 'categorical', levels: 2 } },
    });
    const levels = {
      executor: createReferenceExecutor(categorical),
      parameters: Float64Array.of(0, 1),
      batch: {
        rows: 1,
        values: Float64Array.of(1),
        environments: Int32Array.of(0),
        pairs: { action: { cut: new Uint8Array(1), value: new Float64Array(1) }, values: Float64Array.of(1) },
      },
    };
    expect(predictionLikelihood({ targets: ['c'] }).evaluate(levels).value).toBeCloseTo(
      Math.log(1 + Math.exp(-1)),
      12,
    );
    expect(() => squaredError({ targets: ['c'] }).evaluate(levels)).toThrow(/categorical/);
    expect(() => invariantRisk({ target: 'c' }).evaluate(levels)).toThrow(/categorical/);
    expect(() => pairedCounterfactual().evaluate(levels)).toThrow(/categorical/);
  });
});

function check(gradient: Float64Array, point: Float64Array, value: () => number): void {
  const h = 1e-5;
  expect(gradient.length).toBe(point.length);
  for (let i = 0; i < point.length; i++) {
    const kept = point[i] as number;
    point[i] = kept + h;
    const up = value();
    point[i] = kept - h;
    const down = value();
    point[i] = kept;
    const difference = (up - down) / (2 * h);
    expect(Math.abs((gradient[i] as number) - difference), `entry ${i}`).toBeLessThan(
      2e-7 * Math.max(1, Math.abs(difference)),
    );
  }
}

function complete(d: number): { nodes: string[]; parents: { offsets: Int32Array; items: Int32Array } } {
  const items = Array.from({ length: d }, (_, j) =>
    Array.from({ length: d }, (_, i) => i).filter((i) => i !== j),
  ).flat();
  return {
    nodes: ['x', 'm', 'y', 'z'].slice(0, d),
    parents: {
      offsets: Int32Array.from({ length: d + 1 }, (_, j) => j * (d - 1)),
      items: Int32Array.from(items),
    },
  };
}

test('every weight of an edge is in its norm, and none of another edge', () => {
  const input = inputFor(hard);
  const { gradient } = sparsity().evaluate(input);
  const touched = gradient.parameters.filter((g) => g !== 0).length;
  // m: 4 hidden + 1 direct for its one parent; y: 3 + 2 for each of two; z: 3 for each of two
  expect(touched).toBe(5 + 2 * 5 + 2 * 3);
  expect(planLayout(hard).parameters).toBeGreaterThan(touched);
});
