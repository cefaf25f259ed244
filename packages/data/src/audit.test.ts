import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import { audit, createTable, parseCsv, regimesFrom } from './index.ts';

const rng = createRng(4);
const draw = (n: number): Float64Array => Float64Array.from({ length: n }, () => rng.normal());
const tableOf = (record: Record<string, Float64Array>) =>
  createTable(
    Object.entries(record).map(([name, values]) => ({ variable: { name, kind: 'continuous' }, values })),
  );
const codes = (record: Record<string, Float64Array>): string[] =>
  audit(tableOf(record)).map(({ code, columns }) => `${code}(${[...columns].sort()})`);

describe('audit', () => {
  const x = draw(200);
  const y = draw(200);
  const z = draw(200);

  test('says nothing about independent noise', () => {
    expect(codes({ x, y, z })).toEqual([]);
  });

  test('finds planted faults, each by name', () => {
    expect(codes({ x, one: new Float64Array(200).fill(3) })).toEqual(['constant(one)']);
    expect(codes({ x, y, twin: Float64Array.from(x) })).toEqual(['duplicate-column(twin,x)']);
    expect(codes({ x, y, z, sum: x.map((v, r) => 2 * v - (y[r] as number)) })).toEqual([
      'collinear(sum,x,y)',
    ]);
    expect(codes({ x, y: y.map((v) => 1e5 * v) })).toEqual(['scale(x,y)']);
    expect(codes({ x, id: Float64Array.from({ length: 200 }, (_, r) => r + 7) })).toEqual(['row-number(id)']);
    expect(codes({ x, origin: Float64Array.from({ length: 200 }, (_, r) => 1 + (r % 3)) })).toEqual([
      'coded-levels(origin)',
    ]);
    expect(codes({ x: Float64Array.from([...x.slice(1), 900]), y })).toEqual(['outliers(x)']);
    expect(
      codes({ x, y: Float64Array.from([...y.slice(0, 100), ...new Array<number>(100).fill(Number.NaN)]) }),
    ).toEqual(['missing(y)']);
    expect(codes({ x: Float64Array.from([...x, ...x]), y: Float64Array.from([...y, ...y]) })).toEqual([
      'duplicate-rows()',
    ]);
    expect(codes({ x: x.map((v) => 1e9 + v) })).toEqual(['offset(x)']);
    expect(codes({ x: x.slice(0, 3), y: y.slice(0, 3), z: z.slice(0, 3) })).toEqual(['few-rows(x,y,z)']);
    expect(codes({ x, none: new Float64Array(200).fill(Number.NaN) })).toEqual(['no-values(none)']);
  });

  test('a tiny level, text that was left out, and regimes that contradict their rows', () => {
    const rows = Array.from({ length: 40 }, (_, r) => `${r % 2 ? 'a' : 'b'},name ${r},${r ** 2}`).join('\n');
    const found = audit(parseCsv(`k,who,x\n${rows}\nrare,name 40,1600\n`));
    expect(found.map(({ message }) => message)).toEqual([
      '"k" has a level with fewer than 5 rows: "rare" (1). Join it with another.',
      '"who" was left out: text with 41 distinct values, such as "name 0" in line 2.',
    ]);
    const table = parseCsv('x,e\n1,0\n2,1\n3,1\n');
    const regimes = regimesFrom(table, {
      column: 'e',
      targets: { 0: [], 1: [{ variable: 'x', kind: 'hard', value: 2 }] },
    });
    expect(audit(regimes)[0]).toMatchObject({ code: 'regime-value', severity: 'warning' });
  });
});
