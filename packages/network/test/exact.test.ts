import { createCpuExecutor, createReferenceExecutor } from '@cfe/autograd';
import { type Columns, createRng, standardNormal } from '@cfe/base';
import { type CausalNetwork, createNetwork, type ExecutorFactory } from '@cfe/network';
import {
  counterfactualRows,
  type Do,
  type Intervention,
  type LinearGaussian,
  linearGaussian,
} from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import { setLinear } from './support/linear-state.ts';

const truth = linearGaussian({
  nodes: ['y', 'a', 'b', 'c'],
  weights: [
    [0, 0, 0, 0],
    [-0.7, 0, 2, 1.5],
    [1.2, 0, 0, 0],
    [0.4, 0, -1, 0],
  ],
  intercepts: [2, -1, 0.5, 3],
  noiseVariances: [0.5, 2, 1, 0.1],
});
const rows = 40;

const twice: Intervention[] = [
  { target: 'a', kind: 'shift', by: 1 },
  { target: 'a', kind: 'scale', by: -0.5 },
];
const actions: Readonly<Record<string, Do>> = {
  nothing: {},
  'one value': { a: 2 },
  'all variables': { a: 1, b: 2, c: 3, y: 4 },
  'a value per row, some left alone': {
    b: standardNormal(createRng(8), rows).map((v, r) => (r % 3 === 0 ? NaN : v)),
  },
  stochastic: [{ target: 'b', kind: 'stochastic', distribution: { kind: 'laplace', mean: 1, scale: 2 } }],
  'shift and scale': [...twice, { target: 'y', kind: 'scale', by: 0 }],
  'noise changed': [{ target: 'c', kind: 'noise', factor: 3 }],
  'blend with a value': [
    { target: 'c', kind: 'blend', with: { target: 'c', kind: 'hard', value: 1 }, weight: 0.3 },
  ],
  'blend of two noises': [
    { target: 'a', kind: 'shift', by: 1 },
    { target: 'c', kind: 'blend', with: { target: 'c', kind: 'noise', factor: 2 }, weight: 0.3 },
  ],
  'sometimes a shift': [
    { target: 'a', kind: 'sometimes', with: { target: 'a', kind: 'shift', by: 5 }, probability: 0.5 },
  ],
  'replaced, by one that reads another parent': [
    {
      target: 'b',
      kind: 'replace',
      parents: ['c'],
      mechanism: { evaluate: ([c], u) => (c as Float64Array).map((x, r) => Math.sin(x) + (u[r] as number)) },
    },
  ],
  'two replaced, one below the other': [
    {
      target: 'c',
      kind: 'replace',
      parents: [],
      mechanism: { evaluate: (_, u) => u.map((x) => x * x) },
    },
    {
      target: 'b',
      kind: 'sometimes',
      probability: 0.5,
      with: {
        target: 'b',
        kind: 'replace',
        parents: ['a', 'c'],
        mechanism: { evaluate: ([a, c], u) => u.map((x, r) => (a?.[r] as number) * (c?.[r] as number) + x) },
      },
    },
    { target: 'y', kind: 'shift', by: 1 },
  ],
};

function networkOf(executor: ExecutorFactory): CausalNetwork {
  const network = createNetwork({
    graph: truth.graph,
    mechanisms: 'linear',
    noise: 'normal',
    executor,
  });
  setLinear(network, truth);
  return network;
}

describe.each([
  ['float64', 1e-9, createReferenceExecutor],
  ['float32', 1e-5, (plan) => createReferenceExecutor(plan, { dtype: 'float32' })],
  ['fused float32', 1e-5, createCpuExecutor],
] as [string, number, ExecutorFactory][])(
  'with given parameters a network answers as the exact model, %s',
  (_, tolerance, executor) => {
    const network = networkOf(executor);
    const factual = truth.sample(rows, { seed: 4 });

    test('the same noise for the same seed', () => {
      expectEqual(network.noise(rows, { seed: 3 }), truth.noise(rows, { seed: 3 }), tolerance);
    });
    test.each(Object.entries(actions))('values under %s', (_, action) => {
      const noise = truth.noise(rows, { seed: 2 });
      expectEqual(
        network.predict(noise, { do: action, seed: 6 }),
        truth.predict(noise, { do: action, seed: 6 }),
        tolerance,
      );
    });
    test.each(Object.entries(actions))('unit counterfactuals under %s', (_, action) => {
      const options = { do: action, seed: 6 };
      expectEqual(
        counterfactualRows(network, factual, options),
        counterfactualRows(truth, factual, options),
        tolerance,
      );
    });
    test.each(Object.entries(actions).filter(([name]) => !/replaced|two noises|scale|sometimes/.test(name)))(
      'log density under %s',
      (_, action) => {
        const options = { do: action, seed: 6 };
        const [ours, exact] = [network.logDensity(factual, options), densityOf(truth, factual, options)];
        for (let r = 0; r < rows; r++)
          expect(relative(ours[r] as number, exact[r] as number)).toBeLessThan(10 * tolerance);
      },
    );
    test('gradients by noise, values, shifts and scales', () => {
      const noise = truth.noise(rows, { seed: 2 });
      const upstream = truth.noise(rows, { seed: 9 });
      const action: Do = [
        {
          target: 'a',
          kind: 'hard',
          value: standardNormal(createRng(1), rows).map((v, r) => (r % 2 === 0 ? NaN : v)),
        },
        { target: 'c', kind: 'shift', by: 2 },
      ];
      const ours = network.gradient?.(noise, upstream, { do: action });
      const exact = truth.gradient(noise, upstream, { do: action });
      if (ours === undefined) throw new Error('no gradient');
      expectEqual(ours.noise, exact.noise, tolerance);
      for (const [k, one] of exact.interventions.entries()) {
        for (let r = 0; r < rows; r++) {
          const [mine, true_] = [ours.interventions[k]?.[r] as number, one?.[r] as number];
          expect(Math.abs(mine - true_)).toBeLessThan(10 * tolerance);
          if (true_ === 0) expect(mine).toBe(0);
        }
      }
    });
  },
);

test('the derivative of a scale is the central difference', () => {
  const network = networkOf(createReferenceExecutor);
  const noise = truth.noise(rows, { seed: 2 });
  const upstream = truth.noise(rows, { seed: 9 });
  const scaled = (by: number): Do => [{ target: 'a', kind: 'scale', by }];
  const loss = (by: number, r: number): number => {
    const x = network.predict(noise, { do: scaled(by) });
    return truth.spec.nodes.reduce(
      (sum, n) => sum + (upstream.column(n)[r] as number) * (x.column(n)[r] as number),
      0,
    );
  };
  const gradient = network.gradient?.(noise, upstream, { do: scaled(1.7) }).interventions[0];
  for (const r of [0, 1, 2]) {
    expect(gradient?.[r]).toBeCloseTo((loss(1.7 + 1e-5, r) - loss(1.7 - 1e-5, r)) / 2e-5, 6);
  }
});

test('a model of other parameters is seen to differ', () => {
  const network = networkOf(createReferenceExecutor);
  const parameters = network.state.parameters.map((p, i) => (i === 1 ? p + 1e-6 : p));
  network.update({ ...network.state, parameters });
  const noise = truth.noise(rows, { seed: 2 });
  expect(() => expectEqual(network.predict(noise), truth.predict(noise), 1e-9)).toThrow();
});

function densityOf(model: LinearGaussian, of: Columns, options: { do: Do; seed: number }): Float64Array {
  return model.logDensity(of, options);
}

function expectEqual(ours: Columns, exact: Columns, tolerance: number): void {
  expect([...ours.names].sort()).toEqual([...exact.names].sort());
  for (const name of exact.names) {
    const [a, b] = [ours.column(name), exact.column(name)];
    const size = Math.max(1, ...b.map(Math.abs));
    let worst = 0;
    for (let r = 0; r < b.length; r++)
      worst = Math.max(worst, Math.abs((a[r] as number) - (b[r] as number)) / size);
    expect(worst, name).toBeLessThan(tolerance);
  }
}

function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1, Math.abs(b));
}
