import { createRng } from '@cfe/base';
import { expect, test } from 'vitest';
import { cholesky, dot, inverseDiagonal, solve } from './cholesky.ts';

const rng = createRng(9);
const n = 30;
const [a, b, c, d] = Array.from({ length: 4 }, () =>
  Float64Array.from({ length: n }, () => rng.normal()),
) as [Float64Array, Float64Array, Float64Array, Float64Array];
const both = a.map((v, r) => v - 2 * (b[r] as number));
const y = Float64Array.from({ length: n }, () => rng.normal());
const gramOf = (columns: readonly Float64Array[]): Float64Array[] =>
  columns.map((one) => Float64Array.from(columns, (other) => dot(one, other)));

test('a column that others give is 0 in the solution and the inverse, and the others are as without it', () => {
  const [whole, rest] = [
    [a, b, both, c, d],
    [a, b, c, d],
  ];
  const [factor, plain] = [gramOf(whole), gramOf(rest)];
  const [dead, none] = [cholesky(factor), cholesky(plain)];
  expect([...dead]).toEqual([0, 0, 1, 0, 0]);
  const found = solve(
    factor,
    dead,
    Float64Array.from(whole, (column) => dot(column, y)),
  );
  const expected = solve(
    plain,
    none,
    Float64Array.from(rest, (column) => dot(column, y)),
  );
  const told = inverseDiagonal(factor, dead);
  const wanted = inverseDiagonal(plain, none);
  for (const [k, at] of [0, 1, 3, 4].entries()) {
    expect(found[at]).toBeCloseTo(expected[k] as number, 9);
    expect(told[at]).toBeCloseTo(wanted[k] as number, 9);
  }
  expect([found[2], told[2]]).toEqual([0, 0]);
});

test('a diagonal of the inverse times the matrix is what elimination gives', () => {
  // of [[4, 2], [2, 3]]: 3/8 and 4/8
  const factor = [Float64Array.of(4, 2), Float64Array.of(2, 3)];
  const dead = cholesky(factor);
  expect([...inverseDiagonal(factor, dead)]).toEqual([expect.closeTo(3 / 8, 12), expect.closeTo(1 / 2, 12)]);
});
