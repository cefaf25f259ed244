import { expect, test } from 'vitest';
import { coverageOf } from './support/coverage.ts';
import { interactionFamily, linearFamily } from './support/exact-families.ts';
import { structureCoverage } from './support/structure-coverage.ts';

// The full runs, with 1,000 data sets per table and more rows, are bench/coverage.bench.ts and bench/structure-coverage.bench.ts.
const quick = { sets: 100, rows: 40, replicates: 24 };

test('average effects, effects by covariate and counterfactuals are covered as often as is said, 200 data sets', async () => {
  const found = [
    ...(await coverageOf([linearFamily(0), linearFamily(1)], { ...quick, samples: 2 })),
    ...(await coverageOf([interactionFamily(0), interactionFamily(1)], { ...quick, samples: 300 })),
  ];
  expect(found.map(({ question }) => question)).toEqual([
    'ATE',
    'CATE',
    'counterfactual',
    'ATE',
    'CATE',
    'counterfactual',
  ]);
  for (const { wilson, relativeWidth } of found) {
    expect(wilson[0]).toBeLessThanOrEqual(0.9);
    expect(wilson[1]).toBeGreaterThanOrEqual(0.9);
    expect(relativeWidth).toBeLessThan(1.6);
  }
}, 240_000);

test('sets over learned graphs hold the effect where the interval under one learned graph does not', async () => {
  const { set, naive, wilson, width, oracleWidth } = await structureCoverage({
    sets: 40,
    rows: 300,
    graphs: 12,
  });
  // 40 sets only: compatible with 0.9 here, at least 0.9 over 200 in the full run
  expect(wilson[1]).toBeGreaterThanOrEqual(0.9);
  expect(naive).toBeLessThan(set - 0.1);
  expect(width).toBeGreaterThan(oracleWidth);
}, 240_000);
