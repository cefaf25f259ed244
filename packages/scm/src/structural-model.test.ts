import { columnsFrom, createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { checkModel } from './conformance.ts';
import { additive, counterfactualRows, locationScale, structuralModel } from './index.ts';

const normal = { kind: 'normal', mean: 0, sd: 1 } as const;
const uniform = { kind: 'uniform', low: 0, high: 1 } as const;

// declared against causal order, parents against the graph's order, one mechanism of each sort
const mixed = structuralModel({
  variables: [
    {
      name: 'y',
      parents: ['z', 'x'],
      mechanism: locationScale(
        ([z, x]) => x!.map((v, r) => Math.sin(v) + 2 * z![r]!),
        ([z]) => z!.map((v) => Math.exp(v / 4)),
      ),
      noise: { kind: 'laplace', mean: 0, scale: 1 },
      monotone: 'increasing',
    },
    { name: 'x', mechanism: additive(), noise: normal, monotone: 'increasing' },
    { name: 'z', parents: ['x'], mechanism: additive(([x]) => x!.map((v) => Math.tanh(v))), noise: normal },
  ],
});

// a level of three by inverse probabilities that the parent tilts
const cuts = (x: number): [number, number] => [0.3 + 0.1 * Math.tanh(x), 0.7 + 0.1 * Math.tanh(x)];
const withLevels = structuralModel({
  variables: [
    { name: 'x', mechanism: additive(), noise: normal },
    {
      name: 'k',
      parents: ['x'],
      levels: ['low', 'middle', 'high'],
      mechanism: {
        evaluate: ([x], u) => u.map((v, r) => cuts(x![r]!).filter((c) => v >= c).length),
      },
      noise: uniform,
      posterior: ([x], values, rng) =>
        values.map((k, r) => {
          const edges = [0, ...cuts(x![r]!), 1];
          return edges[k]! + rng.uniform() * (edges[k + 1]! - edges[k]!);
        }),
      logDensity: ([x], values) =>
        values.map((k, r) => {
          const edges = [0, ...cuts(x![r]!), 1];
          return Math.log(edges[k + 1]! - edges[k]!);
        }),
    },
    { name: 'y', parents: ['k'], mechanism: additive(([k]) => k!.map((v) => 3 * v)), noise: normal },
  ],
});

describe('structuralModel', () => {
  test.each(Object.entries({ mixed, withLevels }))('%s passes the conformance suite', async (_, model) => {
    for (const result of await checkModel(model))
      expect.soft(result, result.law).toMatchObject({ passed: true });
  });

  test('capabilities follow from what the mechanisms bring', () => {
    expect(mixed.abduction).toBe('point');
    expect(withLevels.abduction).toBe('draw');
    const blunt = structuralModel({
      variables: [
        {
          name: 'x',
          mechanism: { evaluate: (_, u) => u.map((v) => v * v) },
          noise: normal,
          monotone: 'neither',
        },
      ],
    });
    expect([blunt.abduct, blunt.logDensity, blunt.gradient]).toEqual([undefined, undefined, undefined]);
    expect(blunt.monotone).toEqual({ x: 'neither' });
    // @ts-expect-error a mechanism that does not invert leaves the model without abduction
    expect(() => blunt.abduct(columnsFrom({ x: [1] }))).toThrow();
  });

  test('stored noise and abducted noise give the same counterfactual rows, by hand too', () => {
    const noise = mixed.noise(50, { seed: 3 });
    const action = { x: Array.from({ length: 50 }, (_, r) => (r % 2 === 0 ? Number.NaN : r / 10)) };
    const truth = mixed.predict(noise, { do: action });
    const found = counterfactualRows(mixed, mixed.predict(noise), { do: action });
    for (let r = 0; r < 50; r++) {
      const x = r % 2 === 0 ? noise.column('x')[r]! : r / 10;
      const z = Math.tanh(x) + noise.column('z')[r]!;
      expect(truth.column('y')[r]).toBeCloseTo(
        Math.sin(x) + 2 * z + Math.exp(z / 4) * noise.column('y')[r]!,
        12,
      );
      expect(found.column('y')[r]).toBeCloseTo(truth.column('y')[r]!, 10);
    }
  });

  test.each([
    ['normal', normal],
    ['uniform', { kind: 'uniform', low: -1, high: 3 }],
    ['laplace', { kind: 'laplace', mean: 1, scale: 0.5 }],
    ['exponential', { kind: 'exponential', rate: 2 }],
    ['gumbel', { kind: 'gumbel', location: 1, scale: 0.7 }],
    ['logistic', { kind: 'logistic', location: -1, scale: 0.4 }],
    ['student-t', { kind: 'student-t', degrees: 5, location: 0.5, scale: 2 }],
  ] as const)('%s: the density integrates to 1 and agrees with the draws', (_, noise) => {
    const model = structuralModel({ variables: [{ name: 'x', mechanism: additive(), noise }] });
    const n = 40_001;
    const at = Float64Array.from({ length: n }, (_, i) => -60 + (120 * i) / (n - 1) + 1e-7);
    const density = model.logDensity!(columnsFrom({ x: at })).map(Math.exp);
    const step = 120 / (n - 1);
    const moment = (f: (x: number) => number): number =>
      density.reduce((sum, p, i) => sum + f(at[i]!) * p * step, 0);
    expect(moment(() => 1)).toBeCloseTo(1, 2);
    const draws = model.sample(20_000, { seed: createRng(5) }).column('x');
    for (const threshold of [-1, 0, 0.5, 1, 2]) {
      const p = moment((x) => (x <= threshold ? 1 : 0));
      const share = draws.filter((x) => x <= threshold).length / draws.length;
      // four standard errors of a proportion, and the grid's own error
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws.length) + 5e-3);
    }
  });

  test('the density under shift, scale and noise is that of the changed variable', () => {
    const model = structuralModel({
      variables: [{ name: 'x', mechanism: additive((_, n) => new Float64Array(n).fill(3)), noise: normal }],
    });
    const gauss = (x: number, m: number, s: number): number =>
      -0.5 * ((x - m) / s) ** 2 - Math.log(s * Math.sqrt(2 * Math.PI));
    const at = columnsFrom({ x: [5] });
    const under = (act: object): number =>
      model.logDensity!(at, { do: [{ target: 'x', ...act } as never] })[0]!;
    expect(under({ kind: 'shift', by: 2 })).toBeCloseTo(gauss(5, 5, 1), 12);
    expect(under({ kind: 'scale', by: -2 })).toBeCloseTo(gauss(5, -6, 2), 12);
    expect(under({ kind: 'noise', factor: 3 })).toBeCloseTo(gauss(5, 3, 3), 12);
    expect(under({ kind: 'hard', value: 5 })).toBe(0);
    expect(under({ kind: 'scale', by: 0 })).toBe(Number.NEGATIVE_INFINITY);
  });

  test.each([
    [
      'an unknown parent',
      [{ name: 'x', parents: ['w'], mechanism: additive(), noise: normal }],
      'base/unknown-name',
    ],
    [
      'a duplicate variable',
      [0, 1].map(() => ({ name: 'x', mechanism: additive(), noise: normal })),
      'graph/duplicate-node',
    ],
    [
      'a cycle',
      [
        { name: 'x', parents: ['z'], mechanism: additive(), noise: normal },
        { name: 'y', parents: ['x'], mechanism: additive(), noise: normal },
        { name: 'z', parents: ['y'], mechanism: additive(), noise: normal },
      ],
      'graph/cyclic',
    ],
    [
      'impossible noise',
      [{ name: 'x', mechanism: additive(), noise: { ...normal, sd: -1 } }],
      'scm/distribution',
    ],
    ['no levels', [{ name: 'x', levels: [], mechanism: additive(), noise: normal }], 'scm/levels'],
  ])('%s is refused', (_, variables, code) => {
    expect(() => structuralModel({ variables })).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['too few rows', () => new Float64Array(1), 'scm/mechanism-rows'],
    ['a NaN', (n: number) => new Float64Array(n).fill(Number.NaN), 'scm/mechanism-value'],
  ])('a mechanism that answers %s is refused, naming the variable', (_, answer, code) => {
    const model = structuralModel({
      variables: [{ name: 'x', mechanism: { evaluate: (_, u) => answer(u.length) }, noise: normal }],
    });
    expect(() => model.sample(5)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ variable: 'x' }) }),
    );
  });

  test('rows that are not complete are refused, naming row and variable', () => {
    const rows = columnsFrom({ x: [1, 2], y: [1, Number.NaN], z: [0, 0] });
    expect(() => mixed.abduct(rows)).toThrow(/row 1.*"y"/);
    expect(() => withLevels.abduct!(columnsFrom({ x: [0], k: [3], y: [0] }))).toThrow(/row 0.*"k"/);
  });
});
