import { columnsFrom } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { checkModel } from './conformance.ts';
import { counterfactualRows, linearGaussian } from './index.ts';

// Worked example: x0 = 1 + u0, x1 = 2 x0 + u1, x2 = 3 x1 − x0 + u2, variances (1, 1, 2); done by hand.
const worked = linearGaussian({
  nodes: ['x0', 'x1', 'x2'],
  weights: [
    [0, 2, -1],
    [0, 0, 3],
    [0, 0, 0],
  ],
  intercepts: [1, 0, 0],
  noiseVariances: [1, 1, 2],
});

function expectMean(mean: Readonly<Record<string, number>>, expected: readonly number[]): void {
  for (const [j, value] of expected.entries()) expect(mean[`x${j}`]).toBeCloseTo(value, 9);
}

describe('linearGaussian', () => {
  test('passes the conformance suite', async () => {
    for (const result of await checkModel(worked))
      expect.soft(result, result.law).toMatchObject({ passed: true });
  });

  test('observational moments', () => {
    const { mean, covariance } = worked.exact({});
    expectMean(mean, [1, 2, 5]);
    const expected = [
      [1, 2, 5],
      [2, 5, 13],
      [5, 13, 36],
    ];
    for (const [i, row] of expected.entries())
      for (const [j, v] of row.entries()) expect(covariance?.[i]?.[j]).toBeCloseTo(v, 9);
  });

  test('do(x1 = 5) cuts x0 → x1 and keeps x0 → x2', () => {
    const { mean, covariance } = worked.exact({ do: { x1: 5 } });
    expectMean(mean, [1, 5, 14]);
    expect(covariance?.[2]?.[2]).toBeCloseTo(3, 9);
    expect(covariance?.[0]?.[2]).toBeCloseTo(-1, 9);
  });

  test('a counterfactual under full evidence is a point, exact and by rows', () => {
    const answer = worked.exact({ factual: { x0: 2, x1: 3, x2: 10 }, do: { x1: 5 } });
    expectMean(answer.mean, [2, 5, 16]);
    expect(answer.sd.x2).toBeCloseTo(0, 6);
    const rows = counterfactualRows(worked, columnsFrom({ x0: [2], x1: [3], x2: [10] }), { do: { x1: 5 } });
    expect(rows.column('x2')[0]).toBeCloseTo(16, 9);
  });

  test('a counterfactual under partial evidence', () => {
    const { mean, covariance } = worked.exact({ factual: { x2: 10 }, do: { x1: 5 } });
    expectMean(mean, [61 / 36, 5, 163 / 12]);
    expect(covariance?.[0]?.[0]).toBeCloseTo(11 / 36, 9);
    expect(covariance?.[2]?.[2]).toBeCloseTo(11 / 4, 9);
    expect(covariance?.[0]?.[2]).toBeCloseTo(-7 / 12, 9);
  });
});
