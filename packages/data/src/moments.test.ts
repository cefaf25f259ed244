import { createRng } from '@cfe/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  contingency,
  covariances,
  createTable,
  mergeContingency,
  mergeMoments,
  moments,
  parseCsv,
  sliceRows,
  type Table,
} from './index.ts';

function tableOf(seed: number, rows: number, d: number, gaps: number, offset = 0): Table {
  const rng = createRng(seed);
  return createTable(
    Array.from({ length: d }, (_, j) => ({
      variable: { name: `x${j}`, kind: 'continuous' as const },
      values: Float64Array.from({ length: rows }, () =>
        rng.uniform() < gaps ? Number.NaN : offset + rng.normal() * (j + 1),
      ),
    })),
  );
}

/** Two passes over the rows where both are present, as the textbook has it. */
function textbook(a: Float64Array, b: Float64Array): number {
  const rows = [...a.keys()].filter((r) => !Number.isNaN(a[r]) && !Number.isNaN(b[r]));
  const mean = (x: Float64Array): number => rows.reduce((sum, r) => sum + (x[r] as number), 0) / rows.length;
  const [ma, mb] = [mean(a), mean(b)];
  return (
    rows.reduce((sum, r) => sum + ((a[r] as number) - ma) * ((b[r] as number) - mb), 0) / (rows.length - 1)
  );
}

test.each([
  ['complete', 0, 0],
  ['with gaps, pairwise', 0.3, 0],
  ['far from zero', 0.1, 1e6],
])('covariances equal the textbook formula: %s', (_, gaps, offset) => {
  const table = tableOf(3, 1000, 4, gaps, offset);
  const { covariance } = covariances(moments(table, { missing: 'pairwise' }), { denominator: 'n-1' });
  for (const [i, a] of table.names.entries())
    for (const [j, b] of table.names.entries())
      expect(covariance[i]?.[j]).toBeCloseTo(textbook(table.column(a), table.column(b)), 8);
});

test('moments of parts, merged in any order, are those of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(700), { maxLength: 5 }), fc.constantFrom(0, 0.2), (cuts, gaps) => {
      const table = tableOf(5, 700, 3, gaps, 100);
      const ends = [0, ...cuts.sort((a, b) => a - b), 700];
      const parts = ends
        .slice(1)
        .map((to, k) => moments(sliceRows(table, ends[k] as number, to), { missing: 'pairwise' }));
      const merged = covariances(parts.reverse().reduce(mergeMoments));
      const whole = covariances(moments(table, { missing: 'pairwise' }));
      for (let i = 0; i < 3; i++) {
        expect(merged.means[i]).toBeCloseTo(whole.means[i] as number, 9);
        for (let j = 0; j < 3; j++) {
          expect(merged.covariance[i]?.[j]).toBeCloseTo(whole.covariance[i]?.[j] as number, 9);
          expect(merged.rows[i]?.[j]).toBe(whole.rows[i]?.[j]);
        }
      }
    }),
  );
});

test('missing values are refused until something is chosen', () => {
  const table = parseCsv('x,y\n1,2\n,3\n4,5\n');
  expect(() => moments(table)).toThrow('row 1 of "x" is missing');
  expect([...covariances(moments(table, { missing: 'drop' })).means]).toEqual([2.5, 3.5]);
  expect(covariances(moments(table, { missing: 'pairwise' })).means[1]).toBeCloseTo(10 / 3, 12);
  expect(() => mergeMoments(moments(table, { names: ['y'] }), moments(table, { names: [] }))).toThrow(
    'different columns',
  );
});

test('counts of parts, merged, are those of the whole, also where levels differ', () => {
  const whole = parseCsv('a,b\nu,1\nv,2\nu,2\nw,1\nu,\n', { types: { b: 'categorical' } });
  const parts = ['a,b\nv,2\nu,1\n', 'a,b\nu,2\nw,1\nu,\n'].map((text) =>
    contingency(parseCsv(text, { types: { b: 'categorical' } }), ['a', 'b']),
  );
  const merged = mergeContingency(parts[0]!, parts[1]!);
  expect(merged).toEqual(contingency(whole, ['a', 'b']));
  expect(merged.incomplete).toBe(1);
  expect(() => contingency(parseCsv('x\n1\n'), ['x'])).toThrow('"x" is numbers');
});
