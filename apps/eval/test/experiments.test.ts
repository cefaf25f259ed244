import { inProcessRunner } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import type { Figures, MeasuredCell } from '../src/experiment.ts';
import { experiments } from '../src/experiments/index.ts';
import { leftOutRegime } from '../src/experiments/left-out-regime.ts';
import { peerExperiments } from '../src/experiments/peers.ts';
import { measureSachs } from '../src/experiments/sachs.ts';

const all = [...experiments, ...peerExperiments];
const quick = { size: 'quick', seeds: [0, 1] } as const;
const full = { size: 'full', seeds: [0, 1, 2, 3, 4] } as const;

test('ids are distinct, and the 27 with what goes beyond them are all there', () => {
  const ids = all.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, k) => `${letter}${k + 1}`);
  expect(ids).toEqual(
    expect.arrayContaining([
      ...numbered('B', 5),
      ...numbered('A', 7),
      ...numbered('R', 15),
      ...numbered('N', 7),
      ...numbered('G', 2),
      ...numbered('D', 7),
      ...numbered('P', 7),
      'prototype',
      'S1',
    ]),
  );
});

describe.each(all)('$id', ({ id, claim, rule, cells }) => {
  test('states a claim and a rule that can come out more than one way', () => {
    expect(claim.length).toBeGreaterThan(40);
    expect(rule).toMatch(/supported/i);
    expect(rule).toMatch(/refuted/i);
  });

  test('a quick run repeats data sets of the full one, so that the two can be compared', () => {
    const known = new Set(cells(full).map((cell) => JSON.stringify(cell)));
    const repeated = cells(quick).filter((cell) => known.has(JSON.stringify(cell)));
    if (id === 'S1') expect(repeated.length).toBeGreaterThan(0);
    else expect(repeated).toEqual(cells(quick));
  });
});

/** Eight regimes with the same distances. */
const regimes = (figures: Figures): MeasuredCell[] =>
  leftOutRegime.cells(full).map((cell) => ({
    cell,
    figures: Object.fromEntries(Object.entries(figures).map(([who, value]) => [`distance, ${who}`, value])),
  }));

test('a left-out regime: one floor that is not beaten costs the support, and to copy the reference is refuted', () => {
  const floors = {
    'reference mean': 1,
    'reference rows': 0.9,
    'pooled regression': 0.5,
    'nearest regime': 0.8,
  };
  const others = { ...floors, 'known graph': 0.2, 'replicate of the same regime': 0.1 };
  expect(leftOutRegime.judge(regimes({ ...others, ours: 0.4 })).verdict).toBe('supported');
  expect(leftOutRegime.judge(regimes({ ...others, ours: 0.6 })).verdict).toBe('inconclusive');
  expect(leftOutRegime.judge(regimes({ ...others, ours: 0.95 })).verdict).toBe('refuted');
});

test('Sachs is scored against all three published graphs, with the empty graph beside', async (context) => {
  if (!process.env.CFE_DATA_DIR) return context.skip('needs CFE_DATA_DIR');
  const [found] = await inProcessRunner().map(measureSachs, [
    { cell: { seed: 0, settings: { rows: 'all' } } },
  ]);
  expect(found?.figures).toMatchObject({
    'empty graph: shd to bnlearn17': 17,
    'empty graph: shd to consensus18': 18,
    'empty graph: shd to tetrad20': 20,
  });
  expect(found?.figures['with conditions: shd to bnlearn17']).toBeLessThan(17);
}, 60_000);
