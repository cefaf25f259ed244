import { columnsFrom, createRng } from '@cfe/base';
import { expect, test } from 'vitest';
import { randomDiscrete } from '../test/support/random-discrete.ts';
import { checkModel } from './conformance.ts';
import { discreteModel } from './index.ts';

const levels = ['no', 'yes'];
const rain = discreteModel({
  variables: [
    { name: 'wet', levels },
    { name: 'rain', levels },
  ],
  parents: { wet: ['rain'] },
  tables: {
    rain: [0.8, 0.2],
    wet: [
      [0.9, 0.1],
      [0.25, 0.75],
    ],
  },
});

test.each([1, 2, 3, 4])('random models pass the conformance suite (%i)', async (seed) => {
  for (const result of await checkModel(randomDiscrete(createRng(seed)))) {
    expect.soft(result, result.law).toMatchObject({ passed: true });
  }
});

test('samples follow the tables', () => {
  const wet = rain.sample(50_000, { seed: 2 }).column('wet');
  const p = 0.8 * 0.1 + 0.2 * 0.75;
  expect(Math.abs(wet.reduce((a, b) => a + b, 0) / 50_000 - p)).toBeLessThan(
    4 * Math.sqrt((p * (1 - p)) / 50_000),
  );
});

test('the log density of a row is the sum of its log probabilities, targets left out', () => {
  const row = columnsFrom({ wet: [1], rain: [0] });
  expect(rain.logDensity(row)[0]).toBeCloseTo(Math.log(0.8 * 0.1), 12);
  expect(rain.logDensity(row, { do: { rain: 'no' } })[0]).toBeCloseTo(Math.log(0.1), 12);
  expect(rain.logDensity(row, { do: { wet: 1, rain: 0 } })[0]).toBe(0);
});

test('noise has one column per level, named after it', () => {
  expect(rain.noise(1).names).toEqual(['wet[no]', 'wet[yes]', 'rain[no]', 'rain[yes]']);
});

test('a replaced mechanism sees its parents and a uniform number', () => {
  const mechanism = {
    evaluate: ([r]: readonly Float64Array[], u: Float64Array) =>
      u.map((v, i) => (v < 0.3 ? 1 - r![i]! : r![i]!)),
  };
  const rows = rain.sample(20_000, {
    seed: 1,
    do: [{ target: 'wet', kind: 'replace', mechanism, parents: ['rain'] }],
  });
  const flipped = rows.column('wet').filter((w, r) => w !== rows.column('rain')[r]).length / 20_000;
  expect(Math.abs(flipped - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 20_000));
  const other = { evaluate: () => new Float64Array(5).fill(7) };
  expect(() =>
    rain.sample(5, { do: [{ target: 'wet', kind: 'replace', mechanism: other, parents: [] }] }),
  ).toThrow(expect.objectContaining({ code: 'scm/mechanism-value' }));
});

const one = { name: 'x', levels };
test.each([
  ['a row that does not sum to 1', { variables: [one], tables: { x: [0.5, 0.6] } }, 'scm/table-row'],
  ['a negative probability', { variables: [one], tables: { x: [-0.5, 1.5] } }, 'scm/table-row'],
  ['a NaN', { variables: [one], tables: { x: [Number.NaN, 1] } }, 'scm/table-row'],
  ['too few entries', { variables: [one], tables: { x: [1] } }, 'scm/table-size'],
  ['a missing table', { variables: [one], tables: {} }, 'scm/table-size'],
  ['rows of another length', { variables: [one], tables: { x: [[0.5], [0.5]] } }, 'scm/table-size'],
  [
    'a table of an unknown variable',
    { variables: [one], tables: { x: [0.5, 0.5], z: [1] } },
    'base/unknown-name',
  ],
  [
    'an unknown parent',
    { variables: [one], parents: { x: ['z'] }, tables: { x: [0.5, 0.5] } },
    'base/unknown-name',
  ],
  [
    'a repeated level',
    { variables: [{ name: 'x', levels: ['a', 'a'] }], tables: { x: [0.5, 0.5] } },
    'scm/levels',
  ],
  [
    'a table too large, before it is made',
    {
      variables: Array.from({ length: 30 }, (_, j) => ({ name: `v${j}`, levels })),
      parents: { v0: Array.from({ length: 29 }, (_, j) => `v${j + 1}`) },
      tables: {},
    },
    'scm/table-size',
  ],
])('%s is refused', (_, spec, code) => {
  expect(() => discreteModel(spec)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['an unknown variable', { given: { snow: 'yes' } }, 'base/unknown-name'],
  ['an unknown level', { given: { rain: 'maybe' } }, 'base/unknown-name'],
  ['an index beyond the levels', { given: { rain: 2 } }, 'scm/evidence'],
  [
    'two interventions on one variable',
    { do: [0, 1].map((value) => ({ target: 'rain', kind: 'hard', value }) as const) },
    'scm/contradictory-do',
  ],
  ['values per row', { do: { rain: [0, 1] } }, 'scm/not-exact'],
  ['a shift', { do: [{ target: 'rain', kind: 'shift', by: 1 } as const] }, 'scm/not-exact'],
  ['evidence against the action', { do: { rain: 'yes' }, given: { rain: 'no' } }, 'scm/off-support'],
])('exact refuses %s', (_, query, code) => {
  expect(() => rain.exact(query)).toThrow(expect.objectContaining({ code }));
});

test('rows that the tables make impossible cannot be abducted', () => {
  const sure = discreteModel({ variables: [{ name: 'x', levels }], tables: { x: [1, 0] } });
  expect(() => sure.abduct(columnsFrom({ x: [0, 1] }))).toThrow(/row 1.*"x" = "yes"/);
  expect(() => sure.exact({ factual: { x: 'yes' } })).toThrow(
    expect.objectContaining({ code: 'scm/off-support' }),
  );
});

test('a wide question is refused before memory is taken, and says what to do', () => {
  // 45 causes, each pair of them with a common effect that was seen: nothing can be summed out cheaply
  const causes = Array.from({ length: 45 }, (_, j) => `c${j}`);
  const pairs = causes.flatMap((a, i) =>
    causes.slice(0, i).map((b): [string, string[]] => [`${a}${b}`, [a, b]]),
  );
  const model = discreteModel({
    variables: [...causes, ...pairs.map(([name]) => name)].map((name) => ({ name, levels })),
    parents: Object.fromEntries(pairs),
    tables: Object.fromEntries([
      ...causes.map((name) => [name, [0.5, 0.5]]),
      ...pairs.map(([name]) => [name, [0.5, 0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]]),
    ]),
  });
  const given = Object.fromEntries(pairs.map(([name]) => [name, 'yes']));
  expect(() => model.exact({ given })).toThrow(/tables of .* entries.*draw samples/);
});
