import { createDag } from '@cfe/graph';
import { describe, expect, test } from 'vitest';
import {
  createOptimizer,
  createPlan,
  createReferenceExecutor,
  initialParameters,
  type Plan,
  type PlanAction,
  planLayout,
} from './index.ts';

const chain = createDag(
  ['a', 'b', 'c'],
  [
    ['a', 'b'],
    ['b', 'c'],
  ],
);
const linear = (plan: Plan): ReturnType<typeof createReferenceExecutor> => createReferenceExecutor(plan);

describe('closed forms on a → b → c, b = 2a + 1 + u, c = −3b + u', () => {
  const plan = createPlan({ graph: chain, mechanism: { head: { kind: 'additive', scale: 'unit' } } });
  const parameters = Float64Array.of(0, 2, 1, -3, 0);
  const executor = linear(plan);

  test('values, and what a cut keeps from passing', () => {
    const action = { cut: Uint8Array.of(0, 0, 1, 0, 0, 0), value: Float64Array.of(0, 0, 7, 0, 0, 0) };
    const noise = Float64Array.of(1, 1, 0.5, 0.5, 0, 0);
    expect(executor.forward({ rows: 2, parameters, noise, action }).values).toEqual(
      Float64Array.of(1, 1, 7, 3.5, -21, -10.5),
    );
    const {
      value,
      noise: dNoise,
      parameters: dParameters,
    } = executor.backward(Float64Array.of(0, 0, 0, 0, 1, 1));
    expect(value).toEqual(Float64Array.of(0, 0, -3, 0, 0, 0));
    expect(dNoise).toEqual(Float64Array.of(0, -6, 0, -3, 1, 1));
    // Row 1 alone teaches the mechanism of b: slope −3 · a, bias −3.
    expect(dParameters).toEqual(Float64Array.of(-6, -3, -3, 10.5, 2));
  });

  test('shift, scale and noise keep the mechanism', () => {
    const whole = (x: number): Float64Array => Float64Array.of(0, x, 0);
    const none = { cut: new Uint8Array(3), value: new Float64Array(3) };
    const noise = Float64Array.of(1, 0.5, 0);
    const b = (action: Partial<PlanAction>): number | undefined =>
      executor.forward({ rows: 1, parameters, noise, action: { ...none, ...action } }).values[1];
    expect(b({})).toBe(3.5);
    expect(b({ shift: whole(10) })).toBe(13.5);
    expect(b({ scale: Float64Array.of(1, 4, 1) })).toBe(14);
    expect(b({ noiseFactor: Float64Array.of(1, 3, 1) })).toBe(4.5);
    expect(
      b({ shift: whole(10), scale: Float64Array.of(1, 4, 1), noiseFactor: Float64Array.of(1, 3, 1) }),
    ).toBe(28);
  });

  test('log density is that of the normal distribution', () => {
    const found = executor.logDensity({ rows: 1, parameters, values: Float64Array.of(1, 3.5, -10) });
    const normal = (u: number): number => -0.5 * u * u - 0.5 * Math.log(2 * Math.PI);
    for (const [j, u] of [1, 0.5, 0.5].entries()) expect(found[j]).toBeCloseTo(normal(u), 14);
    const { loss } = executor.likelihood({
      rows: 1,
      parameters,
      values: Float64Array.of(1, 3.5, -10),
      omit: Uint8Array.of(0, 1, 0),
    });
    expect(loss).toBeCloseTo(-normal(1) - normal(0.5), 14);
  });

  test('a value that was set may be anything where the mechanism would be NaN', () => {
    const action = { cut: Uint8Array.of(0, 1, 0), value: Float64Array.of(Number.NaN, 2, Number.NaN) };
    const noise = Float64Array.of(1e308, Number.NaN, 0); // 2a overflows, and b's noise is not a number: neither is read
    const { values } = executor.forward({ rows: 1, parameters, noise, action });
    expect(values).toEqual(Float64Array.of(1e308, 2, -6));
    const gradient = executor.backward(Float64Array.of(0, 0, 1));
    expect([...gradient.noise, ...gradient.value]).toEqual([0, 0, 1, 0, -3, 0]);
  });
});

test('a categorical chain: the frequencies of levels are their softmax, and a level set is kept', () => {
  const plan = createPlan({
    graph: createDag(['k'], []),
    mechanism: { head: { kind: 'categorical', levels: 3 } },
  });
  const parameters = Float64Array.of(0, Math.log(2), Math.log(5));
  const executor = linear(plan);
  const rows = 1;
  for (const [level, p] of [1 / 8, 2 / 8, 5 / 8].entries())
    expect(executor.logDensity({ rows, parameters, values: Float64Array.of(level) })[0]).toBeCloseTo(
      Math.log(p),
      14,
    );
});

test('Gumbel noise has its posterior: it leads back to its level, also where a probability underflows', () => {
  const plan = createPlan({
    graph: createDag(['k'], []),
    mechanism: { head: { kind: 'categorical', levels: 2 } },
  });
  const executor = linear(plan);
  const rows = 1;
  for (const logit of [0, 3, -3, 900, -900]) {
    for (const level of [0, 1]) {
      const given = { rows, parameters: Float64Array.of(0, logit) };
      const noise = executor.abduct({
        ...given,
        values: Float64Array.of(level),
        uniforms: Float64Array.of(0.3, 0.8),
      });
      expect([...noise].every(Number.isFinite), `logit ${logit}, level ${level}: ${noise}`).toBe(true);
      expect(executor.forward({ ...given, noise }).values[0]).toBe(level);
    }
  }
});

test('training steps lower the loss to what least squares gives', () => {
  const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) });
  const rows = 50;
  const x = Float64Array.from({ length: rows }, (_, r) => Math.sin(r));
  const e = Float64Array.from({ length: rows }, (_, r) => 0.3 * Math.cos(7 * r));
  const values = Float64Array.of(...x, ...x.map((v, r) => 1 - 2 * v + e[r]!));
  const executor = linear(plan);
  const parameters = initialParameters(plan, { seed: 1 });
  const optimizer = createOptimizer({ kind: 'adam', learningRate: 0.02 }, parameters.length, {
    dtype: 'float64',
  });
  for (let k = 0; k < 3000; k++)
    executor.step({ rows, parameters, values, optimizer, learningRate: 0.02 * (1 - k / 3000) });
  const mean = (v: Float64Array): number => v.reduce((a, b) => a + b) / rows;
  const y = values.subarray(rows);
  const slope =
    mean(x.map((v, r) => (v - mean(x)) * (y[r]! - mean(y)))) / mean(x.map((v) => (v - mean(x)) ** 2));
  const intercept = mean(y) - slope * mean(x);
  const sigma = Math.sqrt(mean(y.map((v, r) => (v - intercept - slope * x[r]!) ** 2)));
  const { weights, bias } = planLayout(plan).mechanisms[1]!.layers[0]!;
  expect(parameters[weights]).toBeCloseTo(slope, 6);
  expect(parameters[bias]).toBeCloseTo(intercept, 6);
  expect(Math.exp(parameters[planLayout(plan).mechanisms[1]!.logScale]!)).toBeCloseTo(sigma, 6);
});

describe('refused before any work', () => {
  const plan = createPlan({
    graph: createDag(
      ['x', 'k', 'y'],
      [
        ['x', 'k'],
        ['k', 'y'],
      ],
    ),
    mechanism: [{}, { head: { kind: 'categorical', levels: 3 } }, {}],
  });
  const { parameters: p, noiseColumns } = planLayout(plan);
  const executor = linear(plan);
  const good = { rows: 2, parameters: new Float64Array(p), noise: new Float64Array(2 * noiseColumns) };
  const seen = { rows: 2, parameters: new Float64Array(p), values: Float64Array.of(0, 0, 2, 1, 0, 0) };
  const none = { cut: new Uint8Array(6), value: new Float64Array(6) };
  const refused: [what: string, run: () => unknown, code: string, text: RegExp][] = [
    ['half a row', () => executor.forward({ ...good, rows: 1.5 }), 'autograd/rows', /1\.5/],
    [
      'parameters of another plan',
      () => executor.forward({ ...good, parameters: new Float64Array(3) }),
      'autograd/length',
      /parameters has 3/,
    ],
    [
      'noise of another length',
      () => executor.forward({ ...good, noise: new Float64Array(1) }),
      'autograd/length',
      /noise has 1/,
    ],
    [
      'NaN in the noise',
      () => executor.forward({ ...good, noise: good.noise.with(1, Number.NaN) }),
      'autograd/noise',
      /"x" is NaN in row 1/,
    ],
    [
      'gates for a plan without',
      () => executor.forward({ ...good, gates: new Float64Array(2) }),
      'autograd/gates',
      /no gates/,
    ],
    [
      'an action of another length',
      () => executor.forward({ ...good, action: { ...none, cut: new Uint8Array(2) } }),
      'autograd/length',
      /action\.cut has 2/,
    ],
    [
      'NaN set',
      () =>
        executor.forward({
          ...good,
          action: { cut: none.cut.with(1, 1), value: none.value.with(1, Number.NaN) },
        }),
      'autograd/value',
      /row 1 of "x" is NaN/,
    ],
    [
      'a level that is none',
      () => executor.forward({ ...good, action: { cut: none.cut.with(2, 1), value: none.value.with(2, 3) } }),
      'autograd/value',
      /row 0 of "k" is 3; it must be a level's index from 0 to 2/,
    ],
    [
      'a category shifted',
      () => executor.forward({ ...good, action: { ...none, shift: none.value.with(3, 1) } }),
      'autograd/categorical-action',
      /"k" is categorical; in row 1/,
    ],
    [
      'an infinite shift',
      () => executor.forward({ ...good, action: { ...none, shift: none.value.with(4, Infinity) } }),
      'autograd/action-value',
      /"y" is Infinity in row 0/,
    ],
    [
      'NaN in data',
      () => executor.likelihood({ ...seen, values: seen.values.with(0, Number.NaN) }),
      'autograd/value',
      /row 0 of "x" is NaN/,
    ],
    [
      'a level in data that is none',
      () => executor.likelihood({ ...seen, values: seen.values.with(2, 0.5) }),
      'autograd/value',
      /row 0 of "k" is 0.5/,
    ],
    [
      'weights of another length',
      () => executor.likelihood({ ...seen, rowWeights: new Float64Array(1) }),
      'autograd/length',
      /rowWeights/,
    ],
    [
      'NaN as a weight',
      () => executor.likelihood({ ...seen, rowWeights: Float64Array.of(1, Number.NaN) }),
      'autograd/number',
      /rowWeights\[1\] is NaN/,
    ],
    [
      'a density of what has no spread',
      () =>
        executor.logDensity({ ...seen, action: { ...none, scale: new Float64Array(6).fill(1).with(5, 0) } }),
      'autograd/no-density',
      /row 1 of "y"/,
    ],
    ['abduction without uniforms', () => executor.abduct(seen), 'autograd/uniforms', /uniforms/],
    [
      'a uniform number of 1',
      () => executor.abduct({ ...seen, uniforms: new Float64Array(2 * noiseColumns).fill(1) }),
      'autograd/uniforms',
      /"k" is 1 in row 0/,
    ],
    [
      'a reverse sweep of nothing',
      () => linear(plan).backward(new Float64Array(6)),
      'autograd/no-forward',
      /forward first/,
    ],
    [
      'a reverse sweep through no abduction',
      () => linear(plan).backwardAbduction(new Float64Array(6)),
      'autograd/no-abduction',
      /abduct first/,
    ],
    [
      'an upstream of another length',
      () => {
        executor.forward(good);
        executor.backward(new Float64Array(2));
      },
      'autograd/length',
      /upstream has 2/,
    ],
  ];
  test.for(refused)('%s', ([, run, code, text]) => {
    expect(run).toThrow(expect.objectContaining({ code, message: expect.stringMatching(text) }));
  });

  test('what nothing reads may be missing', () => {
    const missing = {
      ...seen,
      values: seen.values.with(0, Number.NaN),
      omit: Uint8Array.of(1, 0, 1, 0, 0, 0),
    };
    expect(executor.likelihood(missing).loss).not.toBeNaN();
    expect(() => executor.likelihood({ ...missing, omit: Uint8Array.of(1, 0, 0, 0, 0, 0) })).toThrow(
      /"x" is NaN/,
    );
  });

  test('a cyclic plan has likelihoods, and an ancestral pass where gates leave no cycle', () => {
    const cyclic = createPlan({
      graph: { nodes: ['a', 'b'], parents: { offsets: Int32Array.of(0, 1, 2), items: Int32Array.of(1, 0) } },
      gates: 'edges',
    });
    const soft = linear(cyclic);
    const input = {
      rows: 1,
      parameters: new Float64Array(planLayout(cyclic).parameters),
      gates: Float64Array.of(0.5, 0.5),
    };
    expect(soft.likelihood({ ...input, values: Float64Array.of(0, 0) }).loss).toBeCloseTo(
      Math.log(2 * Math.PI),
      14,
    );
    expect(() => soft.forward({ ...input, noise: Float64Array.of(0, 0) })).toThrow(
      expect.objectContaining({
        code: 'autograd/cyclic-gates',
        message: expect.stringContaining('in row 0 the gates leave the cycle "a" → "b" → "a" open'),
      }),
    );
    const { parents, nodes } = { parents: cyclic.parents, nodes: [...cyclic.names] };
    const ungated = linear(createPlan({ graph: { nodes, parents } }));
    expect(() =>
      ungated.forward({ rows: 1, parameters: input.parameters, noise: new Float64Array(2) }),
    ).toThrow(expect.objectContaining({ code: 'autograd/cyclic-plan' }));
    expect(() =>
      soft.likelihood({ ...input, gates: Float64Array.of(0.5, Number.NaN), values: Float64Array.of(0, 0) }),
    ).toThrow(/gates\[1\] is NaN/);
  });

  test('a disposed executor', () => {
    const gone = linear(plan);
    gone.dispose();
    expect(() => gone.forward(good)).toThrow(expect.objectContaining({ code: 'autograd/disposed' }));
  });

  test.for([
    [{ hidden: [0] }, /hidden widths/],
    [{ activation: 'cosine' as never }, /no activation is called 'cosine'/],
    [{ head: { kind: 'categorical' as const, levels: 1 } }, /at least 2 levels, got 1/],
    [{ head: { kind: 'flow' as const, components: 0 } }, /at least 1 component/],
  ] as const)('a mechanism that is none: %j', ([mechanism, text]) => {
    expect(() => createPlan({ graph: chain, mechanism })).toThrow(
      expect.objectContaining({ code: 'autograd/mechanism', message: expect.stringMatching(text) }),
    );
  });

  test('mechanisms for some of the variables', () => {
    expect(() => createPlan({ graph: chain, mechanism: [{}, {}] })).toThrow(/2 mechanisms for 3 variables/);
  });
});
