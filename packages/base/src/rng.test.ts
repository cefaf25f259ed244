import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng, InputError, permutation, restoreRng, standardNormal } from './index.ts';

const seed = fc.integer();

describe('createRng', () => {
  test('one seed gives one stream, and different seeds different ones', () => {
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        const stream = (s: number): number[] => Array.from({ length: 4 }, () => rng(s).uniform());
        const rng = createRng;
        expect(stream(a)).toEqual(stream(a));
        if (a !== b) expect(createRng(a).uniform()).not.toBe(createRng(b).uniform());
      }),
    );
  });

  test('a fork depends on identity and name, not on what was drawn before', () => {
    fc.assert(
      fc.property(seed, fc.string(), fc.nat(20), (s, name, draws) => {
        const used = createRng(s);
        for (let i = 0; i < draws; i++) used.normal();
        expect(used.fork(name).uniform()).toBe(createRng(s).fork(name).uniform());
        expect(used.fork(`${name}!`).uniform()).not.toBe(used.fork(name).uniform());
      }),
    );
  });

  test('a restored generator goes on to the same bits, also between the two normals of a pair', () => {
    fc.assert(
      fc.property(seed, fc.nat(9), (s, draws) => {
        const original = createRng(s);
        for (let i = 0; i < draws; i++) original.normal();
        const copy = restoreRng(JSON.parse(JSON.stringify(original.state())));
        for (let i = 0; i < 5; i++) expect(copy.normal()).toBe(original.normal());
        expect(copy.fork('x').uniform()).toBe(original.fork('x').uniform());
      }),
    );
  });

  test('uniform draws fill [0, 1) evenly', () => {
    const rng = createRng(3);
    const [bins, n] = [32, 64_000];
    const counts = new Float64Array(bins);
    for (let i = 0; i < n; i++) {
      const u = rng.uniform();
      expect(u >= 0 && u < 1).toBe(true);
      const bin = Math.floor(u * bins);
      counts[bin] = (counts[bin] as number) + 1;
    }
    const expected = n / bins;
    const chiSquare = counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(61.1); // the 0.999 quantile of χ² with 31 degrees of freedom
  });

  test('normal draws have the moments of N(0, 1) within 4 standard errors', () => {
    const n = 40_000;
    const z = standardNormal(createRng(11), n);
    const moment = (power: number): number => z.reduce((sum, v) => sum + v ** power, 0) / n;
    // standard errors of the raw moments: √((E z^{2k} − (E z^k)²) / n)
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  test('integers stay in range, and an impossible range is refused by value', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 2 ** 31 }), (s, below) => {
        const draw = createRng(s).integer(below);
        expect(Number.isInteger(draw) && draw >= 0 && draw < below).toBe(true);
      }),
    );
    expect(() => createRng(1).integer(0)).toThrow(InputError);
    expect(() => createRng(0.5)).toThrow(/whole number/);
    expect(() => restoreRng({ ...createRng(1).state(), key: 'no' })).toThrow(InputError);
  });

  test('a permutation holds every index once', () => {
    fc.assert(
      fc.property(seed, fc.nat(50), (s, n) => {
        expect([...permutation(createRng(s), n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });
});
