import { columnsFrom, createRng, standardNormal } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { expect, test } from 'vitest';
import { conformalEffects, contrastivePair, positivity } from './index.ts';

const variables = ['z', 'x', 'y'].map((name) => ({ name, kind: 'continuous' }) as const);
const graph = createDag(
  ['z', 'x', 'y'],
  [
    ['z', 'x'],
    ['z', 'y'],
    ['x', 'y'],
  ],
);
const asked = { graph, variables, treatment: 'x', outcome: 'y' };

/** Treatment by a logistic in z; skewed noise whose spread and an effect that depend on z; no form that is fitted here. */
function drawn(seed: number, rows: number, strength = 0.8) {
  const rng = createRng(seed).fork('conformal test');
  const z = standardNormal(rng.fork('z'), rows);
  const u = standardNormal(rng.fork('u'), rows).map((v) => Math.exp(0.7 * v));
  const x = z.map((v) => (rng.uniform() < 1 / (1 + Math.exp(-strength * v)) ? 1 : 0));
  const outcome = (t: number): Float64Array =>
    z.map((v, r) => Math.sin(2 * v) + t * (1 + v) + (1 + 0.3 * Math.abs(v)) * u[r]!);
  const [y0, y1] = [outcome(0), outcome(1)];
  return { rows: columnsFrom({ z, x, y: y0.map((v, r) => (x[r] === 1 ? y1[r]! : v)) }), z, y0, y1 };
}

test('potential outcomes and effects of fresh units are covered, over 300 data sets, one unit each', () => {
  const hits = { treated: 0, control: 0, effect: 0 };
  const sets = 300;
  for (let seed = 0; seed < sets; seed++) {
    const { rows } = drawn(seed, 160);
    const fresh = drawn(10_000 + seed, 1);
    const { units } = conformalEffects(rows, columnsFrom({ z: fresh.z }), { ...asked, seed });
    const truth = { treated: fresh.y1[0]!, control: fresh.y0[0]!, effect: fresh.y1[0]! - fresh.y0[0]! };
    for (const key of ['treated', 'control', 'effect'] as const) {
      const [low, high] = units[0]![key];
      if (low <= truth[key] && truth[key] <= high) hits[key]++;
    }
  }
  // 270 expected, standard error 5.2; never less than the level, and no wider than it says for single outcomes
  for (const key of ['treated', 'control'] as const) {
    expect(hits[key]).toBeGreaterThanOrEqual(257);
    expect(hits[key]).toBeLessThanOrEqual(285);
  }
  expect(hits.effect).toBeGreaterThanOrEqual(270);
});

test('where its conditions fail it refuses, and says why', () => {
  const { rows } = drawn(1, 300);
  const units = columnsFrom({ z: [0] });
  expect(() => conformalEffects(rows, units, { ...asked, confounded: [['x', 'y']] })).toThrow('no measured');
  expect(() => conformalEffects(rows, units, { ...asked, treatment: 'z' })).toThrow('300 values');
  expect(() => conformalEffects(drawn(2, 300, 9).rows, units, asked)).toThrow(/could hardly have had both/);
});

test('positivity names the rows that could not have been treated otherwise', () => {
  const { rows, z } = drawn(3, 400, 4);
  const found = positivity(rows, { variables, treatment: 'x', values: [0, 1], covariates: ['z'] });
  expect(found.holds).toBe(false);
  // a chance of 2% lies at |4z| = ln 49
  for (const r of found.rows) expect(Math.abs(4 * z[r]!)).toBeGreaterThan(0.6 * Math.log(49));
  expect(found.message).toContain(`rows ${found.rows[0]! + 1}, `);
  const easy = positivity(drawn(4, 400, 0.3).rows, {
    variables,
    treatment: 'x',
    values: [0, 1],
    covariates: ['z'],
  });
  expect(easy.holds).toBe(true);
  // x | z ~ N(2z, 1): at z = 0 both settings are usual, at z = 3 both are five deviations off
  const x = Float64Array.from({ length: 400 }, (_, r) => 2 * z[r]! + standardNormal(createRng(r), 1)[0]!);
  const far = positivity(columnsFrom({ z, x, y: x }), {
    variables,
    treatment: 'x',
    values: [0, 1],
    covariates: ['z'],
  });
  for (const r of far.rows) expect(Math.abs(2 * z[r]! - 0.5)).toBeGreaterThan(1.8);
  expect(far.rows.length).toBeGreaterThan(10);
});

test('a contrastive pair is the nearest row that fared otherwise, and luck is called luck', async () => {
  const { linearGaussian } = await import('@cfe/scm');
  const model = linearGaussian({
    nodes: ['a', 'b', 'y'],
    weights: [
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 0],
    ],
  });
  const rows = columnsFrom({ a: [0, 5, 1, 3], b: [0, 5, 1, 0], y: [0, 10, 9, 1] });
  const target = { outcome: 'y', atLeast: 8 };
  const pair = await contrastivePair(model, { a: 0, b: 0, y: 0 }, { target, rows });
  expect(pair?.row).toBe(2);
  expect([pair?.imagined, pair?.explained]).toEqual([2, false]);
  const other = await contrastivePair(model, { a: 4, b: 4, y: 7.5 }, { target, rows });
  expect([other?.row, other?.imagined, other?.explained]).toEqual([1, 9.5, true]);
  expect(
    await contrastivePair(model, { a: 0, b: 0, y: 0 }, { target: { outcome: 'y', atLeast: 99 }, rows }),
  ).toBe(undefined);
  await expect(contrastivePair(model, { a: 0, y: 0 }, { target, rows })).rejects.toThrow('no value for "b"');
});
