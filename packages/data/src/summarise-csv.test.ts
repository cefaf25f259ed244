import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfeError, createRng } from '@cfe/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CsvStatistics,
  type CsvStatisticsOptions,
  contingency,
  covariances,
  moments,
  parseCsv,
  summariseCsvStream,
  toCsv,
} from './index.ts';
import { summariseCsv } from './node.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The statistics of a text as bytes in pieces, after a sample of any size. */
function summarise(text: string, options: CsvStatisticsOptions = {}, size = 1 << 20): Promise<CsvStatistics> {
  return summariseCsvStream(cut(bytesOf(text), size), options);
}

function expectSame(found: CsvStatistics, text: string): void {
  const table = parseCsv(text);
  expect(found.rows).toBe(table.rows);
  const expected = covariances(moments(table, { missing: 'pairwise' }));
  const own = covariances(found.moments);
  expect(own.names).toEqual(expected.names);
  for (const [i, mean] of expected.means.entries()) {
    const spread = Math.sqrt(expected.covariance[i]?.[i] as number);
    expect(Math.abs((own.means[i] as number) - mean)).toBeLessThanOrEqual(1e-9 * (Math.abs(mean) + spread));
    for (const [j, value] of (expected.covariance[i] as Float64Array).entries()) {
      const scale = spread * Math.sqrt(expected.covariance[j]?.[j] as number);
      expect(own.rows[i]?.[j]).toBe(expected.rows[i]?.[j]);
      expect(Number.isNaN(own.covariance[i]?.[j])).toBe(Number.isNaN(value)); // no row has both
      if (Number.isNaN(value)) continue;
      expect(Math.abs((own.covariance[i]?.[j] as number) - value)).toBeLessThanOrEqual(1e-9 * scale);
    }
  }
  for (const name of table.names) {
    const values = table.column(name).filter((x) => !Number.isNaN(x));
    expect(found.columns.find((column) => column.name === name)?.missing).toBe(table.missing(name));
    if (table.variable(name).kind === 'continuous') {
      expect(found.range[name]).toEqual([Math.min(...values), Math.max(...values)]);
      continue;
    }
    const { counts, levels } = contingency(table, [name]);
    expect(found.levels[name]).toEqual(
      Object.fromEntries((levels[0] as string[]).map((level, k) => [level, counts[k]])),
    );
  }
}

const numerals = [
  '1',
  '-2.5',
  '0.000123',
  '1234567.89012345',
  '3.141592653589793',
  '1e-7',
  '-0',
  '+4',
  '.5',
  '7.',
  '99999.99',
  '0',
  '',
];

function randomText(rng: ReturnType<typeof createRng>, rows: number, quotes: boolean, end: string): string {
  const pick = <T>(list: readonly T[]): T => list[rng.integer(list.length)] as T;
  const word = (): string =>
    pick(quotes ? ['a', 'é', '"b"', '"c,""d"""', ''] : ['a', 'é', 'b', 'long level name', '']);
  const lines = Array.from(
    { length: rows },
    () => `${pick(numerals)},${word()},${rng.normal().toFixed(rng.integer(9))}, ${rng.uniform()} `,
  );
  return `x,k,y,z${end}${lines.join(end)}${end}`;
}

describe('summariseCsvStream', () => {
  test.each([
    ['plain', false, '\n'],
    ['with carriage returns', false, '\r\n'],
    ['with quotes', true, '\n'],
  ])(
    'equals the statistics of the table that is read, however the bytes are cut: %s',
    async (_, quotes, end) => {
      for (let seed = 0; seed < 12; seed++) {
        const rng = createRng(seed);
        const text = randomText(rng, 60, quotes, end);
        expectSame(await summarise(text, {}, 1 + rng.integer(200)), text);
        expectSame(await summarise(text.slice(0, -end.length)), text);
        expectSame(await summariseCsvStream([text]), text);
      }
    },
  );

  test('past the sample: quotes that come late, new levels, and a stray text with its line', async () => {
    const row = (r: number): string => `${r % 97},${'ab'[r % 2]?.repeat(100)},${(r * 0.37).toFixed(4)}\n`;
    const many = Array.from({ length: 11_000 }, (_, r) => row(r)).join('');
    expect(many.length).toBeGreaterThan(1 << 20);
    const late = `x,k,y\n${many}5,"q,1",2\n6,new,3\n`;
    for (const size of [1 << 16, 1 << 21]) expectSame(await summarise(late, {}, size), late);
    await expect(summarise(`x,k,y\n${many}oops,a,1\n`, {}, 1 << 16)).rejects.toThrow(
      'line 11002, column 1 ("x"): "oops" is not a number',
    );
    await expect(summarise(`x,k,y\n${many}\n"oops",a,1\n`, {}, 1 << 16)).rejects.toThrow(
      'line 11003, column 1',
    );
    await expect(summarise(`x,k,y\n${many}1,a\n`, {}, 1 << 16)).rejects.toThrow('line 11002 has 2 cells');
    await expect(summarise(`x,k,y\n${many}1,a,2,3\n`, {}, 1 << 16)).rejects.toThrow('line 11002 has 4 cells');
    const latin = Uint8Array.from([...bytesOf(`x,k,y\n${many}1,`), 0xe9, ...bytesOf(',2\n')]);
    await expect(summariseCsvStream(cut(latin, 1 << 16))).rejects.toThrow('line 11002 is not UTF-8');
    const ignored = summariseCsvStream(cut(latin, 1 << 16), { types: { k: 'ignore' } });
    await expect(ignored).rejects.toThrow('is not UTF-8');
  });

  test('numbers of up to 15 digits come to the bit, longer ones to within a unit in the last place', async () => {
    const rng = createRng(3);
    for (let k = 0; k < 400; k++) {
      const value = (rng.uniform() - 0.5) * 10 ** (rng.integer(12) - 4);
      for (const text of [value.toPrecision(1 + rng.integer(15)), String(value), value.toFixed(20)]) {
        const exact = Number(text);
        const [min] = (await summarise(`x\n${text}\n`)).range.x as readonly [number, number];
        const ulp = 2 ** (Math.floor(Math.log2(Math.abs(exact) || 1)) - 52);
        const digits = text.replace(/^-?[0.]*|e.*/g, '').replace('.', '').length;
        if (digits <= 15) expect(min).toBe(exact);
        else expect(Math.abs(min - exact)).toBeLessThanOrEqual(2 * ulp);
      }
    }
  }, 60_000);

  test('regimes, contingency and incomplete rows', async () => {
    const text = 'e,a,b,x,y\n0,u,p,1,2\n1,v,p,3,\n1,u,q,5,6\n0,u,p,7,9\n';
    const found = await summarise(text, { regime: 'e', contingency: [['a', 'b']], incomplete: 'drop' });
    expect(found.regimes['1']?.rows).toBe(2);
    expect([...covariances(found.regimes['0']!.moments).means]).toEqual([4, 5.5]);
    for (const [k, mean] of [13 / 3, 17 / 3].entries())
      expect(covariances(found.moments).means[k]).toBeCloseTo(mean, 12);
    expect(found.contingency[0]).toMatchObject({
      levels: [
        ['u', 'v'],
        ['p', 'q'],
      ],
      incomplete: 0,
    });
    expect([...found.contingency[0]!.counts]).toEqual([2, 1, 1, 0]);
    expect(found.columns.map(({ missing }) => missing)).toEqual([0, 0, 0, 0, 1]);
    await expect(summarise(text, { contingency: [['a', 'x']] })).rejects.toThrow(
      '"x" is no column of categories',
    );
    await expect(summarise('e,x\n,1\n', { regime: 'e', types: { e: 'categorical' } })).rejects.toThrow(
      'line 2 has no regime',
    );
    await expect(summarise(text, { regime: 'env' })).rejects.toThrow('no column "env"');
  });

  test(
    'any bytes give statistics or one of our errors, the same ones as the table reader',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.constantFrom(
              '1',
              '2.5',
              ',',
              '\n',
              '\r\n',
              '"',
              'a',
              'é',
              ' ',
              '-',
              '\t',
              ';',
              '\0',
              'e3',
              '',
            ),
            { maxLength: 40 },
          ),
          fc.integer({ min: 1, max: 20 }),
          async (parts, size) => {
            const text = `x,y\n${parts.join('')}`;
            let table: ReturnType<typeof parseCsv> | undefined;
            try {
              table = parseCsv(text);
            } catch (error) {
              expect(error).toBeInstanceOf(CfeError);
            }
            if (table === undefined) {
              await expect(summarise(text, {}, size)).rejects.toBeInstanceOf(CfeError);
            } else expectSame(await summarise(text, {}, size), text);
          },
        ),
        { numRuns: process.env.CFE_FULL ? 100_000 : 2000 },
      ),
    process.env.CFE_FULL ? 3_600_000 : 60_000,
  );

  test('reads files, and names them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cfe stats '));
    const path = join(folder, 'a.csv');
    await writeFile(path, toCsv(parseCsv('x\n1\n5\n')));
    expect((await summariseCsv(path)).rows).toBe(2);
    await expect(summariseCsv(join(folder, 'b.csv'))).rejects.toThrow('there is no such file');
    await rm(folder, { recursive: true });
  });
});
