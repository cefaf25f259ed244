import { createTable } from '@cfe/data';
import { counterfactualRows, linearGaussian } from '@cfe/scm';
import { describe, expect, test } from 'vitest';
import {
  bootstrapEnsemble,
  counterfactual,
  counterfactualSkill,
  effect,
  type Fit,
  interventional,
} from './index.ts';

const truth = linearGaussian({
  nodes: ['z', 'x', 'y'],
  weights: [
    [0, 1, -2],
    [0, 0, 1.5],
    [0, 0, 0],
  ],
  intercepts: [1, 0, 3],
});

function tableOf(rows: number, seed: number) {
  const sample = truth.sample(rows, { seed });
  return createTable(truth.variables.map((variable) => ({ variable, values: sample.column(variable.name) })));
}

/** Ordinary least squares on the true graph, written out for this one graph. */
const leastSquares: Fit = async (table) => {
  const [z, x, y] = ['z', 'x', 'y'].map((name) => table.column(name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const mean = (v: Float64Array): number => v.reduce((a, b) => a + b, 0) / v.length;
  const cov = (a: Float64Array, b: Float64Array): number => {
    const [ma, mb] = [mean(a), mean(b)];
    return a.reduce((sum, v, r) => sum + (v - ma) * ((b[r] as number) - mb), 0) / a.length;
  };
  const zx = cov(z, x) / cov(z, z);
  const determinant = cov(z, z) * cov(x, x) - cov(z, x) ** 2;
  const zy = (cov(z, y) * cov(x, x) - cov(x, y) * cov(z, x)) / determinant;
  const xy = (cov(x, y) * cov(z, z) - cov(z, y) * cov(z, x)) / determinant;
  return linearGaussian({
    nodes: ['z', 'x', 'y'],
    weights: [
      [0, zx, zy],
      [0, 0, xy],
      [0, 0, 0],
    ],
    intercepts: [mean(z), mean(x) - zx * mean(z), mean(y) - zy * mean(z) - xy * mean(x)],
  });
};

describe('the three questions, of a model that is the truth', () => {
  test('a counterfactual is the closed form, and what the action cannot reach is kept to the bit', async () => {
    const row = { z: 0.1 + 0.2, x: 2, y: 5 };
    const answer = await counterfactual(truth, row, { do: { x: 4 } });
    expect(answer.y?.value).toBeCloseTo(truth.exact({ factual: row, do: { x: 4 } }).mean.y as number, 9);
    expect(answer.z?.value).toBe(row.z);
    expect(answer.y?.identifiedBy).toBe('functional-form');
    expect(answer.y?.interval).toBeUndefined();
  });

  test('interventional means and effects equal the closed forms within 4 standard errors', async () => {
    const samples = 4000;
    const asked = await interventional(truth, 'y', { do: { x: 4 }, samples, seed: 3 });
    const exact = truth.exact({ do: { x: 4 } });
    expect(Math.abs(asked.value - (exact.mean.y as number))).toBeLessThan(
      (4 * (exact.sd.y as number)) / Math.sqrt(samples),
    );
    const difference = await effect(truth, {
      treatment: { x: 4 },
      control: { x: 2 },
      outcome: 'y',
      samples: 10,
    });
    expect(difference.value).toBeCloseTo(3, 9); // both worlds share their noise: 1.5 · 2
  });

  test('the direct effect holds the mediator', async () => {
    const asked = { treatment: { z: 1 }, control: { z: 0 }, outcome: 'y', samples: 10 };
    expect((await effect(truth, asked)).value).toBeCloseTo(-0.5, 9); // −2 + 1 · 1.5
    expect((await effect(truth, { ...asked, hold: { x: 0 } })).value).toBeCloseTo(-2, 9);
  });
});

describe('intervals', () => {
  test('an answer beyond the data says so', async () => {
    const ensemble = await bootstrapEnsemble(tableOf(100, 1), leastSquares, { replicates: 10 });
    const far = await interventional(ensemble, 'y', { do: { x: 50 }, samples: 10 });
    expect(far.support?.inside).toBe(false);
    expect(far.warnings).toHaveLength(1);
    expect((await interventional(ensemble, 'y', { do: { x: 1 }, samples: 10 })).warnings).toEqual([]);
  });

  test('the same seed gives the same ensemble, and an abort stops it', async () => {
    const table = tableOf(50, 2);
    const ask = async (seed: number) =>
      (
        await effect(await bootstrapEnsemble(table, leastSquares, { replicates: 12, seed }), {
          treatment: { x: 1 },
          control: { x: 0 },
          outcome: 'y',
          samples: 5,
        })
      ).interval;
    expect(await ask(5)).toEqual(await ask(5));
    expect(await ask(5)).not.toEqual(await ask(6));
    await expect(
      bootstrapEnsemble(table, leastSquares, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

test('skill is 1 for the truth, 0 for a copy, negative for a wrong sign, and catches a halved effect', () => {
  const rows = truth.sample(200, { seed: 4 });
  const after = counterfactualRows(truth, rows, { do: { x: 3 } }).column('y');
  const y = rows.column('y');
  const scaled = (by: number): Float64Array => y.map((v, r) => v + by * ((after[r] as number) - v));
  expect(counterfactualSkill(y, after, after)).toBe(1);
  expect(counterfactualSkill(y, after, y)).toBe(0);
  expect(counterfactualSkill(y, after, scaled(0.5))).toBeCloseTo(0.75, 9);
  expect(counterfactualSkill(y, after, scaled(-1))).toBeCloseTo(-3, 9);
  expect(counterfactualSkill(y, y, y)).toBeNull();
});

test('questions that make no sense are refused by name', async () => {
  await expect(counterfactual(truth, { x: 2, v: 1 }, { do: { x: 1 } })).rejects.toThrow('no variable "v"');
  await expect(counterfactual(truth, {}, { do: { x: 1 } })).rejects.toThrow('nothing is known');
  await expect(counterfactual(truth, { z: 1, x: 2, y: 3 }, { do: { w: 1 } })).rejects.toThrow(
    'no variable "w"',
  );
  await expect(effect(truth, { treatment: { y: 1 }, control: { y: 0 }, outcome: 'y' })).rejects.toThrow(
    'both set and asked for',
  );
  await expect(interventional(truth, 'q', { do: {} })).rejects.toThrow('no variable "q"');
  await expect(interventional(truth, 'y', { do: {}, level: 2 })).rejects.toThrow('between 0 and 1');
  const { abduct: _, abduction: __, ...blind } = truth;
  await expect(counterfactual(blind, { z: 1, x: 2, y: 3 }, { do: { x: 1 } })).rejects.toThrow(
    'cannot tell its noise',
  );
});
