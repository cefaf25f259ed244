import { expect, test } from 'vitest';
import { activate, activateBackward } from '../activation.ts';
import { activationCodes } from './kernels.ts';
import { fastTanh, plainActivation, plainActivationBackward } from './plain-activation.ts';

test('the fast tanh is right to 5 units in the last place of a float32, everywhere', () => {
  let worst = 0;
  for (let i = -400_000; i <= 400_000; i++) {
    const x = i === 0 ? 1e-30 : i * 5e-5;
    const exact = Math.tanh(x);
    worst = Math.max(worst, Math.abs(fastTanh(x) - exact) / Math.abs(exact));
  }
  expect(worst).toBeLessThan(5 * 2 ** -24);
  expect(fastTanh(0)).toBe(0);
  expect(fastTanh(NaN)).toBeNaN();
  expect(fastTanh(Infinity)).toBeCloseTo(1, 6);
});

test.each(Object.entries(activationCodes))('%s and its slope are those of the reference', (kind, code) => {
  const x = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100);
  const expected = Float64Array.from(x);
  activate(kind as keyof typeof activationCodes, expected, x.length);
  const actual = x.slice();
  plainActivation(actual, code, 0, x.length);
  const slope = new Float64Array(x.length).fill(1);
  activateBackward(kind as keyof typeof activationCodes, Float64Array.from(actual), slope, x.length);
  const own = new Float32Array(2 * x.length).fill(1);
  own.set(actual);
  plainActivationBackward(own, code, 0, x.length, x.length);
  for (let i = 0; i < x.length; i++) {
    const size = Math.max(1, Math.abs(expected[i] as number));
    expect(Math.abs((actual[i] as number) - (expected[i] as number))).toBeLessThan(size * 2 ** -21);
    expect(Math.abs((own[x.length + i] as number) - (slope[i] as number))).toBeLessThan(2 ** -21);
  }
});
