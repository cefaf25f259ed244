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

test('the half width is the score whose rank split conformal prediction asks for, a new unit counted as one more', () => {
  // treatment by coin, z a constant: nothing is learned but the mean of each arm, and all weights are one
  const rng = createRng(5);
  const n = 80;
  const x = Float64Array.from({ length: n }, () => (rng.uniform() < 0.5 ? 1 : 0));
  const y = Float64Array.from({ length: n }, (_, r) => x[r]! + rng.normal());
  const rows = columnsFrom({ z: new Float64Array(n), x, y });
  const coin = createDag(
    ['z', 'x', 'y'],
    [
      ['x', 'y'],
      ['z', 'y'],
    ],
  );
  const at = (level: number): number => {
    const { units } = conformalEffects(rows, columnsFrom({ z: [0] }), {
      ...asked,
      graph: coin,
      level,
      seed: 3,
    });
    const [low, high] = units[0]!.treated;
    return (high - low) / 2;
  };
  // with m scores the k-th smallest serves every level up to k / (m + 1), and no finite one those above m / (m + 1)
  const steps = [...new Set(Array.from({ length: 199 }, (_, k) => at((k + 1) / 200)))];
  const m = steps.filter(Number.isFinite).length;
  expect(m).toBeGreaterThan(10);
  expect(steps).toHaveLength(m + 1);
  for (const k of [1, Math.floor(m / 2), m - 1, m]) {
    expect(at((k - 1e-6) / (m + 1))).toBe(steps[k - 1]);
    expect(at((k + 1e-6) / (m + 1))).toBe(steps[k]);
  }
});

test('scores weigh as much as their units are rare in the arm', () => {
  // wherever z = 1 treatment is rare and outcomes wild, so that an interval for those must lean on few, heavy scores
  const rng = createRng(8);
  const n = 4000;
  const z = Float64Array.from({ length: n }, () => (rng.uniform() < 0.5 ? 1 : 0));
  const x = z.map((v) => (rng.uniform() < (v === 1 ? 0.1 : 0.9) ? 1 : 0));
  const y = z.map((v) => (v === 1 ? 10 : 1) * rng.normal());
  const { units } = conformalEffects(columnsFrom({ z, x, y }), columnsFrom({ z: [0, 1] }), {
    ...asked,
    level: 0.8,
  });
  // half the population has sd 10, half sd 1: 80% of |y| lie below q with ½·P(|N| < q/10) + ½·P(|N| < q) = 0.8
  for (const { treated, control } of units)
    for (const [low, high] of [treated, control]) {
      expect((high - low) / 2).toBeGreaterThan(7.2);
      expect((high - low) / 2).toBeLessThan(9.8); // q = 8.42; unweighted 1.8 for the treated and 13 for the others
    }
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
