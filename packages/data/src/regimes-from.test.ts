import { describe, expect, test } from 'vitest';
import {
  parseCsv,
  type RegimeTargets,
  regimesFrom,
  selectColumns,
  selectRows,
  sliceRows,
  stackRegimes,
  targetMask,
  toCsv,
} from './index.ts';

const table = parseCsv('x,y,env\n1,2,0\n5,3,1\n6,4,1\n7,8,2\n');
const targets: RegimeTargets = { 0: [], 1: ['x'], 2: 'unknown' };

describe('regimesFrom', () => {
  test('reads labels off a column of numbers or of categories, and takes it out', () => {
    const numbers = regimesFrom(table, { column: 'env', targets });
    const levels = regimesFrom(parseCsv(toCsv(table), { types: { env: 'categorical' } }), {
      column: 'env',
      targets,
    });
    for (const found of [numbers, levels]) {
      expect(found.names).toEqual(['x', 'y']);
      expect([...(found.regimes?.of ?? [])]).toEqual([0, 1, 1, 2]);
      expect(found.regimes?.list.map(({ targets: t }) => t)).toEqual([
        [],
        [{ variable: 'x', kind: 'hard' }],
        'unknown',
      ]);
      expect([...targetMask(found, 'x')]).toEqual([0, 1, 1, 0]);
    }
  });

  test('targets may be given in full', () => {
    const soft = regimesFrom(table, {
      column: 'env',
      targets: {
        0: [],
        1: [{ variable: 'y', kind: 'soft' }],
        2: [{ variable: 'x', kind: 'hard', value: 7 }],
      },
    });
    expect(soft.regimes?.list[1]?.targets).toEqual([{ variable: 'y', kind: 'soft' }]);
    expect([...targetMask(soft, 'y', 'hard')]).toEqual([0, 0, 0, 0]);
    expect([...targetMask(soft, 'y', 'soft')]).toEqual([0, 1, 1, 0]);
  });

  test.each([
    ['a label without targets', { 0: [], 1: ['x'] }, 'no targets for the regime "2" of row 3'],
    ['a target that is no column', { ...targets, 1: ['z'] }, 'there is no column "z"'],
    ['the regime column as a target', { ...targets, 1: ['env'] }, 'there is no column "env"'],
    ['a label without rows', { ...targets, 7: [] }, 'targets are given for "7"'],
    ['a number for a list', { ...targets, 1: 3 }, '"1" has no list'],
    ['a list for the object', [[], ['x']], 'this is no object'],
    ['a name twice', { ...targets, 1: ['x', 'x'] }, 'lists "x" twice'],
    ['a wrong kind', { ...targets, 1: [{ variable: 'x', kind: 'sharp' }] }, 'neither a name nor a target'],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => regimesFrom(table, { column: 'env', targets: wrong as RegimeTargets })).toThrow(message);
  });

  test('refuses a row without a label, and an unknown column', () => {
    expect(() => regimesFrom(parseCsv('x,env\n1,0\n2,\n'), { column: 'env', targets: { 0: [] } })).toThrow(
      'row 1 has no regime',
    );
    expect(() => regimesFrom(table, { column: 'environment', targets })).toThrow(
      'there is no column "environment"',
    );
  });
});

describe('stackRegimes', () => {
  test('matches columns by name and joins levels', () => {
    const stacked = stackRegimes([
      { name: 'seen', table: parseCsv('a,k\n1,u\n2,v\n'), targets: [] },
      { name: 'done', table: parseCsv('k,a\nw,3\nu,4\n'), targets: ['a'] },
    ]);
    expect(stacked.variable('k')).toEqual({ name: 'k', kind: 'categorical', levels: ['u', 'v', 'w'] });
    expect(stacked.row(2)).toEqual({ a: 3, k: 'w' });
    expect(stacked.row(3)).toEqual({ a: 4, k: 'u' });
    expect([...(stacked.regimes?.of ?? [])]).toEqual([0, 0, 1, 1]);
  });

  test('refuses other columns, other kinds and repeated names', () => {
    const part = (name: string, text: string) => ({ name, table: parseCsv(text), targets: [] });
    expect(() => stackRegimes([part('a', 'x\n1\n'), part('b', 'y\n1\n')])).toThrow('there is no column "x"');
    expect(() => stackRegimes([part('a', 'x\n1\n'), part('b', 'x,y\n1,2\n')])).toThrow('has the column "y"');
    expect(() => stackRegimes([part('a', 'x\n1\n'), part('b', 'x\nu\n')])).toThrow(
      'continuous in "a" and categorical in "b"',
    );
    expect(() => stackRegimes([part('a', 'x\n1\n'), part('a', 'x\n1\n')])).toThrow('two parts are named "a"');
    expect(() => stackRegimes([])).toThrow('there is no table');
  });
});

test('regimes follow rows and columns', () => {
  const found = regimesFrom(table, { column: 'env', targets });
  expect([...(selectRows(found, [3, 0]).regimes?.of ?? [])]).toEqual([2, 0]);
  const slice = sliceRows(found, 1, 3);
  expect([...(slice.regimes?.of ?? [])]).toEqual([1, 1]);
  expect(slice.column('x').buffer).toBe(found.column('x').buffer);
  const without = selectColumns(found, ['y']);
  expect(without.regimes?.list.map(({ targets: t }) => t)).toEqual([[], 'unknown', 'unknown']);
});
