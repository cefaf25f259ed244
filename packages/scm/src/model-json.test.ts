import { createRng, InputError } from '@cfe/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomDiscrete } from '../test/support/random-discrete.ts';
import { formatBif, formatModel, linearGaussian, parseModel } from './index.ts';
import { jsonFault } from './internal/json-fault.ts';

const chain = {
  kind: 'linear-gaussian',
  nodes: ['x', 'y'],
  weights: [
    [0, 2],
    [0, 0],
  ],
};
const coin = { kind: 'discrete', variables: [{ name: 'c', levels: ['h', 't'] }], tables: { c: [0.5, 0.5] } };

test('models read back to the bit', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.integer({ min: 0, max: 1e6 }),
      (weight, variance, name, seed) => {
        const model = linearGaussian({
          nodes: [name, `${name}2`],
          weights: [
            [0, weight + 0],
            [0, 0],
          ],
          noiseVariances: [variance + 0, 1],
        });
        const back = parseModel(formatModel(model));
        expect('spec' in back && back.spec).toEqual(model.spec);
        const tables = randomDiscrete(createRng(seed), { nodes: 4 });
        const again = parseModel(formatModel(tables));
        expect('nodes' in again && again.nodes).toEqual(tables.nodes);
        const bif = parseModel(formatBif(tables));
        expect('nodes' in bif && bif.nodes).toEqual(tables.nodes);
      },
    ),
  );
});

test.each<[string, unknown, string, string | undefined]>([
  ['no kind', {}, 'scm/model-json', 'kind'],
  ['another kind', { kind: 'neural' }, 'scm/model-json', 'kind'],
  ['a list', [1], 'scm/model-json', 'model'],
  ['a misspelt field', { ...chain, intercept: [0, 0] }, 'scm/model-json', 'intercept'],
  ['no weights', { ...chain, weights: undefined }, 'scm/model-json', 'weights'],
  [
    'a text among weights',
    {
      ...chain,
      weights: [
        [0, '2'],
        [0, 0],
      ],
    },
    'scm/model-json',
    'weights[0][1]',
  ],
  [
    'null among weights',
    {
      ...chain,
      weights: [
        [0, null],
        [0, 0],
      ],
    },
    'scm/model-json',
    'weights[0][1]',
  ],
  ['ragged weights', { ...chain, weights: [[0, 2], [0]] }, 'scm/model-json', 'weights[1]'],
  ['too few rows', { ...chain, weights: [[0, 2]] }, 'scm/linear-gaussian-shape', undefined],
  ['a negative variance', { ...chain, noiseVariances: [1, -1] }, 'scm/linear-gaussian-value', undefined],
  [
    'a cycle',
    {
      kind: 'linear-gaussian',
      nodes: ['a', 'b', 'c'],
      weights: [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    },
    'graph/cyclic',
    undefined,
  ],
  [
    'a number for levels',
    { ...coin, variables: [{ name: 'c', levels: 2 }] },
    'scm/model-json',
    'variables[0].levels',
  ],
  ['a table that is no distribution', { ...coin, tables: { c: [0.5, 0.6] } }, 'scm/table-row', undefined],
  ['a table of the wrong size', { ...coin, tables: { c: [1] } }, 'scm/table-size', undefined],
  ['rows mixed with numbers', { ...coin, tables: { c: [[0.5, 0.5], 1] } }, 'scm/model-json', 'tables.c[1]'],
])('%s is refused', (_, value, code, path) => {
  expect(() => parseModel(JSON.stringify(value))).toThrow(
    expect.objectContaining({ code, ...(path !== undefined && { details: { path } }) }),
  );
});

test('text that is not JSON says where', () => {
  expect(() => parseModel('{"kind":\n  oh')).toThrow(
    expect.objectContaining({ code: 'scm/model-json', details: { line: 2, column: 3 } }),
  );
  expect(() => parseModel('')).toThrow(expect.objectContaining({ code: 'scm/bif' }));
});

test('the place is that of the first character that cannot stand there', () => {
  const whole = '{"a": [1, -2.5e3, "x\\u00e9\\n", true, null, {}], "b": {"c": []}}';
  expect(jsonFault(whole)).toBe(whole.length);
  for (let at = 0; at <= whole.length; at++) {
    // cut short, the fault is never before the cut; with a stray mark in the middle, never after it
    expect(jsonFault(whole.slice(0, at))).toBeLessThanOrEqual(at);
    const broken = `${whole.slice(0, at)}\u0001${whole.slice(at)}`;
    expect(() => JSON.parse(broken)).toThrow();
    expect(jsonFault(broken)).toBeLessThanOrEqual(at);
  }
});

test('any bytes give a model or a typed error', () => {
  const rng = createRng(8);
  const sources = [chain, coin].map((value) => JSON.stringify(value));
  const runs = process.env.CFE_FULL === '1' ? 100_000 : 4_000;
  for (let run = 0; run < runs; run++) {
    let text = sources[run % 2]!;
    for (let edits = 1 + rng.integer(2); edits > 0; edits--) {
      const at = rng.integer(text.length);
      const piece = ['', '0', '-', '[', ']', '{}', 'null', '"', ',', '1e308', '__proto__'][rng.integer(11)]!;
      text = text.slice(0, at) + piece + text.slice(at + rng.integer(6));
    }
    try {
      parseModel(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`${String(error)} for ${text}`, { cause: error });
    }
  }
}, 300_000);
