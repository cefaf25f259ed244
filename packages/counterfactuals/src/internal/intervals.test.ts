import { expect, test } from 'vitest';
import { percentileInterval, tailShare } from './intervals.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, k) => n - k);

test('ends are the order statistics at p(B + 1): 99 draws leave out 5% on each side beyond the 5th and the 95th', () => {
  expect(percentileInterval(upTo(99), 0.9)).toEqual([expect.closeTo(5, 9), expect.closeTo(95, 9)]);
  const [low, high] = percentileInterval(upTo(99), 0.95) as [number, number];
  expect([low, high]).toEqual([expect.closeTo(2.5, 9), expect.closeTo(97.5, 9)]);
  expect(percentileInterval(upTo(9), 0.9)).toBeUndefined();
});

test("few degrees of freedom widen it by Student's quantile: t₀.₉₅ of 10 is 1.812461, and Φ(−1.812461) = 0.034957", () => {
  expect(tailShare(0.9, { rows: 12, degreesOfFreedom: 10 })).toBeCloseTo(0.034957, 6);
  const [low, high] = percentileInterval(upTo(99), 0.9, { rows: 12, degreesOfFreedom: 10 }) as [
    number,
    number,
  ];
  expect(low).toBeCloseTo(3.4957, 4);
  expect(high).toBeCloseTo(96.5043, 4);
});

test("where the draws do not reach that far, it is Student's around their mean: t₀.₉₅ of 9 is 1.833113", () => {
  const [low, high] = percentileInterval(upTo(10), 0.9) as [number, number];
  // 1 … 10 have mean 5.5 and variance 55 / 6
  const half = 1.833113 * Math.sqrt((55 / 6) * 1.1);
  expect(low).toBeCloseTo(5.5 - half, 5);
  expect(high).toBeCloseTo(5.5 + half, 5);
});
