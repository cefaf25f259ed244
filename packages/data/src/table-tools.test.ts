import { createRng } from '@cfe/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batches,
  createTable,
  describeTable,
  impute,
  parseCsv,
  regimesFrom,
  resampleRows,
  splitTable,
  type Table,
  toCsv,
} from './index.ts';

const label = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 8 })
  .filter((s) => s.trim() !== '' && !s.includes('\0'));

describe('toCsv', () => {
  test('what is written is read again: numbers to the bit, levels to the letter', () => {
    const rows = fc.array(fc.tuple(fc.double({ noDefaultInfinity: true }), label, label), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.uniqueArray(label, { minLength: 2, maxLength: 2, selector: (s) => s.trim() }),
        (cells, delimiter, names) => {
          const [a, b] = names as [string, string];
          const levels = [...new Set(cells.map(([, s]) => s.trim()))].filter(
            (s) => !/^(na|n\/a|nan|null|none|\?)$/i.test(s),
          );
          fc.pre(levels.length > 0 && !a.startsWith('\uFEFF'));
          const table = createTable([
            {
              variable: { name: a.trim(), kind: 'continuous' },
              values: Float64Array.from(cells, ([x]) => x),
            },
            {
              variable: { name: b.trim(), kind: 'categorical', levels },
              values: Float64Array.from(cells, ([, s]) => levels.indexOf(s.trim())).map((k) =>
                k < 0 ? Number.NaN : k,
              ),
            },
          ]);
          const types = { [a.trim()]: 'continuous', [b.trim()]: 'categorical' } as const;
          const read = parseCsv(toCsv(table, { delimiter }), {
            delimiter,
            decimalComma: false,
            types: cells.every(([x]) => Number.isNaN(x)) ? {} : types,
          });
          for (let r = 0; r < table.rows; r++) {
            const { [a.trim()]: x, ...rest } = table.row(r);
            const { [a.trim()]: again, ...others } = read.row(r);
            expect(Object.is(x, again) || x === undefined).toBe(true);
            expect(others).toEqual(rest);
          }
        },
      ),
    );
  });

  test('regimes are written as a column', () => {
    const table = regimesFrom(parseCsv('x,e\n1,a\n2,b\n'), { column: 'e', targets: { a: [], b: ['x'] } });
    expect(toCsv(table, { regimeColumn: 'e' })).toBe('x,e\n1,a\n2,b\n');
  });
});

const table: Table = parseCsv(
  `x,k\n${Array.from({ length: 57 }, (_, r) => `${r},${'abc'[r % 3]}`).join('\n')}\n`,
);

describe('splitTable', () => {
  const parts = { train: 0.7, valid: 0.1, test: 0.2 };

  test('every row is in exactly one part, and the seed decides which', () => {
    const split = splitTable(table, { parts, seed: 3 });
    const rows = Object.values(split).flatMap((part) => [...part.column('x')]);
    expect(rows.sort((a, b) => a - b)).toEqual([...table.column('x')]);
    expect([...splitTable(table, { parts, seed: 3 }).test.column('x')]).toEqual([...split.test.column('x')]);
    expect([...splitTable(table, { parts, seed: 4 }).test.column('x')]).not.toEqual([
      ...split.test.column('x'),
    ]);
  });

  test('each regime is split in the same shares', () => {
    const regimes = regimesFrom(table, { column: 'k', targets: { a: [], b: ['x'], c: 'unknown' } });
    const { test: held } = splitTable(regimes, { parts: { train: 0.8, test: 0.2 }, seed: 1 });
    const counts = [0, 1, 2].map((k) => held.regimes?.of.filter((of) => of === k).length);
    expect(counts).toEqual([4, 4, 4]);
  });

  test('refuses shares that are no shares', () => {
    expect(() => splitTable(table, { parts: { a: 0.5, b: 0.4 } })).toThrow('sum to 1');
    expect(() => splitTable(table, { parts: { a: 1.5, b: -0.5 } })).toThrow('positive');
  });
});

describe('batches', () => {
  const all = (of: Iterable<Table>): number[] => [...of].flatMap((batch) => [...batch.column('x')]);

  test('each pass has each row once, in an order of its own; both loops give the same', async () => {
    const shuffled = batches(table, { size: 10, passes: 2, seed: 5 });
    expect(shuffled.count).toBe(12);
    const rows = all(shuffled);
    const sorted = (part: number[]): number[] => [...part].sort((a, b) => a - b);
    expect(sorted(rows.slice(0, 57))).toEqual([...table.column('x')]);
    expect(sorted(rows.slice(57))).toEqual([...table.column('x')]);
    expect(rows.slice(0, 57)).not.toEqual(rows.slice(57));
    const awaited: number[] = [];
    for await (const batch of shuffled) awaited.push(...batch.column('x'));
    expect(awaited).toEqual(rows);
  });

  test('as they are, and without a smaller last one', () => {
    expect(all(batches(table, { size: 10, order: 'as-is', last: 'drop' }))).toEqual(
      Array.from({ length: 50 }, (_, r) => r),
    );
    expect(() => batches(table, { size: 0 })).toThrow("'size' must be");
  });

  test('an abort stops the asynchronous loop', async () => {
    const stop = new AbortController();
    const loop = async (): Promise<void> => {
      for await (const batch of batches(table, { size: 10, signal: stop.signal }))
        if (batch.rows > 0) stop.abort('done');
    };
    await expect(loop()).rejects.toBe('done');
  });
});

describe('impute', () => {
  const gaps = parseCsv('x,k\n1,a\n,a\n2,b\n9,\n');

  test('fills and reports, by method', () => {
    expect(impute(gaps).table.row(1)).toEqual({ x: 2, k: 'a' });
    expect(impute(gaps, { method: 'mean' }).filled.x).toEqual({ method: 'mean', value: 4, rows: 1 });
    const { table: filled, message } = impute(gaps, { columns: { x: 'mode' } });
    expect(filled.row(3)).toEqual({ x: 9, k: 'a' });
    expect(message).toBe('Filled 2 values: "x" with its mode 1 (1 row), "k" with its mode "a" (1 row).');
    expect(impute(table).message).toBe('No values are missing.');
  });

  test('refuses the mean of categories, an empty column and an unknown one', () => {
    expect(() => impute(gaps, { columns: { k: 'mean' } })).toThrow('"k" is categories');
    expect(() => impute(gaps, { columns: { z: 'mean' } })).toThrow('no column "z"');
    const empty = createTable([
      { variable: { name: 'e', kind: 'continuous' }, values: Float64Array.of(Number.NaN) },
    ]);
    expect(() => impute(empty)).toThrow('"e" has no values');
  });
});

test('quartiles follow R type 7', () => {
  // R 4: quantile(c(3,1,4,1,5,9,2,6)) gives 1.00 1.75 3.50 5.25 9.00
  const [x] = describeTable(parseCsv('x\n3\n1\n4\n1\n5\n9\n2\n6\n'));
  expect(x).toMatchObject({ min: 1, quartiles: [1.75, 3.5, 5.25], max: 9 });
  const rng = createRng(1);
  expect(table.row(rng.integer(57))).toHaveProperty('k');
  expect(() => table.row(57)).toThrow('no row 57');
});

describe('resampleRows', () => {
  const n = 4000;
  const column = {
    variable: { name: 'x', kind: 'continuous' },
    values: Float64Array.from({ length: n }, (_, r) => r),
  } as const;
  const of = Int32Array.from({ length: n }, (_, r) => (r % 4 === 0 ? 1 : 0));
  const two = createTable([column], {
    regimes: {
      list: [
        { name: 'a', targets: [] },
        { name: 'b', targets: [] },
      ],
      of,
    },
  });

  test.each([
    [1, 1],
    [1 - Math.SQRT1_2, 0.5],
    [0, 0],
  ])('replacing %d of the rows, how often a row is there has variance %d', (replaced, variance) => {
    const counts = new Float64Array(n);
    const drawn = resampleRows(two, createRng(3), replaced);
    for (const r of drawn) counts[r]!++;
    expect(drawn).toHaveLength(n);
    expect(drawn.filter((r) => of[r] === 1)).toHaveLength(n / 4);
    const spread = counts.reduce((sum, c) => sum + (c - 1) ** 2, 0) / n;
    // a mean of n squares whose own variance is below 3
    expect(Math.abs(spread - variance)).toBeLessThanOrEqual(4 * Math.sqrt((3 * variance) / n));
  });
});
