import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfeError } from '@cfe/base';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
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
  const limit = process.env.CFE_FULL ? 3_600_000 : 300_000;

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

  test.each(['parquet', 'arrow'] as const)(
    '%s data with altered bytes are refused or read, never for ever',
    async (format) => {
      // the library takes 0.1 s and 16 MB for each page of Brotli, whatever is in it
      const good = cases.filter(([name, of]) => of === format && !name.includes('brotli'));
      const change = fc.tuple(fc.nat(), fc.nat(255));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...good),
          fc.array(change, { minLength: 1, maxLength: 4 }),
          async ([, , bytes], changes) => {
            const altered = Uint8Array.from(bytes);
            for (const [at, value] of changes) altered[at % altered.length] = value;
            await outcome(format, altered);
          },
        ),
        { numRuns: process.env.CFE_FULL ? 100_000 : 300 },
      );
    },
    limit,
  );

  test(
    'a huge number anywhere in a Parquet file is refused before memory is taken for it',
    async () => {
      const huge = [
        [0xfe, 0xff, 0xff, 0xff, 0x0f], // a run of 2³¹ equal values
        [0xff, 0xff, 0xff, 0xff, 0x0f], // of packed ones
        [0xff, 0xff, 0xff, 0x7f], // a length in four bytes
        [0x80, 0x80, 0x80, 0x40], // 2²⁷ as a varint, signed or not
      ];
      const peak = process.resourceUsage().maxRSS; // kB
      for (const [name, , bytes] of cases) {
        if (!['parquet none', 'parquet pages v2', 'parquet encodings'].includes(name)) continue;
        for (let at = 4; at < bytes.length - 8; at += process.env.CFE_FULL ? 1 : 149) {
          const altered = Uint8Array.from(bytes);
          altered.set(huge[at % huge.length] as number[], at);
          await outcome('parquet', altered);
        }
      }
      expect(process.resourceUsage().maxRSS - peak).toBeLessThan(2 ** 19);
    },
    limit,
  );

  const plain = cases.find(([name]) => name === 'parquet none')?.[2] as Uint8Array;
  const messageOf = (bytes: Uint8Array): Promise<string> =>
    read('parquet', bytes).then(
      () => 'read',
      (error: unknown) => (error instanceof CfeError ? error.message : `untyped: ${error}`),
    );

  test('a page that counts, repeats or refers beyond what there is is named as damage', async () => {
    const { row_groups } = parquetMetadata(plain);
    const found = new Set<string>();
    for (const { meta_data } of row_groups[0]?.columns ?? []) {
      if (meta_data?.path_in_schema.length !== 1) continue;
      const reader = { view: new DataView(plain.slice().buffer), offset: Number(meta_data.data_page_offset) };
      const header = parquetHeader(reader);
      const body = reader.offset; // four bytes of length, then whether values are there, then the values
      const levels = reader.view.getUint32(body, true);
      const changed = async (at: number, bytes: readonly number[]): Promise<string> => {
        const altered = Uint8Array.from(plain);
        altered.set(bytes, at);
        return messageOf(altered);
      };
      expect(header.data_page_header?.num_values).toBe(16);
      expect(await changed(body, [0xff, 0xff, 0xff, 0x7f])).toContain('lie outside of their page');
      if (header.compressed_page_size > 20)
        expect(await changed(body, [6, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 1])).toContain(
          'a run of 2147483647 values where 16 are left',
        );
      for (let at = body + 4 + levels; at < body + header.compressed_page_size; at++)
        found.add((await changed(at, [0xff])).replace(/^.*damaged: /, ''));
    }
    expect([...found].join('\n')).toMatch(/value 3 where only 3 are known/); // "red", "green", "blue"
    expect([...found].join('\n')).not.toContain('untyped');
  });

  test('a cancelled read is cancelled, not a broken file', async () => {
    const [, , bytes] = cases.find(([name]) => name === 'parquet snappy') as (typeof cases)[number];
    const folder = await mkdtemp(join(tmpdir(), 'cfe typed '));
    const path = join(folder, 'a.parquet');
    await writeFile(path, bytes);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readTable(path, { signal })).rejects.toThrow(/^enough$/);
    await rm(folder, { recursive: true });
  });
});
