import { additive, linearGaussian, structuralModel } from '@cfe/scm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planIntervention } from './index.ts';

const weight = fc.double({ min: 0.5, max: 2, noNaN: true });

describe('linear models, where the cheapest plan has a closed form', () => {
  const model = (a: number, b: number) =>
    linearGaussian({
      nodes: ['a', 'b', 'y'],
      weights: [
        [0, 0, a],
        [0, 0, b],
        [0, 0, 0],
      ],
    });
  const row = { a: 0, b: 0, y: 0 };

  test('one lever: the distance over the slope', async () => {
    await fc.assert(
      fc.asyncProperty(weight, fc.double({ min: 0.1, max: 1, noNaN: true }), async (slope, goal) => {
        const plan = await planIntervention(model(slope, 0.1), {
          target: { outcome: 'y', atMost: -goal },
          may: ['a'],
          row,
        });
        expect(plan.reached).toBe(true);
        expect(plan.interventions.a).toBeCloseTo(-goal / slope, 6);
        expect(plan.value).toBeCloseTo(-goal, 6);
      }),
      { numRuns: 30 },
    );
  });

  test('two levers, neither of which reaches alone: in proportion to slope over price', async () => {
    const plan = await planIntervention(model(1, 1), {
      target: { outcome: 'y', atLeast: 3 },
      bounds: { a: [-2, 2], b: [-2, 2] },
      costs: { b: 2 },
      row,
    });
    // spreads are estimated, so the split is checked by its own optimality: no cheaper point on a + b = 3
    const { a, b } = plan.interventions as { a: number; b: number };
    expect(a + b).toBeCloseTo(3, 6);
    expect(a).toBeGreaterThan(b);
    expect(Object.keys(plan.interventions)).toHaveLength(2);
  });

  test.each([
    ['from above', { a: [-2.5, 1], b: [-2.5, 2.5] }, { b: 4 }, 3, { a: 1, b: 2 }],
    ['from below', { a: [-1, 2.5], b: [-2.5, 2.5] }, { b: 4 }, -3, { a: -1, b: -2 }],
    ['on the other lever', { a: [-2.5, 2.5], b: [-2.5, 1] }, { a: 4 }, 3, { a: 2, b: 1 }],
  ] as const)(
    'a bound that binds is kept to, and the other lever does the rest: %s',
    async (_what, bounds, costs, goal, want) => {
      // free of bounds, the cheap lever would go to ±2.4
      const target = { outcome: 'y', ...(goal > 0 ? { atLeast: goal } : { atMost: goal }) };
      const { interventions, reached } = await planIntervention(model(1, 1), { target, bounds, costs, row });
      expect(reached).toBe(true);
      expect(interventions.a).toBeCloseTo(want.a, 6);
      expect(interventions.b).toBeCloseTo(want.b, 6);
    },
  );

  test('a smaller set is preferred, and a goal out of reach is said to be', async () => {
    const far = { target: { outcome: 'y', atLeast: 50 }, row } as const;
    expect((await planIntervention(model(1, 1), far)).reached).toBe(false);
    expect(
      (await planIntervention(model(1, 1), { ...far, target: { outcome: 'y', atLeast: -1 } })).message,
    ).toContain('already');
    const near = await planIntervention(model(1, 0.5), { target: { outcome: 'y', atLeast: 1 }, row });
    expect(Object.keys(near.interventions)).toEqual(['a']);
  });
});

test('a curve that turns: the goal is met on the near side', async () => {
  const noise = { kind: 'normal', mean: 0, sd: 1 } as const;
  const model = structuralModel({
    variables: [
      { name: 'x', mechanism: additive(), noise },
      {
        name: 'y',
        parents: ['x'],
        mechanism: additive(([x]) => (x as Float64Array).map((v) => 4 - (v - 1) ** 2)),
        noise,
      },
    ],
  });
  const plan = await planIntervention(model, {
    target: { outcome: 'y', atLeast: 3.75 },
    row: { x: -1, y: 0 },
  });
  expect(plan.interventions.x).toBeCloseTo(0.5, 6); // 4 − (x − 1)² = 3.75 at 0.5 and 1.5
});

test('a plan for everybody moves the mean', async () => {
  const model = linearGaussian({
    nodes: ['x', 'y'],
    weights: [
      [0, 2],
      [0, 0],
    ],
    intercepts: [1, 0],
  });
  const plan = await planIntervention(model, { target: { outcome: 'y', atLeast: 4 }, samples: 4000 });
  expect(plan.value).toBeCloseTo(4, 6);
  // the noise of y has mean 0 within four standard errors
  expect(Math.abs((plan.interventions.x as number) - 2)).toBeLessThan(4 / Math.sqrt(4000));
});

test('nonsense is refused', async () => {
  const model = linearGaussian({
    nodes: ['x', 'y'],
    weights: [
      [0, 2],
      [0, 0],
    ],
  });
  await expect(planIntervention(model, { target: { outcome: 'y' } })).rejects.toThrow('one number');
  await expect(planIntervention(model, { target: { outcome: 'q', atLeast: 1 } })).rejects.toThrow('"q"');
  await expect(planIntervention(model, { target: { outcome: 'y', atLeast: 9 }, may: ['y'] })).rejects.toThrow(
    'goal itself',
  );
});

test('a goal on the probability of a level: P(y = yes | do(x)) = Φ(2x), so 90% needs x = z₀.₉ / 2', async () => {
  const normal = { kind: 'normal', mean: 0, sd: 1 } as const;
  const numbers = structuralModel({
    variables: [
      { name: 'x', mechanism: additive(), noise: normal },
      {
        name: 'y',
        parents: ['x'],
        noise: normal,
        mechanism: { evaluate: ([x], u) => u.map((e, r) => (2 * (x?.[r] as number) + e > 0 ? 1 : 0)) },
      },
    ],
  });
  const model = {
    ...numbers,
    variables: [
      { name: 'x', kind: 'continuous' },
      { name: 'y', kind: 'categorical', levels: ['no', 'yes'] },
    ],
  } as const;
  const target = { outcome: 'y', level: 'yes', atLeast: 0.9 };
  const plan = await planIntervention(model, { target, samples: 5000, seed: 1 });
  expect(plan.reached).toBe(true);
  // the share's standard error over the slope of Φ(2x) there
  const tolerance = (4 * Math.sqrt((0.9 * 0.1) / 5000)) / (2 * 0.1755);
  expect(Math.abs((plan.interventions.x as number) - 1.2816 / 2)).toBeLessThan(tolerance);
  expect(plan.message).toContain('P(y = yes)');
  await expect(planIntervention(model, { target: { outcome: 'y', atLeast: 0.9 } })).rejects.toThrow(
    "'level'",
  );
  await expect(planIntervention(model, { target: { ...target, level: 'perhaps' } })).rejects.toMatchObject({
    code: 'counterfactuals/outcome-level',
  });
});
