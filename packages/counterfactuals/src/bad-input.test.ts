import { createRng } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import { linearFit } from '../test/support/exact-families.ts';
import {
  adjustedEffect,
  bootstrapEnsemble,
  counterfactual,
  counterfactuals,
  distribution,
  effect,
  interventional,
  naturalEffects,
  planIntervention,
} from './index.ts';

const chain = linearGaussian({
  nodes: ['z', 'x', 'y'],
  weights: [
    [0, 1, 1],
    [0, 0, 2],
    [0, 0, 0],
  ],
});
const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', samples: 50 };

function tableOf(columns: Readonly<Record<string, Float64Array>>) {
  return createTable(
    Object.entries(columns).map(([name, values]) => ({ variable: { name, kind: 'continuous' }, values })),
  );
}

test('positivity is looked at before an effect is estimated, and the rows that break it are named in the answer', async () => {
  const rng = createRng(1);
  const z = Float64Array.from({ length: 400 }, () => rng.normal());
  const x = z.map((v) => (4 * v + rng.normal() > 0 ? 1 : 0));
  const y = x.map((v, r) => 2 * v + (z[r] as number) + rng.normal());
  const dag = createDag(
    ['z', 'x', 'y'],
    [
      ['z', 'x'],
      ['z', 'y'],
      ['x', 'y'],
    ],
  );
  const broken = await bootstrapEnsemble(tableOf({ z, x, y }), linearFit(dag), { replicates: 12, seed: 1 });
  const { positivity, warnings } = await effect(broken, asked);
  expect(positivity?.holds).toBe(false);
  for (const r of positivity?.rows ?? []) expect(Math.abs(z[r] as number)).toBeGreaterThan(0.4);
  expect(warnings[0]).toContain(`rows ${(positivity?.rows[0] as number) + 1}, `);

  const even = x.map(() => (rng.uniform() < 0.5 ? 1 : 0));
  const fair = tableOf({ z, x: even, y: even.map((v, r) => 2 * v + (z[r] as number) + rng.normal()) });
  const sound = await bootstrapEnsemble(fair, linearFit(dag), { replicates: 12, seed: 1 });
  const answer = await effect(sound, asked);
  expect(answer.positivity?.holds).toBe(true);
  expect(answer.warnings).toEqual([]);
});

test('too few rows: a warning in the answer, or a typed error where no regression stands', async () => {
  const rows = chain.sample(12, { seed: 1 });
  const table = tableOf({ z: rows.column('z'), x: rows.column('x'), y: rows.column('y') });
  const few = await bootstrapEnsemble(table, linearFit(chain.graph), { replicates: 12, seed: 1 });
  expect((await effect(few, asked)).warnings.join()).toContain('Only 12 rows');
  const { treatment, control, outcome } = asked;
  const adjusting = { treatment, control, outcome, variables: chain.variables, adjustmentSet: ['z'] };
  expect(() => adjustedEffect(chain.sample(5, { seed: 1 }), adjusting)).toThrow('5 rows cannot carry');
});

test('do on the outcome: answered and flagged in a query, refused in an effect and a plan', async () => {
  const { mean, sd } = await distribution(chain, { do: { y: 3 } });
  expect([mean.y, sd.y]).toEqual([3, 0]);
  const { value, warnings } = await interventional(chain, 'y', { do: { y: 3 } });
  expect(value).toBe(3);
  expect(warnings.join()).toContain('itself set');
  await expect(effect(chain, { ...asked, treatment: { y: 1 }, control: { y: 0 } })).rejects.toMatchObject({
    code: 'counterfactuals/do-outcome',
  });
  await expect(
    planIntervention(chain, { target: { outcome: 'y', atLeast: 9 }, may: ['y'] }),
  ).rejects.toMatchObject({ code: 'counterfactuals/may' });
});

test('an unidentified effect: the reason and what would help, never a number', async () => {
  const asking = effect(chain, { ...asked, confounded: [['x', 'y']] });
  await expect(asking).rejects.toMatchObject({ code: 'counterfactuals/not-identified' });
  await expect(asking).rejects.toThrow(/hidden common cause at "x" ↔ "y".*Measure the cause/);
});

describe('what leaves the data is said in every kind of answer', () => {
  const rows = chain.sample(300, { seed: 2 });
  const table = tableOf({ z: rows.column('z'), x: rows.column('x'), y: rows.column('y') });
  const fitted = bootstrapEnsemble(table, linearFit(chain.graph), { replicates: 12, seed: 1 });
  const usual = { z: 0.5, x: 0.2, y: 1 };

  test('evidence beyond every row, and not what lies within', async () => {
    const ensemble = await fitted;
    const seen = async (z: number): Promise<readonly string[]> =>
      (await counterfactual(ensemble, { ...usual, z }, { do: { x: 0 } })).y!.warnings;
    expect(await seen(0.5)).toEqual([]);
    expect((await seen(9)).join()).toMatch(/"z" = 9 was observed, beyond all rows .*extrapolates/);
    const subgroup = await effect(ensemble, { ...asked, among: { z: 9 } });
    expect(subgroup.warnings.join()).toContain('"z" = 9 was observed');
    expect(subgroup.support?.inside).toBe(false);
    expect((await effect(ensemble, { ...asked, among: { z: 0.5 } })).warnings).toEqual([]);
    const planned = await planIntervention(ensemble, {
      target: { outcome: 'y', atLeast: 20 },
      row: { ...usual, z: 9 },
      may: ['x'],
    });
    expect(planned.warnings.join()).toContain('"z" = 9 was observed');
  });

  test('an action that moves a variable rather than setting it', async () => {
    const ensemble = await fitted;
    const shift = (by: number) => [{ target: 'x', kind: 'shift', by } as const];
    const said = async (by: number): Promise<string> =>
      (await counterfactual(ensemble, usual, { do: shift(by) })).y!.warnings.join();
    expect(await said(0.1)).toBe('');
    expect(await said(50)).toMatch(/moves "x" beyond all rows .* for this row/);
    const law = await interventional(ensemble, 'y', { do: shift(50), samples: 100 });
    expect(law.warnings.join()).toContain('for 100% of individuals');
  });

  test('many rows at once: which of them, by number', async () => {
    const odd = { z: Float64Array.of(0, 9, 0), x: Float64Array.of(0, 0, 0), y: Float64Array.of(0, 0, 70) };
    const told = await counterfactuals(await fitted, tableOf(odd), { do: { x: 0 } });
    expect(told.warnings.join()).toContain('2 of 3 rows (2, 3) have some of what was observed beyond');
    expect(told.identifiedBy).toBe('functional-form');
    expect(told.assumptions.join()).toContain('strictly increasing in its noise');
  });

  test('a distribution carries what it rests on, and intervals of its means', async () => {
    const ensemble = await fitted;
    const far = await distribution(ensemble, { do: { x: 90 } }, { level: 0.8 });
    expect(far.warnings.join()).toContain('extrapolates');
    expect([far.level, far.identifiedBy]).toEqual([0.8, 'graph']);
    expect(far.assumptions.join()).toContain('no hidden common cause');
    const near = await distribution(ensemble, { do: { x: 1 } });
    expect(near.warnings).toEqual([]);
    const [low, high] = near.intervals!.y!;
    const exact = chain.exact({ do: { x: 1 } }).mean.y as number;
    expect(low).toBeLessThan(exact);
    expect(high).toBeGreaterThan(exact);
    // the standard error of 2·1 + mean of z, over 300 rows
    expect(high - low).toBeLessThan(0.5);
    const seen = await distribution(ensemble, { given: { z: 1 } });
    expect(seen.assumptions.join()).not.toContain('hidden');
    const imagined = await distribution(ensemble, { factual: { z: 1, y: 2 }, do: { x: 1 } });
    expect(imagined.identifiedBy).toBe('functional-form');
    const pointless = await distribution(ensemble, { do: { y: 1 } });
    expect(pointless.warnings.join()).toMatch(/"y" is itself set .* moves nothing else/);
  });
});

describe('zeros and parts', () => {
  const rows = chain.sample(300, { seed: 2 });
  const table = tableOf({ z: rows.column('z'), x: rows.column('x'), y: rows.column('y') });
  const fitted = bootstrapEnsemble(table, linearFit(chain.graph), { replicates: 12, seed: 1 });

  test('an effect on what is no effect is zero by the graph, says so, and has no sensitivity to look reassuring', async () => {
    const upstream = { treatment: { y: 1 }, control: { y: 0 }, outcome: 'z', samples: 50 };
    const { value, sensitivity, warnings } = await effect(await fitted, upstream);
    expect(value).toBe(0);
    expect(sensitivity).toBeUndefined();
    expect(warnings.join()).toMatch(/no causal path from "y" to "z"/);
  });

  test('the sensitivity of a whole effect is that of Cinelli and Hazlett, and its parts carry none', async () => {
    const { total, direct, indirect } = await naturalEffects(await fitted, {
      treatment: { z: 1 },
      control: { z: 0 },
      outcome: 'y',
      samples: 50,
    });
    // z has no parents: f² = r² / (1 − r²) with r the plain correlation of z and y
    const [z, y] = [table.column('z'), table.column('y')];
    const mean = (v: Float64Array): number => v.reduce((a, b) => a + b, 0) / v.length;
    const cov = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, v, r) => sum + (v - mean(a)) * (b[r]! - mean(b)), 0);
    const r2 = cov(z, y) ** 2 / (cov(z, z) * cov(y, y));
    const f2 = r2 / (1 - r2);
    expect(total.sensitivity?.partialR2).toBeCloseTo(r2, 9);
    expect(total.sensitivity?.value).toBeCloseTo((Math.sqrt(f2 ** 2 + 4 * f2) - f2) / 2, 9);
    expect([direct.sensitivity, indirect.sensitivity]).toEqual([undefined, undefined]);
    const { sensitivity } = await effect(await fitted, {
      ...asked,
      treatment: { z: 1 },
      control: { z: 0 },
      hold: { x: 0 },
    });
    expect(sensitivity).toBeUndefined();
  });

  test('the sensitivity of a confounded treatment is of what its parents leave', async () => {
    const [z, x, y] = ['z', 'x', 'y'].map((name) => table.column(name)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const centred = (v: Float64Array): Float64Array => {
      const mean = v.reduce((a, b) => a + b, 0) / v.length;
      return v.map((value) => value - mean);
    };
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, r) => sum + v * b[r]!, 0);
    // Frisch, Waugh and Lovell: x and y without what z says of them
    const without = (v: Float64Array): Float64Array => {
      const [own, other] = [centred(v), centred(z)];
      const slope = dot(own, other) / dot(other, other);
      return own.map((value, r) => value - slope * other[r]!);
    };
    const [restX, restY] = [without(x), without(y)];
    const { sensitivity } = await effect(await fitted, asked);
    expect(sensitivity?.linearEffect).toBeCloseTo(dot(restX, restY) / dot(restX, restX), 9);
    expect(sensitivity?.partialR2).toBeCloseTo(
      dot(restX, restY) ** 2 / (dot(restX, restX) * dot(restY, restY)),
      9,
    );
  });

  test('a plan says what it rests on, and that the refits doubt it', async () => {
    const ensemble = await fitted;
    const goal = { target: { outcome: 'y', atLeast: 3 }, may: ['x'], samples: 200 };
    const everybody = await planIntervention(ensemble, goal);
    expect(everybody.identifiedBy).toBe('graph');
    const one = await planIntervention(ensemble, { ...goal, row: { z: 0.5, x: 0.2, y: 1 } });
    expect(one.identifiedBy).toBe('functional-form');
    expect(one.assumptions.join()).toContain('strictly increasing');
    // refits whose slopes are weaker by a tenth: none of them gets there
    const weaker = linearGaussian({
      nodes: ['z', 'x', 'y'],
      weights: [
        [0, 1, 1],
        [0, 0, 1.8],
        [0, 0, 0],
      ],
    });
    const doubted = await planIntervention({ model: chain, replicates: [weaker, weaker], rows }, goal);
    expect(doubted.confidence).toBe(0);
    expect(doubted.warnings.join()).toContain('None of the refits reach the goal');
    const stuck = await planIntervention(ensemble, { target: { outcome: 'x', atLeast: 3 }, may: [] });
    expect(stuck.message).toContain('Nothing that may be set is a cause of x');
  });

  test('declared hidden causes that do no harm are no longer assumed away', async () => {
    const told = await effect(chain, { ...asked, confounded: [['z', 'x']] });
    expect(told.assumptions.join()).toContain('but those declared');
  });
});

describe('questions that have no answer are typed errors, not numbers', () => {
  const goal = { target: { outcome: 'y', atLeast: 3 }, may: ['x'] } as const;
  test.each([
    [
      'nothing set',
      () => effect(chain, { ...asked, treatment: {}, control: {} }),
      'counterfactuals/no-treatment',
    ],
    ['no draws', () => effect(chain, { ...asked, samples: 0 }), 'counterfactuals/samples'],
    [
      'half a draw',
      () => interventional(chain, 'y', { do: { x: 1 }, samples: 0.5 }),
      'counterfactuals/samples',
    ],
    [
      'a goal of NaN',
      () => planIntervention(chain, { target: { outcome: 'y', atLeast: Number.NaN } }),
      'counterfactuals/goal',
    ],
    [
      'a price below zero',
      () => planIntervention(chain, { ...goal, costs: { x: -3 } }),
      'counterfactuals/plan-terms',
    ],
    [
      'bounds the wrong way round',
      () => planIntervention(chain, { ...goal, bounds: { x: [2, 1] } }),
      'counterfactuals/plan-terms',
    ],
    [
      'a price of nothing known',
      () => planIntervention(chain, { ...goal, costs: { q: 1 } }),
      'base/unknown-name',
    ],
    [
      'no variable at once',
      () => planIntervention(chain, { ...goal, most: 0 }),
      'counterfactuals/plan-terms',
    ],
  ] as const)('%s', async (_what, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ code });
  });

  test('settings of different variables are compared with a warning', async () => {
    const { warnings } = await effect(chain, { ...asked, control: { z: 0 } });
    expect(warnings.join()).toContain('"x" in the treatment and "z" in the control');
    expect((await effect(chain, asked)).warnings).toEqual([]);
  });
});
