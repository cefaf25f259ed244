import { columnsFrom, createRng } from '@cfe/base';
import { createTable } from '@cfe/data';
import { linearGaussian } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import { effect, frontdoorEffect } from './index.ts';

const nodes = ['u', 'x', 'm', 'y'];
const truth = linearGaussian({
  nodes,
  weights: [
    [0, 1, 0, 2],
    [0, 0, 2, 0],
    [0, 0, 0, 3],
    [0, 0, 0, 0],
  ],
});
const asked = {
  variables: truth.variables,
  treatment: { x: 1 },
  control: { x: 0 },
  outcome: 'y',
  mediators: ['m'],
};

test('the interval holds the effect as often as it says, where regression on x would be far off', () => {
  let held = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { interval } = frontdoorEffect(truth.sample(300, { seed }), asked);
    if (interval[0] <= 6 && 6 <= interval[1]) held++;
  }
  // 54 expected of 60, standard error 2.3
  expect(held).toBeGreaterThanOrEqual(47);
});

test('a two-valued treatment and an outcome that bends: E[Y | do(1)] − E[Y | do(0)] from the formula itself', () => {
  const rng = createRng(1);
  const n = 5000;
  const u = Float64Array.from({ length: n }, () => rng.normal());
  const x = u.map((v) => (v + rng.normal() > 0 ? 1 : 0));
  const m = x.map((v) => 1 + v + 0.5 * rng.normal());
  const y = m.map((v, r) => v * v + 2 * (u[r] as number) + 0.3 * rng.normal());
  const variables = ['x', 'm', 'y'].map((name) => ({ name, kind: 'continuous' }) as const);
  // m² at 2 against at 1, the spread the same
  const { value } = frontdoorEffect(columnsFrom({ x, m, y }), { ...asked, variables });
  expect(Math.abs(value - 3)).toBeLessThan(0.3);
});

describe('effect', () => {
  test('goes through the front door where rows and declared hidden causes ask for it, and says so', async () => {
    const rows = truth.sample(1000, { seed: 3 });
    const table = createTable(
      ['x', 'm', 'y'].map((name) => ({ variable: { name, kind: 'continuous' }, values: rows.column(name) })),
    );
    const model = linearGaussian({
      nodes: ['x', 'm', 'y'],
      weights: [
        [0, 2, 0],
        [0, 0, 3.8],
        [0, 0, 0],
      ],
    });
    const { treatment, control, outcome } = asked;
    const answer = await effect(
      { model, replicates: [], rows: table },
      { treatment, control, outcome, confounded: [['x', 'y']] },
    );
    expect(answer.identifiedBy).toBe('graph');
    expect(Math.abs(answer.value - 6)).toBeLessThan(0.6);
    expect(answer.warnings.join()).toContain('by the front door through "m"');
    expect(answer.assumptions.join()).toContain('carry all of the effect');
  });

  test('what it cannot do is refused by name', () => {
    const rows = truth.sample(100, { seed: 1 });
    expect(() => frontdoorEffect(truth.sample(10, { seed: 1 }), asked)).toThrow('20 rows, and there are 10');
    expect(() => frontdoorEffect(rows, { ...asked, mediators: ['q'] })).toThrow('"q"');
    expect(() => frontdoorEffect(rows, { ...asked, treatment: { x: 1, u: 1 } })).toThrow('one treatment');
  });
});
