import { structuralModel } from '@cfe/scm';
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

test('a continuous outcome needs an event', async () => {
  const model = structuralModel({
    variables: [{ name: 'y', noise: uniform, mechanism: { evaluate: (_, u) => u } }],
  });
  await expect(
    necessityAndSufficiency(model, { treatment: {}, control: {}, outcome: 'y' }),
  ).rejects.toMatchObject({ code: 'counterfactuals/no-event' });
});
