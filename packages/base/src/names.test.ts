import { expect, test } from 'vitest';
import { columnsFrom, nearestName, quoteName, ShapeError, UnknownNameError } from './index.ts';

test('a mistyped column names the nearest one', () => {
  const rows = columnsFrom({ weight: [1], mpg: [2] });
  expect(() => rows.column('wieght')).toThrow(UnknownNameError);
  expect(() => rows.column('wieght')).toThrow('Did you mean "weight"?');
  expect(() => rows.column('zzz')).toThrow('Known: "weight", "mpg".');
});

test('columns of different length are refused by name', () => {
  expect(() => columnsFrom({ a: [1, 2], b: [1] })).toThrow(ShapeError);
  expect(() => columnsFrom({ a: [1, 2], b: [1] })).toThrow(/"b" has 1 rows/);
});

test('hostile names stay one line and short', () => {
  expect(quoteName('a\nb')).toBe('"a\\nb"');
  expect(quoteName('x'.repeat(1e6)).length).toBeLessThan(70);
  expect(nearestName('y'.repeat(1e4), ['x'.repeat(1e4)])).toBeUndefined();
});
