/** Ours beside independent programs on the same data; test/golden/peers.py made the figures. */
import { createTable, type Table } from '@cfe/data';
import { toAdjacency } from '@cfe/graph';
import { describe, expect, test } from 'vitest';
import { dagma, directLingam, ges, pc } from '../src/index.ts';
import { chiSquareTail } from '../src/internal/distributions.ts';
import { independenceTest } from '../src/internal/independence.ts';
import { normality } from '../src/internal/normality.ts';
import golden from './golden/peers.json' with { type: 'json' };

describe('DirectLiNGAM has the order and the edges of the lingam package', () => {
  test.each(golden.lingam.map((data, k) => ({ k, ...data })))('data set $k', async (data) => {
    const { dag, details } = await directLingam().learn(tableOf(data.columns), {});
    expect(details.order).toEqual(data.order.map((i) => `x${i}`));
    expect(rowsOf(dag!)).toEqual(data.adjacency);
  });
});

describe('DAGMA finds the weights of the dagma package', () => {
  test.each(golden.dagma.map((data, k) => ({ k, ...data })))('data set $k', async (data) => {
    const { details, dag } = await dagma({ scale: 'raw' }).learn(tableOf(data.columns), {});
    const weights = details.weights as readonly Float64Array[];
    const edges = rowsOf(dag!);
    for (const [i, row] of data.weights.entries()) {
      for (const [j, weight] of row.entries()) {
        expect(edges[i]![j]).toBe(weight === 0 ? 0 : 1);
        // theirs are rounded to 6 places, and both stop where the objective falls by less than 1e-6
        if (weight !== 0) expect(Math.abs(weights[i]![j]! - weight)).toBeLessThan(2e-3);
      }
    }
  });
});

test('PC finds the skeletons of causal-learn’s PC, and mostly its directions: it joins all separating sets, we take the clearest', async () => {
  let same = 0;
  for (const { columns, marks } of golden.pc) {
    const { graph } = await pc({ alpha: 0.01 }).learn(tableOf(columns), {});
    const found = rowsOf(graph);
    expect(joined(found)).toEqual(joined(marks));
    if (JSON.stringify(found) === JSON.stringify(marks)) same++;
  }
  expect(same).toBeGreaterThanOrEqual(3);
});

describe('GES finds the class of causal-learn’s GES', () => {
  test.each(golden.ges.map((data, k) => ({ k, ...data })))('data set $k', async (data) => {
    const { graph } = await ges({ penalty: 2 }).learn(tableOf(data.columns), {});
    expect(rowsOf(graph)).toEqual(data.marks);
  });
});

test('G² has the p-values of causal-learn', async () => {
  const { columns, tests } = golden.gsq;
  const table = createTable(
    columns.map((values, j) => ({
      variable: {
        name: `x${j}`,
        kind: 'categorical',
        levels: Array.from({ length: Math.max(...values) + 1 }, (_, k) => `${k}`),
      },
      values: Float64Array.from(values),
    })),
  );
  const { test: ask } = await independenceTest(table, table.names, () => undefined);
  for (const { x, y, given, pValue } of tests) {
    expect(Math.abs(ask(x, y, given).pValue - pValue)).toBeLessThan(1e-9);
  }
});

test('tails of χ² and the test of normality are SciPy’s', () => {
  for (const { x, df, tail } of golden.chi2) {
    expect(Math.abs(chiSquareTail(x, df) / tail - 1)).toBeLessThan(1e-10);
  }
  for (const { values, pValue } of golden.normality) {
    expect(Math.abs(normality(Float64Array.from(values)) / pValue - 1)).toBeLessThan(1e-6);
  }
});

function tableOf(columns: readonly (readonly number[])[]): Table {
  return createTable(
    columns.map((values, j) => ({
      variable: { name: `x${j}`, kind: 'continuous' },
      values: Float64Array.from(values),
    })),
  );
}

function rowsOf(graph: Parameters<typeof toAdjacency>[0]): number[][] {
  return Array.from(toAdjacency(graph), (row) => Array.from(row));
}

function joined(rows: readonly (readonly number[])[]): boolean[][] {
  return rows.map((row, i) => row.map((mark, j) => mark !== 0 || rows[j]![i] !== 0));
}
