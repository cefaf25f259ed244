import { type Columns, createRng } from '@cfe/base';
import {
  createDag,
  dSeparated,
  edgesOf,
  fromAdjacency,
  incident,
  latentProjection,
  mSeparated,
  topologicalOrder,
} from '@cfe/graph';
import { canAbduct, drawFrom } from '@cfe/scm';
import { checkModel } from '@cfe/scm/conformance';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawSimulator,
  type GraphFamily,
  type MechanismFamily,
  type NoiseFamily,
  namedSimulator,
  namedSimulators,
  type ParentFunctionSpec,
  randomDag,
  type SimulatorSpec,
  simulate,
  simulatorModel,
} from '../index.ts';
import { namedMechanisms } from './named-mechanisms.ts';
import { scaledNoise } from './noise-family.ts';
import { evaluateFunction, functionSlopes } from './parent-function.ts';

const families: readonly GraphFamily[] = ['erdos-renyi', 'scale-free', 'small-world', 'bipartite'];

describe('randomDag', () => {
  test.each(families)('%s: acyclic, and as many edges as asked for on average', (family) => {
    let edges = 0;
    for (let seed = 0; seed < 200; seed++) {
      const dag = randomDag({ family, nodes: 20, degree: 4, seed });
      expect(topologicalOrder(dag).length).toBe(20);
      edges += dag.children.items.length;
    }
    expect(Math.abs(edges / 200 - 40)).toBeLessThan(1.6); // 5 standard errors of a binomial count of 40
  });

  test('exactly so many edges, each set of pairs as likely as any other', () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const dag = randomDag({ nodes: 3, edges: 2, seed });
      expect(dag.children.items.length).toBe(2);
      const pairs = edgesOf(dag)
        .map(({ from, to }) => [from, to].sort().join(''))
        .sort()
        .join();
      seen.set(pairs, (seen.get(pairs) ?? 0) + 1);
    }
    expect(seen.size).toBe(3);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(667));
    expect(() => randomDag({ nodes: 3, edges: 4 })).toThrow("'edges' must be");
    expect(() => randomDag({ nodes: 4, edges: 2, family: 'bipartite' })).toThrow("'edges' must be");
  });

  test('the numbering tells nothing: each of two joined nodes is the cause half of the time', () => {
    let forward = 0;
    let all = 0;
    for (let seed = 0; seed < 400; seed++) {
      for (const { from, to } of edgesOf(randomDag({ nodes: 8, degree: 3, seed }))) {
        forward += Number(from.slice(1)) < Number(to.slice(1)) ? 1 : 0;
        all++;
      }
    }
    expect(Math.abs(forward / all - 0.5)).toBeLessThan(2.5 / Math.sqrt(all));
  });

  test('shapes are those of their family', () => {
    const hubs = (family: GraphFamily): number => {
      const dag = randomDag({ family, nodes: 200, degree: 4, seed: 5 });
      return Math.max(
        ...dag.nodes.map((_, j) => incident(dag.children, j).length + incident(dag.parents, j).length),
      );
    };
    expect(hubs('scale-free')).toBeGreaterThan(2 * hubs('erdos-renyi'));
    const two = randomDag({ family: 'bipartite', nodes: 30, degree: 4, seed: 2 });
    for (const j of two.nodes.keys())
      expect(incident(two.parents, j).length === 0 || incident(two.children, j).length === 0).toBe(true);
  });
});

describe('functions of parents', () => {
  const specs: readonly ParentFunctionSpec[] = [
    { kind: 'linear', weights: [2, -1], offset: 3, gain: 0.5 },
    { kind: 'wave', weights: [2, -1], inputs: { centres: [1, 0], scales: [2, 0.5] } },
    ...(['sigmoid', 'tanh', 'leaky-relu'] as const).map(
      (activation): ParentFunctionSpec => ({
        kind: 'network',
        activation,
        hidden: [
          [1, 0.5],
          [-0.3, 2],
        ],
        biases: [0.1, -0.2],
        output: [1.5, -0.7],
        gain: 2,
        inputs: { centres: [0.3, -1], scales: [1.5, 2] },
      }),
    ),
    {
      kind: 'fourier',
      frequencies: [
        [1, 2],
        [0, 0.7],
      ],
      phases: [0.3, 1],
      amplitudes: [1, -2],
      offset: 1,
    },
  ];

  const smooth = specs.filter((spec) => spec.kind !== 'network' || spec.activation !== 'leaky-relu'); // that one has a kink

  test.each(smooth.map((spec) => [spec.kind, spec] as const))(
    'slopes of %s are central differences',
    (_, spec) => {
      fc.assert(
        fc.property(
          fc.double({ min: -3, max: 3, noNaN: true }),
          fc.double({ min: -3, max: 3, noNaN: true }),
          (a, b) => {
            const at = (x: number, y: number): number =>
              evaluateFunction(spec, [Float64Array.of(x), Float64Array.of(y)], 1)[0] as number;
            const [byA, byB] = functionSlopes(spec, [Float64Array.of(a), Float64Array.of(b)], 1);
            const h = 1e-5;
            expect(byA?.[0]).toBeCloseTo((at(a + h, b) - at(a - h, b)) / (2 * h), 6);
            expect(byB?.[0]).toBeCloseTo((at(a, b + h) - at(a, b - h)) / (2 * h), 6);
          },
        ),
      );
    },
  );

  test('values, by hand', () => {
    const at = (spec: ParentFunctionSpec, x: number, y: number): number =>
      evaluateFunction(spec, [Float64Array.of(x), Float64Array.of(y)], 1)[0] as number;
    expect(at(specs[0]!, 1, 4)).toBeCloseTo(3 + 0.5 * (2 - 4), 12);
    expect(at(specs[1]!, 5, 1)).toBeCloseTo(2 * (2 + 0.5 * Math.sin(4)) - (2 + 0.5 * Math.sin(4)), 12);
    const relu = (t: number): number => (t < 0 ? t / 4 : t);
    const [z1, z2] = [(1 - 0.3) / 1.5, (2 + 1) / 2];
    expect(at(specs[4]!, 1, 2)).toBeCloseTo(
      2 * (1.5 * relu(z1 + 0.5 * z2 + 0.1) - 0.7 * relu(-0.3 * z1 + 2 * z2 - 0.2)),
      12,
    );
    expect(at(specs[5]!, 1, 2)).toBeCloseTo(1 + Math.cos(5.3) - 2 * Math.cos(2.4), 12);
  });
});

test.each<NoiseFamily>(['gaussian', 'laplace', 'uniform', 'exponential', 'student', 'gumbel', 'logistic'])(
  'noise of the %s family has mean 0 and the standard deviation asked for',
  (family) => {
    const n = 200_000;
    const { noise, centre } = scaledNoise(family, 1.7);
    const u = drawFrom(noise, n, createRng(8)).map((x) => x - centre);
    const mean = u.reduce((a, b) => a + b, 0) / n;
    const fourth = u.reduce((a, b) => a + b ** 4, 0) / n;
    const variance = u.reduce((a, b) => a + b ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan((5 * 1.7) / Math.sqrt(n));
    expect(Math.abs(variance - 1.7 ** 2)).toBeLessThan(5 * Math.sqrt(fourth / n));
  },
);

const mechanisms: readonly MechanismFamily[] = [
  'linear',
  'wave',
  'mlp',
  'gp',
  'additive',
  'location-scale',
  'multiplicative',
  'sign-multiplicative',
  'noisy-mlp',
  'table',
];

describe('every simulator', () => {
  test.each(mechanisms)('%s passes the laws of causal models', async (mechanism) => {
    const spec = drawSimulator({
      nodes: 5,
      degree: 2.4,
      mechanism,
      noise: 'laplace',
      network: { hidden: 8 },
      seed: 3,
    });
    const results = await checkModel(simulatorModel(spec));
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(canAbduct(simulatorModel(spec))).toBe(mechanism !== 'noisy-mlp');
  });

  test.each(namedSimulators)('%s passes the laws of causal models', async (name) => {
    const results = await checkModel(simulatorModel(namedSimulator(name)));
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  test.each(mechanisms)('%s survives JSON to the bit', (mechanism) => {
    const spec = drawSimulator({
      nodes: 4,
      degree: 2,
      mechanism,
      noise: 'exponential',
      network: { hidden: 5 },
      seed: 1,
    });
    const again = JSON.parse(JSON.stringify(spec)) as SimulatorSpec;
    const rows = (of: SimulatorSpec): Columns => simulatorModel(of).sample(20, { seed: 4 });
    for (const name of rows(spec).names) expect(rows(again).column(name)).toEqual(rows(spec).column(name));
  });

  test('linear with normal noise, and tables, are exact models', () => {
    expect(simulatorModel(drawSimulator({ nodes: 4, degree: 2, seed: 1 })).exact).toBeDefined();
    expect(
      simulatorModel(drawSimulator({ nodes: 4, degree: 2, mechanism: 'table', seed: 1 })).exact,
    ).toBeDefined();
    expect(
      simulatorModel(drawSimulator({ nodes: 4, degree: 2, noise: 'uniform', seed: 1 })).exact,
    ).toBeUndefined();
  });

  test("unit scale: each variable's variance is 1 to a few percent, in families with light tails", () => {
    for (const mechanism of mechanisms.filter((family) => !/table|multiplicative/.test(family))) {
      const { complete } = simulate({
        nodes: 8,
        degree: 3,
        mechanism,
        scale: 'unit',
        network: { hidden: 10 },
        rows: 5000,
        seed: 2,
      });
      for (const name of complete.names) {
        const values = complete.column(name);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
        expect(Math.abs(variance - 1), `${mechanism} ${name}`).toBeLessThan(0.12);
      }
    }
  });

  test('refuses parts of the wrong size, tables among numbers and missing noise', () => {
    const [x, y] = drawSimulator({ graph: createDag(['x', 'y'], [['x', 'y']]), seed: 1 }).variables;
    const spec = (variable: object): SimulatorSpec => ({
      kind: 'simulator',
      variables: [x!, { ...y!, ...variable }],
    });
    const location = { kind: 'wave', weights: [1, 2] } as const;
    expect(() => simulatorModel(spec({ mechanism: { kind: 'additive', location } }))).toThrow(
      'of 1 inputs has parts',
    );
    expect(() => simulatorModel(spec({ mechanism: { kind: 'table', probabilities: [[1]] } }))).toThrow(
      'a table among numbers',
    );
    const wave = { kind: 'additive', location: { kind: 'wave', weights: [1] } };
    expect(() => simulatorModel(spec({ mechanism: wave, noise: undefined }))).toThrow('no noise law');
  });
});

test.each(Object.entries(namedMechanisms))(
  '%s inverts, and its slope is a central difference',
  (_, { mechanism }) => {
    const parents = [Float64Array.of(0.4, -0.7, 1.2), Float64Array.of(0.1, 0.9, -0.5)];
    const u = Float64Array.of(0.2, 0.55, 0.8);
    const x = mechanism.evaluate(parents, u);
    for (const [r, back] of mechanism.abduct(parents, x).entries())
      expect(back).toBeCloseTo(u[r] as number, 9);
    const h = 1e-6;
    const up = mechanism.evaluate(
      parents,
      u.map((v) => v + h),
    );
    const down = mechanism.evaluate(
      parents,
      u.map((v) => v - h),
    );
    const slopes = mechanism.logSlope?.(parents, u);
    for (const [r, slope] of (slopes as Float64Array).entries())
      expect(slope).toBeCloseTo(Math.log(Math.abs(((up[r] as number) - (down[r] as number)) / (2 * h))), 6);
  },
);

test('the latent projection separates exactly what the DAG separates among observed variables', () => {
  const rng = createRng(12);
  for (let k = 0; k < 400; k++) {
    const d = 4 + rng.integer(3);
    const names = Array.from({ length: d }, (_, j) => `x${j}`);
    const rows = names.map((_, i) =>
      Uint8Array.from(names, (__, j) => (i < j && rng.uniform() < 0.45 ? 1 : 0)),
    );
    const dag = fromAdjacency('dag', rows, names);
    const hidden = names.filter(() => rng.uniform() < 0.35);
    const observed = names.filter((name) => !hidden.includes(name));
    if (observed.length < 2) continue;
    const projected = latentProjection(dag, hidden);
    expect(projected.nodes).toEqual(observed);
    for (const [i, a] of observed.entries()) {
      for (const b of observed.slice(i + 1)) {
        const others = observed.filter((name) => name !== a && name !== b);
        for (let set = 0; set < 1 << others.length; set++) {
          const given = others.filter((_, m) => (set >> m) & 1);
          expect(mSeparated(projected, [a], [b], given)).toBe(dSeparated(dag, [a], [b], given));
        }
      }
    }
  }
  const chain = createDag(
    ['a', 'h', 'b'],
    [
      ['a', 'h'],
      ['h', 'b'],
    ],
  );
  expect(edgesOf(latentProjection(chain, ['h']))).toEqual([{ from: 'a', to: 'b', type: 'directed' }]);
  expect(() => latentProjection(chain, ['z'])).toThrow('"z"');
});
