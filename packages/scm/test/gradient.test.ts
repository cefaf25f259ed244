import { type Columns, columnsFrom, createRng, standardNormal } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import {
  type Distribution,
  type Do,
  type Intervention,
  type Mechanism,
  type StructuralModel,
  structuralModel,
} from '../src/index.ts';

// z → x → y, z → y; not linear in parents or noise, with derivatives by hand.
const mechanism: Mechanism = {
  evaluate: (parents, noise) =>
    noise.map((u, r) => parents.reduce((sum, p) => sum + Math.tanh(p[r] as number), 0) + u + u ** 3 / 5),
  backward: (parents, noise, upstream) => ({
    parents: parents.map((p) => upstream.map((g, r) => g / Math.cosh(p[r] as number) ** 2)),
    noise: upstream.map((g, r) => g * (1 + (3 * (noise[r] as number) ** 2) / 5)),
  }),
};
const noiseLaw = { kind: 'normal', mean: 0, sd: 1 } as const;
const model: StructuralModel = structuralModel({
  variables: [
    { name: 'z', mechanism, noise: noiseLaw },
    { name: 'x', parents: ['z'], mechanism, noise: noiseLaw },
    { name: 'y', parents: ['z', 'x'], mechanism, noise: noiseLaw },
  ],
});
const rows = 12;
const noise = model.noise(rows, { seed: 1 });
const upstream = columnsFrom(
  Object.fromEntries(['z', 'x', 'y'].map((name) => [name, standardNormal(createRng(2).fork(name), rows)])),
);

function lossOf(action: Do): Float64Array {
  const values: Columns = model.predict(noise, { do: action, seed: 4 });
  return Float64Array.from({ length: rows }, (_, r) =>
    ['z', 'x', 'y'].reduce(
      (sum, name) => sum + (upstream.column(name)[r] as number) * (values.column(name)[r] as number),
      0,
    ),
  );
}

function expectDifference(got: Float64Array | undefined, action: (by: number) => Do): void {
  const h = 1e-5;
  const [up, down] = [lossOf(action(h)), lossOf(action(-h))];
  expect(got).toHaveLength(rows);
  for (let r = 0; r < rows; r++) {
    const difference = ((up[r] as number) - (down[r] as number)) / (2 * h);
    expect(Math.abs((got?.[r] as number) - difference)).toBeLessThan(
      1e-7 * Math.max(1, Math.abs(difference)),
    );
  }
}

const gradientOf = (action: Do): ReturnType<NonNullable<StructuralModel['gradient']>> => {
  if (model.gradient === undefined) throw new Error('no gradient');
  return model.gradient(noise, upstream, { do: action, seed: 4 });
};

const x = (act: object): Intervention => ({ target: 'x', ...act }) as Intervention;
const someRows = (by: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, r) => (r % 3 === 0 ? Number.NaN : 1 + r / 4 + by));

describe('by an intervention’s number', () => {
  test.each<[string, (by: number) => Intervention]>([
    ['a value', (by) => x({ kind: 'hard', value: 2 + by })],
    ['values of some rows', (by) => x({ kind: 'hard', value: someRows(by) })],
    ['a shift', (by) => x({ kind: 'shift', by: 0.5 + by })],
    ['a scale', (by) => x({ kind: 'scale', by: someRows(by) })],
    ['a scale by 0', (by) => x({ kind: 'scale', by })],
    ['a noise factor', (by) => x({ kind: 'noise', factor: 1.5 + by })],
    [
      'the value in a blend',
      (by) => x({ kind: 'blend', weight: 0.25, with: x({ kind: 'hard', value: 2 + by }) }),
    ],
    [
      'the scale in a blend',
      (by) => x({ kind: 'blend', weight: 0.25, with: x({ kind: 'scale', by: 2 + by }) }),
    ],
    [
      'the noise factor in a blend in a blend',
      (by) =>
        x({
          kind: 'blend',
          weight: 0.5,
          with: x({ kind: 'blend', weight: 0.75, with: x({ kind: 'noise', factor: 2 + by }) }),
        }),
    ],
    [
      'the shift that some rows take',
      (by) => x({ kind: 'sometimes', probability: 0.5, with: x({ kind: 'shift', by: 2 + by }) }),
    ],
    [
      'the value that some rows take',
      (by) => x({ kind: 'sometimes', probability: 0.5, with: x({ kind: 'hard', value: someRows(by) }) }),
    ],
  ])('%s', (_, act) => {
    expectDifference(gradientOf([act(0)]).interventions[0], (by) => [act(by)]);
  });

  test('rows that it leaves alone get exactly 0, also beside a value on other rows', () => {
    const values = someRows(0);
    const shift = values.map((v, r) => (Number.isNaN(v) ? r : Number.NaN));
    const { interventions } = gradientOf([
      x({ kind: 'hard', value: values }),
      x({ kind: 'shift', by: shift }),
    ]);
    for (let r = 0; r < rows; r++) {
      expect(interventions[0]?.[r] === 0).toBe(r % 3 === 0);
      expect(interventions[1]?.[r] === 0).toBe(r % 3 !== 0);
    }
  });

  test('is not told where several meet, nor of laws and replacements', () => {
    const found = gradientOf([
      x({ kind: 'shift', by: 1 }),
      x({ kind: 'scale', by: 2 }),
      { target: 'y', kind: 'replace', mechanism, parents: ['x'] },
      { target: 'z', kind: 'stochastic', distribution: noiseLaw },
    ]);
    expect(found.interventions).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('by the numbers of a law, its draws held fixed', () => {
  test.each<[Distribution, string]>([
    [{ kind: 'normal', mean: 1, sd: 2 }, 'mean sd'],
    [{ kind: 'uniform', low: -1, high: 2 }, 'low high'],
    [{ kind: 'laplace', mean: 1, scale: 2 }, 'mean scale'],
    [{ kind: 'exponential', rate: 2 }, 'rate'],
    [{ kind: 'gumbel', location: 1, scale: 2 }, 'location scale'],
    [{ kind: 'logistic', location: 1, scale: 2 }, 'location scale'],
    [{ kind: 'student-t', degrees: 5, location: 1, scale: 2 }, 'location scale'],
  ])('$kind', (law, names) => {
    const found = gradientOf([x({ kind: 'stochastic', distribution: law })]).parameters?.[0] ?? {};
    expect(Object.keys(found).join(' ')).toBe(names);
    for (const name of names.split(' ')) {
      expectDifference(found[name], (by) => [
        x({
          kind: 'stochastic',
          distribution: { ...law, [name]: (law as unknown as Record<string, number>)[name]! + by },
        }),
      ]);
    }
  });

  test('a law without spread has none by it, one of given values none at all', () => {
    const of = (distribution: Distribution): unknown =>
      gradientOf([x({ kind: 'stochastic', distribution })]).parameters?.[0];
    expect(of({ kind: 'normal', mean: 1, sd: 0 })).toHaveProperty('mean');
    expect(of({ kind: 'normal', mean: 1, sd: 0 })).not.toHaveProperty('sd');
    expect(of({ kind: 'empirical', values: [1, 2] })).toBeUndefined();
  });
});

describe('by the weight of a blend', () => {
  test.each<[string, Intervention]>([
    ['with a value', x({ kind: 'hard', value: 3 })],
    ['with a shift', x({ kind: 'shift', by: 3 })],
    ['with values of some rows', x({ kind: 'hard', value: someRows(0) })],
    ['with a law', x({ kind: 'stochastic', distribution: noiseLaw })],
  ])('%s', (_, inner) => {
    const act = (by: number): Do => [x({ kind: 'blend', weight: 0.25 + by, with: inner })];
    expectDifference(gradientOf(act(0)).parameters?.[0]?.weight, act);
  });

  test('is not told at 0, where the other outcome is not seen', () => {
    const act: Do = [x({ kind: 'blend', weight: 0, with: x({ kind: 'hard', value: 3 }) })];
    expect(gradientOf(act).parameters?.[0]).toBeUndefined();
  });
});
