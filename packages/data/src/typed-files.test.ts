import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfeError } from '@cfe/base';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArrow } from './arrow.ts';
import type { ReadTable, TypedOptions } from './index.ts';
import { readTable } from './node.ts';
import { parseParquet } from './parquet.ts';

interface Golden {
  readonly rows: readonly Readonly<Record<string, number | string | boolean | null>>[];
  readonly cases: readonly {
    readonly name: string;
    readonly format: 'parquet' | 'arrow';
    readonly base64: string;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../test/golden/typed-files.json', import.meta.url), 'utf8'),
) as Golden;
const cases = golden.cases.map(
  ({ name, format, base64 }) => [name, format, Uint8Array.from(Buffer.from(base64, 'base64'))] as const,
);
const read = async (
  format: 'parquet' | 'arrow',
  bytes: Uint8Array,
  options: TypedOptions = {},
): Promise<ReadTable> => (format === 'parquet' ? parseParquet(bytes, options) : parseArrow(bytes, options));

describe('files that pyarrow wrote', () => {
  test.each(cases)('%s', async (_, format, bytes) => {
    const table = await read(format, bytes);
    expect(table.rows).toBe(golden.rows.length);
    for (const [r, row] of golden.rows.entries()) {
      const expected = Object.entries(row).filter(([, value]) => value !== null);
      const texts = expected.map(([name, value]) => [
        name,
        typeof value === 'boolean' ? String(value) : value,
      ]);
      expect(table.row(r)).toEqual(Object.fromEntries(texts));
    }
    expect(table.columns.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'x: continuous',
      'f: continuous',
      'i: continuous',
      'b: categorical',
      'k: categorical',
      'd: categorical',
      'id: ignored',
      'when: ignored',
      'nest: ignored',
    ]);
    const asked = await read(format, bytes, {
      types: { i: 'categorical', when: 'continuous', id: 'categorical' },
      units: { x: 'm' },
    });
    expect(asked.variable('i').kind).toBe('categorical');
    expect(asked.column('when')[1]).toBe(Date.UTC(2020, 0, 2));
    expect(asked.unit('x')).toBe('m');
    await expect(read(format, bytes, { types: { k: 'continuous' } })).rejects.toThrow(
      'row 0 of "k" is "red", not a number',
    );
    await expect(read(format, bytes, { types: { z: 'ignore' } })).rejects.toThrow('no column "z"');
  });

  test('readTable tells formats apart by their bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cfe typed '));
    for (const [name, , bytes] of cases) {
      const path = join(folder, `${name}.data`);
      await writeFile(path, bytes);
      expect((await readTable(path)).row(4)).toMatchObject({ i: 16, d: 'lo' });
    }
    const csv = join(folder, 'a.csv');
    await writeFile(csv, 'i,d\n16,lo\n');
    expect((await readTable(csv)).row(0)).toEqual({ i: 16, d: 'lo' });
    await expect(readTable(join(folder, 'none'))).rejects.toThrow('there is no such file');
    await expect(readTable(folder)).rejects.toThrow('it is a folder');
    await rm(folder, { recursive: true });
  });
});

test('infinite values and whole numbers beyond 2⁵³ are refused by row', () => {
  const bytes = (values: ArrayLike<number> | readonly bigint[]): Uint8Array =>
    tableToIPC(tableFromArrays({ v: values as number[] }), {}) as Uint8Array;
  expect(() => parseArrow(bytes(Float64Array.of(1, Number.POSITIVE_INFINITY)))).toThrow(
    'row 1 of "v" is Infinity',
  );
  expect(() => parseArrow(bytes([1n, 2n ** 60n]))).toThrow('row 1 of "v" is 1152921504606846976');
});

describe('bytes that are no such file', () => {
  const outcome = async (format: 'parquet' | 'arrow', bytes: Uint8Array): Promise<void> => {
    try {
      expect((await read(format, bytes)).rows).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(CfeError);
    }
  };
  const many = process.env.CFE_FULL ? 100_000 : 1000;
  const limit = process.env.CFE_FULL ? 3_600_000 : 60_000;

  test.each(['parquet', 'arrow'] as const)(
    'any bytes, also between the marks of %s, are refused',
    async (format) => {
      const marks = [...(format === 'parquet' ? 'PAR1' : 'ARROW1')].map((letter) => letter.charCodeAt(0));
      const bytes = fc.uint8Array({ maxLength: 80 });
      await fc.assert(
        fc.asyncProperty(bytes, fc.boolean(), (middle, marked) =>
          outcome(format, Uint8Array.from(marked ? [...marks, ...middle, ...marks] : middle)),
        ),
        { numRuns: many },
      );
    },
    limit,
  );

  test.each(['parquet', 'arrow'] as const)(
    'a %s file that is cut off is refused, or read whole',
    async (format) => {
      const good = cases.filter(([, of]) => of === format);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...good), fc.nat(), async ([, , bytes], end) => {
          await outcome(format, bytes.subarray(0, end % bytes.length));
        }),
        { numRuns: many },
      );
    },
    limit,
  );

  test(
    'Arrow data with altered bytes are refused or read, never for ever',
    async () => {
      const good = cases.filter(([, of]) => of === 'arrow');
      const change = fc.tuple(fc.nat(), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...good),
          fc.array(change, { minLength: 1, maxLength: 4 }),
          async ([, , bytes], changes) => {
            const altered = Uint8Array.from(bytes);
            for (const [at, value] of changes) altered[at % altered.length] = value;
            await outcome('arrow', altered);
          },
        ),
        { numRuns: process.env.CFE_FULL ? 100_000 : 500 },
      );
    },
    limit,
  );
});
