import { createRng } from '@cfe/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomRow } from '../test/support/random-discrete.ts';
import { gumbelMaxLaw, responseBounds } from './index.ts';

const tables = fc
  .record({ seed: fc.integer({ min: 0, max: 1e6 }), levels: fc.integer({ min: 1, max: 7 }) })
  .map(({ seed, levels }) => {
    const rng = createRng(seed);
    return { p: randomRow(rng, levels, 0.2), q: randomRow(rng, levels, 0.2), rng };
  });

test('the worked example', () => {
  const law = gumbelMaxLaw([0.5, 0.3, 0.2], [0.2, 0.3, 0.5], 0);
  for (const [k, p] of [0.4, 0.1384615, 0.4615385].entries()) expect(law[k]).toBeCloseTo(p, 6);
});

test('averaged over what was observed, the laws give the altered table back', () => {
  fc.assert(
    fc.property(tables, ({ p, q }) => {
      const mean = q.map(() => 0);
      for (const [i, weight] of p.entries()) {
        if (weight > 0) for (const [k, value] of gumbelMaxLaw(p, q, i).entries()) mean[k]! += weight * value;
      }
      for (const [k, value] of q.entries()) expect(Math.abs(mean[k]! - value)).toBeLessThan(1e-12);
    }),
    { numRuns: 1000 },
  );
});

test('the same table gives the same level; a level that became no likelier than the one observed does not come about', () => {
  fc.assert(
    fc.property(tables, ({ p, q }) => {
      for (const [i, weight] of p.entries()) {
        if (weight === 0) continue;
        expect(gumbelMaxLaw(p, p, i)[i]).toBeCloseTo(1, 12);
        for (const [k, value] of gumbelMaxLaw(p, q, i).entries()) {
          if (k !== i && q[k]! * weight <= q[i]! * p[k]!) expect(value).toBe(0);
        }
      }
    }),
  );
});

test('the law lies within the bounds that hold for every response function', () => {
  fc.assert(
    fc.property(tables, ({ p, q }) => {
      for (const [i, weight] of p.entries()) {
        if (weight === 0) continue;
        const { lower, upper } = responseBounds(p, q, i);
        for (const [k, value] of gumbelMaxLaw(p, q, i).entries()) {
          expect(value).toBeGreaterThan(lower[k]! - 1e-12);
          expect(value).toBeLessThan(upper[k]! + 1e-12);
        }
      }
    }),
  );
});

test('it agrees with racing exponentials, drawn without the closed form', () => {
  const rng = createRng(3);
  const [p, q] = [
    [0.1, 0.4, 0.3, 0.2],
    [0.35, 0.3, 0, 0.35],
  ];
  const counts = p!.map(() => p!.map(() => 0));
  const n = 200_000;
  for (let r = 0; r < n; r++) {
    const clock = p!.map(() => -Math.log1p(-rng.uniform()));
    const first = (rates: readonly number[]): number => {
      const times = clock.map((e, k) => e / rates[k]!);
      return times.indexOf(Math.min(...times));
    };
    counts[first(p!)]![first(q!)]!++;
  }
  for (const [i, row] of counts.entries()) {
    const seen = row.reduce((sum, c) => sum + c, 0);
    for (const [k, value] of gumbelMaxLaw(p!, q!, i).entries()) {
      expect(Math.abs(row[k]! / seen - value)).toBeLessThan(
        4 * Math.sqrt((value * (1 - value)) / seen) + 1e-12,
      );
    }
  }
});

test('impossible observations and unequal lengths are refused', () => {
  expect(() => gumbelMaxLaw([0, 1], [0.5, 0.5], 0)).toThrow(
    expect.objectContaining({ code: 'scm/off-support' }),
  );
  expect(() => gumbelMaxLaw([0.5, 0.5], [0.5, 0.5], 2)).toThrow(
    expect.objectContaining({ code: 'scm/off-support' }),
  );
  expect(() => responseBounds([1], [0.5, 0.5], 0)).toThrow(
    expect.objectContaining({ code: 'scm/law-length' }),
  );
});
