import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfeError } from '@cfe/base';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { dropMissing, parseCsv, parseCsvStream, standardise } from './index.ts';
import { readCsv } from './node.ts';

const column = (text: string, name: string): number[] => [...parseCsv(text).table.column(name)];

describe('parseCsv', () => {
  test.each([
    ['CRLF line ends', 'x,y\r\n1,2\r\n3,4\r\n'],
    ['a byte order mark', '\uFEFFx,y\n1,2\n3,4\n'],
    ['semicolons', 'x;y\n1;2\n3;4\n'],
    ['tabs', 'x\ty\n1\t2\n3\t4\n'],
    ['quotes and blanks', '"x", y\n"1", 2\n 3 ,"4"\n'],
    ['no line end at the end', 'x,y\n1,2\n3,4'],
    ['empty lines', 'x,y\n\n1,2\n\n3,4\n\n'],
  ])('reads the same table from %s', (_, text) => {
    expect(column(text, 'x')).toEqual([1, 3]);
    expect(column(text, 'y')).toEqual([2, 4]);
  });

  test('a decimal comma is one where the delimiter is a semicolon', () => {
    expect(column('x;y\n1,5;2\n-0,25;3e2\n', 'x')).toEqual([1.5, -0.25]);
  });

  test('numbers come back to the bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          expect(
            column(`x\n${values.map((v) => (Object.is(v, -0) ? '-0' : String(v))).join('\n')}\n`, 'x'),
          ).toEqual(values);
        },
      ),
    );
  });

  test('every kind of column is named with its reason', () => {
    const ids = Array.from({ length: 30 }, (_, i) => `car ${i},${i % 2 ? 'a' : 'b'},${i},,7`).join('\n');
    const { columns, table } = parseCsv(`name,origin,x,nothing,same\n${ids}\n`);
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['name', 'ignored'],
      ['origin', 'categorical'],
      ['x', 'continuous'],
      ['nothing', 'ignored'],
      ['same', 'continuous'],
    ]);
    expect(columns[0]?.reason).toBe('left out: text with 30 distinct values, such as "car 0" in line 2.');
    expect(columns[4]?.reason).toBe('numbers, all the same.');
    expect(table.names).toEqual(['origin', 'x', 'same']);
  });

  test('an operator in a name is part of the name', () => {
    expect(parseCsv('x->y,<b>\n1,2\n').table.names).toEqual(['x->y', '<b>']);
  });

  test.each([
    ['nothing', '', 'it is empty'],
    ['only a header', 'x,y\n', 'no rows'],
    ['a short row', 'x,y\n1,2\n3\n', 'line 3 has 1 cells'],
    ['a long row', 'x,y\n1,2,3\n', 'line 2 has 3 cells'],
    ['a repeated name', 'x,x\n1,2\n', 'line 1: columns 1 and 2 are both named "x"'],
    ['an empty name', 'x,\n1,2\n', 'column 2 has no name'],
    ['an open quote', 'x,y\n"1,2\n3,4\n', 'quote'],
    ['zero bytes', 'x\0y\n', 'not text'],
  ])('refuses %s in one line', (_, text, message) => {
    expect(() => parseCsv(text)).toThrow(message);
    expect(() => parseCsv(text)).not.toThrow('\n');
  });

  test('a text among numbers is named by row and column when numbers are asked for', () => {
    expect(() => parseCsv('x\n1\noops\n', { types: { x: 'continuous' } })).toThrow(
      'line 3, column 1 ("x"): "oops" is not a number',
    );
    expect(() => parseCsv('x\n1\n', { types: { z: 'continuous' } })).toThrow('there is no column "z"');
  });

  test(
    'any text gives a table or one of our errors',
    () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
          try {
            expect(parseCsv(text).table.names.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(CfeError);
          }
        }),
        { numRuns: process.env.CFE_FULL ? 100_000 : 2000 },
      );
    },
    process.env.CFE_FULL ? 3_600_000 : 60_000,
  );

  test(
    'any bytes do, in any encoding that is asked for',
    () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 120 }),
          fc.constantFrom(undefined, 'utf-8', 'utf-16le', 'windows-1252', 'shift_jis'),
          (bytes, encoding) => {
            try {
              expect(parseCsv(bytes, { encoding }).rows).toBeGreaterThan(0);
            } catch (error) {
              expect(error).toBeInstanceOf(CfeError);
            }
          },
        ),
        { numRuns: process.env.CFE_FULL ? 100_000 : 2000 },
      );
    },
    process.env.CFE_FULL ? 3_600_000 : 60_000,
  );
});

describe('readCsv', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cfe csv '));
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  test('reads a file', async () => {
    expect((await readCsv(await file('a.csv', 'x\n1\n'))).table.rows).toBe(1);
  });

  test('a wrong path, a folder, binary and other encodings are named', async () => {
    await expect(readCsv(join(folder, 'none.csv'))).rejects.toThrow('there is no such file');
    await expect(readCsv(folder)).rejects.toThrow('it is a folder');
    await expect(readCsv(await file('b.csv', Uint8Array.of(1, 0, 2)))).rejects.toThrow('not text');
    const latin = await file('d.csv', Uint8Array.of(120, 10, 0xe9, 10));
    await expect(readCsv(latin)).rejects.toThrow('line 2 is not UTF-8');
    await expect(readCsv(await file('e.xlsx', Uint8Array.of(0x50, 0x4b, 3, 4, 9)))).rejects.toThrow(
      'workbook',
    );
    await expect(readCsv(latin, { encoding: 'latim1' })).rejects.toThrow('there is no encoding');
    expect((await readCsv(latin, { encoding: 'windows-1252' })).row(0)).toEqual({ x: 'é' });
  });

  test('UTF-16 with its mark is read', async () => {
    const text = '\uFEFFx;y\n1;é\n';
    const little = Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
    const big = Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255]));
    expect((await readCsv(await file('le.csv', little))).row(0)).toEqual({ x: 1, y: 'é' });
    expect((await readCsv(await file('be.csv', big))).row(0)).toEqual({ x: 1, y: 'é' });
  });
});

describe('pieces', () => {
  const texts = fc.array(
    fc.constantFrom('a', '1', '"', '""', ',', ';', '\n', '\r\n', '\r', 'é', ' ', '\uFEFF', '😀'),
    {
      maxLength: 60,
    },
  );
  const outcome = async (read: () => unknown): Promise<unknown> => {
    try {
      const table = (await read()) as ReturnType<typeof parseCsv>;
      return { columns: table.columns, rows: Array.from({ length: table.rows }, (_, r) => table.row(r)) };
    } catch (error) {
      expect(error).toBeInstanceOf(CfeError);
      return (error as Error).message;
    }
  };

  test('however a file is cut, the table or the error is the same', () =>
    fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (pieces, size) => {
        const text = `x,y\n1,2\n${'3,"4"\n'.repeat(900)}${pieces.join('')}`;
        const bytes = new TextEncoder().encode(text);
        const cut = function* (): Generator<Uint8Array> {
          yield bytes.subarray(0, 5000);
          for (let at = 5000; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        };
        expect(await outcome(() => parseCsvStream(cut()))).toEqual(await outcome(() => parseCsv(text)));
      }),
      { numRuns: 300 },
    ));

  test('a cell of a million characters, with line ends in it, is read and lines are still counted', async () => {
    const long = 'line\nline\r\n""quoted"" '.repeat(50_000);
    const text = `x,y\n1,"${long}"\n2,b\noops\n`;
    await expect(parseCsvStream([text])).rejects.toThrow('line 100004 has 1 cells');
    const { columns } = parseCsv(`${text.slice(0, -5)}3,b\n`);
    expect(columns[1]).toMatchObject({ kind: 'ignored', missing: 0 });
  });

  test('an abort rejects with its reason', async () => {
    const signal = AbortSignal.abort('enough');
    await expect(parseCsvStream(['x\n1\n'], { signal })).rejects.toBe('enough');
  });
});

test('dropMissing says what it dropped, and refuses to leave nothing', () => {
  const { table } = parseCsv('x,y\n1,2\n,3\n4,NA\n5,6\n');
  const complete = dropMissing(table);
  expect([...complete.table.column('x')]).toEqual([1, 5]);
  expect(complete.dropped).toEqual([1, 2]);
  expect(complete.message).toBe('Dropped 2 of 4 rows: missing values in x (1), y (1).');
  expect(() => dropMissing(parseCsv('x,y\n1,\n,2\n').table)).toThrow('no row is complete');
});

test('standardise leaves a constant at exactly 0, whatever it rounds to', () => {
  const { table, scales } = standardise(parseCsv('x\n0.1\n0.1\n0.1\n'));
  expect([...table.column('x')]).toEqual([0, 0, 0]);
  expect(scales.x).toEqual({ centre: 0.1, scale: 1 });
});

test('standardise and restore return the column', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2 }), (values) => {
      const { table, restore } = standardise(parseCsv(`x\n${values.join('\n')}\n`).table);
      const z = table.column('x');
      for (const [r, v] of restore('x', z).entries()) expect(v).toBeCloseTo(values[r] as number, 9);
      const mean = z.reduce((a, b) => a + b, 0) / z.length;
      expect(mean).toBeCloseTo(0, 9);
    }),
  );
});
