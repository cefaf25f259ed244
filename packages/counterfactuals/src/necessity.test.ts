import { linearGaussian, structuralModel } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import { necessityAndSufficiency } from './index.ts';

const uniform = { kind: 'uniform', low: 0, high: 1 } as const;
const levels = ['no', 'yes'];
const [p1, p0, px] = [0.7, 0.4, 0.3];

/** x ~ Bernoulli(0.3), P(y | x) = 0.7 and 0.4; `same`: one noise threshold serves both, `opposite`: from two ends. */
function twin(coupling: 'same' | 'opposite') {
  return structuralModel({
    variables: [
      {
        name: 'x',
        levels,
        noise: uniform,
        mechanism: { evaluate: (_, u) => u.map((v) => Number(v < px)) },
        posterior: (_, values, rng) =>
          values.map((x) => (x === 1 ? px * rng.uniform() : px + (1 - px) * rng.uniform())),
      },
      {
        name: 'y',
        parents: ['x'],
        levels,
        noise: uniform,
        mechanism: {
          evaluate: ([x], u) =>
            u.map((v, r) =>
              x?.[r] === 1 ? Number(v < p1) : Number(coupling === 'same' ? v < p0 : v > 1 - p0),
            ),
        },
        posterior: ([x], values, rng) =>
          values.map((y, r) => {
            const p = x?.[r] === 1 ? p1 : p0;
            const below = y === 1 ? p * rng.uniform() : p + (1 - p) * rng.uniform();
            return x?.[r] === 1 || coupling === 'same' ? below : 1 - below;
          }),
      },
    ],
  });
}

const asked = {
  treatment: { x: 'yes' },
  control: { x: 'no' },
  outcome: 'y',
  outcomeLevel: 'yes',
  samples: 40_000,
  seed: 2,
} as const;
const standardError = 0.5 / Math.sqrt(40_000 * px);

describe('two models that no experiment can tell apart', () => {
  test('the bounds hold both, and each model implies an end of them', async () => {
    const [same, opposite] = [
      await necessityAndSufficiency(twin('same'), asked),
      await necessityAndSufficiency(twin('opposite'), asked),
    ];
    const [low, high] = same.both.bounds;
    expect(Math.abs(low - (p1 - p0))).toBeLessThan(4 * standardError);
    expect(Math.abs(high - Math.min(p1, 1 - p0))).toBeLessThan(4 * standardError);
    expect(Math.abs((same.both.modelImplied as number) - 0.3)).toBeLessThan(4 * standardError); // p1 − p0
    expect(Math.abs((opposite.both.modelImplied as number) - 0.6)).toBeLessThan(4 * standardError); // min(p1, 1 − p0)
    for (const key of ['necessity', 'sufficiency', 'both'] as const) {
      for (const { bounds, modelImplied } of [same[key], opposite[key]]) {
        expect(modelImplied).toBeGreaterThan(bounds[0] - 4 * standardError);
        expect(modelImplied).toBeLessThan(bounds[1] + 4 * standardError);
      }
      expect(Math.abs(same[key].bounds[0] - opposite[key].bounds[0])).toBeLessThan(8 * standardError);
    }
  });

  test('a point comes only with declared monotonicity, and is then the monotone model’s', async () => {
    expect((await necessityAndSufficiency(twin('same'), asked)).both.underMonotonicity).toBeUndefined();
    const { necessity, sufficiency, both } = await necessityAndSufficiency(twin('same'), {
      ...asked,
      monotone: true,
    });
    expect(Math.abs((both.underMonotonicity as number) - 0.3)).toBeLessThan(4 * standardError);
    // PN = (p1 − p0) / p1 and PS = (p1 − p0) / (1 − p0), as the treatment has no causes here
    expect(Math.abs((necessity.underMonotonicity as number) - 0.3 / 0.7)).toBeLessThan(0.03);
    expect(Math.abs((sufficiency.underMonotonicity as number) - 0.3 / 0.6)).toBeLessThan(0.03);
    expect(Math.abs((necessity.modelImplied as number) - 0.3 / 0.7)).toBeLessThan(0.03);
  });
});

test('where treatment is confounded, the bounds of PN and PS are those of Fréchet within each arm', async () => {
  // z → x, z → y, x → y, all of two levels; the chances of y by x and z
  const chance = {
    x: [0.2, 0.7],
    y: [
      [0.1, 0.5],
      [0.45, 0.9],
    ],
  } as const;
  const drawnBelow = (p: number, value: number, rng: { uniform(): number }): number =>
    value === 1 ? p * rng.uniform() : p + (1 - p) * rng.uniform();
  const model = structuralModel({
    variables: [
      {
        name: 'z',
        levels,
        noise: uniform,
        mechanism: { evaluate: (_, u) => u.map((v) => Number(v < 0.5)) },
        posterior: (_, values, rng) => values.map((z) => drawnBelow(0.5, z, rng)),
      },
      {
        name: 'x',
        parents: ['z'],
        levels,
        noise: uniform,
        mechanism: { evaluate: ([z], u) => u.map((v, r) => Number(v < chance.x[z![r] as 0 | 1])) },
        posterior: ([z], values, rng) => values.map((x, r) => drawnBelow(chance.x[z![r] as 0 | 1], x, rng)),
      },
      {
        name: 'y',
        parents: ['z', 'x'],
        levels,
        noise: uniform,
        mechanism: {
          evaluate: ([z, x], u) => u.map((v, r) => Number(v < chance.y[z![r] as 0 | 1][x![r] as 0 | 1])),
        },
        posterior: ([z, x], values, rng) =>
          values.map((y, r) => drawnBelow(chance.y[z![r] as 0 | 1][x![r] as 0 | 1], y, rng)),
      },
    ],
  });
  const { necessity, sufficiency } = await necessityAndSufficiency(model, asked);
  /** P(y under do(x = t) | x = arm): what experiment and observation together settle. */
  const within = (t: 0 | 1, arm: 0 | 1): number => {
    const weight = [0, 1].map((z) => 0.5 * (arm === 1 ? chance.x[z as 0 | 1] : 1 - chance.x[z as 0 | 1]));
    const total = weight[0]! + weight[1]!;
    return [0, 1].reduce((sum, z) => sum + (weight[z]! / total) * chance.y[z as 0 | 1][t], 0);
  };
  // P(y₁ = a, y₀ = b | arm) lies between max(0, p + q − 1) and min(p, q) of its two margins
  const [treated, untreated] = [
    { had: within(1, 1), not: 1 - within(0, 1) },
    { had: 1 - within(0, 0), not: within(1, 0) },
  ];
  for (const [found, { had, not }] of [
    [necessity, treated],
    [sufficiency, untreated],
  ] as const) {
    expect(Math.abs(found.bounds[0] - Math.max(0, had + not - 1) / had)).toBeLessThan(0.03);
    expect(Math.abs(found.bounds[1] - Math.min(had, not) / had)).toBeLessThan(0.03);
  }
});

test('a declared monotonicity that the model contradicts is said to be, and so is a treatment without levels', async () => {
  const [yes, no] = [{ x: 'yes' }, { x: 'no' }] as const;
  const monotone = { ...asked, samples: 4000, monotone: true };
  expect((await necessityAndSufficiency(twin('same'), monotone)).warnings).toEqual([]);
  // the other way round, the treatment does prevent the outcome
  const wrong = await necessityAndSufficiency(twin('same'), { ...monotone, treatment: no, control: yes });
  expect(wrong.warnings.join()).toMatch(/is contradicted: 40% of all .* 70%/);
  expect(wrong.assumptions.join()).toContain('as declared');
  const number = linearGaussian({
    nodes: ['x', 'y'],
    weights: [
      [0, 2],
      [0, 0],
    ],
  });
  const degrees = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', event: 1, samples: 500 };
  const { necessity, warnings } = await necessityAndSufficiency(number, degrees);
  expect(necessity.bounds).toEqual([0, 1]);
  expect(warnings.join()).toContain('no category of two levels');
});

test('a continuous outcome needs an event', async () => {
  const number = linearGaussian({
    nodes: ['x', 'y'],
    weights: [
      [0, 2],
      [0, 0],
    ],
  });
  const asking = necessityAndSufficiency(number, { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' });
  await expect(asking).rejects.toMatchObject({ code: 'counterfactuals/no-event' });
});
