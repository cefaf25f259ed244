import { expect, test } from 'vitest';
import { measured, shown, signed } from './numbers.ts';

test.each([
  [0, '0'],
  [-0.0000001, '−1.000e−7'],
  [1970, '1970'],
  [12345.6, '12,346'],
  [-2.34567, '−2.346'],
  [Number.NaN, '–'],
] as const)('%s reads %s', (x, text) => {
  expect(shown(x)).toBe(text);
});

test('a value has the decimals that its interval makes worth reading', () => {
  expect(measured(20.8312, [19.61, 21.04])).toEqual({ value: '20.8', interval: '[19.6, 21.0]' });
  expect(measured(124.4, [101, 132])).toEqual({ value: '124', interval: '[101, 132]' });
  expect(measured(-0.04, [-2, 3]).value).toBe('0.0');
});

test('a sign is said where there is something to sign', () => {
  expect(['4.0', '−1.6', '0.0'].map(signed)).toEqual(['+4.0', '−1.6', '0.0']);
});
