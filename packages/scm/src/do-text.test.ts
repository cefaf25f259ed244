import { columnsFrom, createRng, InputError, type Variable } from '@cfe/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  composeDo,
  type Distribution,
  type Do,
  formatDo,
  formatEvidence,
  type Intervention,
  linearGaussian,
  parseDo,
  parseEvidence,
} from './index.ts';

const variables: Variable[] = [
  { name: 'x', kind: 'continuous' },
  { name: 'weather', kind: 'categorical', levels: ['dry', 'rain', '1'] },
];

describe('parseDo', () => {
  test.each<[string, Intervention]>([
    ['x=1', { target: 'x', kind: 'hard', value: 1 }],
    ['x = -1.5e-3', { target: 'x', kind: 'hard', value: -0.0015 }],
    ['x+=0.5', { target: 'x', kind: 'shift', by: 0.5 }],
    ['x*=-2', { target: 'x', kind: 'scale', by: -2 }],
    ['x~normal(0,1)', { target: 'x', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: 1 } }],
    [
      'x ~ student-t( 3 , 0 , 1 )',
      {
        target: 'x',
        kind: 'stochastic',
        distribution: { kind: 'student-t', degrees: 3, location: 0, scale: 1 },
      },
    ],
    [
      'x~empirical(1,2)',
      { target: 'x', kind: 'stochastic', distribution: { kind: 'empirical', values: [1, 2] } },
    ],
    ['"x->y"=1', { target: 'x->y', kind: 'hard', value: 1 }],
    ['"a\\"b\\\\=c"+=1', { target: 'a"b\\=c', kind: 'shift', by: 1 }],
    ['wet-bulb temperature=20', { target: 'wet-bulb temperature', kind: 'hard', value: 20 }],
    ['k=high', { target: 'k', kind: 'hard', value: 'high' }],
    ['k="1"', { target: 'k', kind: 'hard', value: '1' }],
    ['k=a=b', { target: 'k', kind: 'hard', value: 'a=b' }],
  ])('%s', (text, expected) => {
    expect(parseDo([text])).toEqual([expected]);
  });

  test('a categorical variable is read by its levels, also one that looks like a number', () => {
    expect(parseDo(['weather=1', 'x=1'], variables).map((i) => i.kind === 'hard' && i.value)).toEqual([
      '1',
      1,
    ]);
    expect(parseDo(['weather~categorical(rain: 0.25, dry: 0.75)'], variables)[0]).toEqual({
      target: 'weather',
      kind: 'stochastic',
      distribution: { kind: 'categorical', probabilities: [0.75, 0.25, 0] },
    });
  });

  test.each([
    ['', 1],
    ['x', 2],
    ['=1', 1],
    ['x=', 3],
    ['x+=high', 4],
    ['x*=1e999', 4],
    ['"x=1', 1],
    ['x~poisson(1)', 3],
    ['x~normal(0)', 3],
    ['x~normal(0,1', 13],
    ['x~normal(0,-1)', 3],
    ['x~normal(0,1) and', 15],
    ['x~categorical(0.5, 0.6)', 3],
    ['x="a" b', 7],
    ['"" = 1', 1],
  ])('%j is refused with its place', (text, column) => {
    expect(() => parseDo(['y=1', text])).toThrow(
      expect.objectContaining({ code: 'scm/do-text', details: { text, index: 1, column } }),
    );
  });

  test.each([
    [['x=1', 'x=2'], 'scm/contradictory-do'],
    [['x=1', 'x+=2'], 'scm/contradictory-do'],
    [['x+=1', 'x=2'], 'scm/contradictory-do'],
    [['z=1'], 'base/unknown-name'],
    [['weather=snow'], 'base/unknown-name'],
    [['weather=0'], 'base/unknown-name'],
    [['weather+=1'], 'scm/do-text'],
    [['weather~normal(0,1)'], 'scm/do-text'],
    [['weather~categorical(0.5,0.5)'], 'scm/do-text'],
    [['x=warm'], 'scm/do-text'],
  ])('%j is refused for these variables', (texts, code) => {
    expect(() => parseDo(texts, variables)).toThrow(expect.objectContaining({ code }));
  });

  test('shifts on one variable add', () => {
    const model = linearGaussian({ nodes: ['x'], weights: [[0]] });
    expect(model.exact({ do: parseDo(['x+=1', 'x+=2']) }).mean.x).toBe(3);
  });
});

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
const law: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ kind: fc.constant('normal' as const), mean: finite, sd: positive }),
  fc.record({ kind: fc.constant('laplace' as const), mean: finite, scale: positive }),
  fc.record({ kind: fc.constant('gumbel' as const), location: finite, scale: positive }),
  fc.record({ kind: fc.constant('empirical' as const), values: fc.array(finite, { minLength: 1 }) }),
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((p) => ({ kind: 'categorical' as const, probabilities: [p, 1 - p] })),
);
const intervention: fc.Arbitrary<Intervention> = fc.oneof(
  fc.record({ target: name, kind: fc.constant('hard' as const), value: fc.oneof(finite, name) }),
  fc.record({ target: name, kind: fc.constant('shift' as const), by: finite }),
  fc.record({ target: name, kind: fc.constant('scale' as const), by: finite }),
  fc.record({ target: name, kind: fc.constant('stochastic' as const), distribution: law }),
);

test('what is written reads back the same, whatever the names and numbers', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(intervention, { selector: ({ target }) => target, maxLength: 4 }),
      (action) => {
        expect(parseDo(formatDo(action))).toEqual(action);
      },
    ),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(finite, name), { noNullPrototype: true }), (evidence) => {
      expect(Object.entries(parseEvidence(formatEvidence(evidence)))).toEqual(Object.entries(evidence));
    }),
  );
});

test('known variables: an index is written as its level and reads back as it', () => {
  const action: Do = { weather: 2, x: 3 };
  const texts = formatDo(action, variables);
  expect(texts).toEqual(['weather="1"', 'x=3']);
  expect(parseDo(texts, variables)[0]).toEqual({ target: 'weather', kind: 'hard', value: '1' });
});

test('any text gives interventions or an error with its place', () => {
  const rng = createRng(4);
  const alphabet = [
    'x',
    '=',
    '+',
    '*',
    '~',
    '"',
    '\\',
    '(',
    ')',
    ',',
    ':',
    ' ',
    '1',
    '.',
    '-',
    'e',
    'normal(',
    'categorical(',
    '\u00e9',
    '\n',
  ];
  const runs = process.env.CFE_FULL === '1' ? 100_000 : 4_000;
  for (let run = 0; run < runs; run++) {
    const text = Array.from({ length: rng.integer(14) }, () => alphabet[rng.integer(alphabet.length)]).join(
      '',
    );
    for (const read of [parseDo, parseEvidence]) {
      try {
        read([text]);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`${String(error)} for ${JSON.stringify(text)}`);
        if (!((error.details.column as number) > 0))
          throw new Error(`no column for ${JSON.stringify(text)}`, { cause: error });
      }
    }
  }
}, 300_000);

test.each([
  [{ target: 'x', kind: 'noise', factor: 2 }],
  [{ target: 'x', kind: 'hard', value: [1, 2] }],
  [{ target: 'x', kind: 'hard', value: Number.NaN }],
] as [Intervention][])('%j has no text form', (value) => {
  expect(() => formatDo([value])).toThrow(expect.objectContaining({ code: 'scm/no-text-form' }));
});

describe('parseEvidence', () => {
  test.each([
    [['z+=2'], 'scm/evidence-text'],
    [['z'], 'scm/evidence-text'],
    [['z=1', 'z=1'], 'scm/contradictory-evidence'],
  ])('%j is refused', (texts, code) => {
    expect(() => parseEvidence(texts)).toThrow(expect.objectContaining({ code }));
  });
});

describe('composeDo', () => {
  const model = linearGaussian({
    nodes: ['a', 'b', 'c'],
    weights: [
      [0, 2, 0],
      [0, 0, -1],
      [0, 0, 0],
    ],
    intercepts: [1, 0, 3],
  });

  /** The later action around a model that is already acted on: its mechanism for b is what stands in `first`. */
  const twice = (
    first: Do,
    later: number | { readonly by: number } | { readonly factor: number },
    noise: ReturnType<typeof model.noise>,
  ) => {
    const once = model.predict(noise, { do: first, seed: 1 });
    const b = once
      .column('b')
      .map((v) => (typeof later === 'number' ? later : 'by' in later ? v + later.by : v * later.factor));
    return model.predict(noise, { do: { b } });
  };

  test.each<[string, Do]>([
    ['hard', { b: 2 }],
    ['per-row hard', { b: [1, 2, 3, 4, 5] }],
    ['shift', [{ target: 'b', kind: 'shift', by: 2 }]],
    ['scale', [{ target: 'b', kind: 'scale', by: 3 }]],
    ['uniform', [{ target: 'b', kind: 'stochastic', distribution: { kind: 'uniform', low: 1, high: 2 } }]],
    ['normal', [{ target: 'b', kind: 'stochastic', distribution: { kind: 'normal', mean: 1, sd: 2 } }]],
    ['laplace', [{ target: 'b', kind: 'stochastic', distribution: { kind: 'laplace', mean: 1, scale: 2 } }]],
    ['noise', [{ target: 'b', kind: 'noise', factor: 2 }]],
  ])('around %s, the composed action does what the two do', (_, first) => {
    const noise = model.noise(5, { seed: 3 });
    const cases = [
      [7, { b: 7 }],
      [{ by: 0.5 }, [{ target: 'b', kind: 'shift', by: 0.5 }]],
      [{ factor: 2 }, [{ target: 'b', kind: 'scale', by: 2 }]],
    ] as const;
    for (const [effect, later] of cases) {
      const expected = twice(first, effect, noise);
      const found = model.predict(noise, { do: composeDo(first, later), seed: 1 });
      for (const column of ['a', 'b', 'c']) {
        for (let r = 0; r < 5; r++)
          expect(found.column(column)[r]).toBeCloseTo(expected.column(column)[r]!, 12);
      }
    }
  });

  test('a later per-row value leaves the rows that it leaves alone to the earlier action', () => {
    const noise = columnsFrom({ a: [0, 0], b: [0, 0], c: [0, 0] });
    const b = (first: Do): number[] => [
      ...model.predict(noise, { do: composeDo(first, { b: [Number.NaN, 9] }) }).column('b'),
    ];
    expect(b({ b: 5 })).toEqual([5, 9]);
    expect(b([{ target: 'b', kind: 'shift', by: 1 }])).toEqual([3, 9]);
    expect(b({ a: 4 })).toEqual([8, 9]);
  });

  test.each<[Do, Do]>([
    [{ b: 1 }, [{ target: 'b', kind: 'blend', weight: 0.5, with: { target: 'b', kind: 'hard', value: 2 } }]],
    [[{ target: 'b', kind: 'noise', factor: 2 }], { b: [Number.NaN, 1] }],
    [{ b: [1, 2, 3] }, { b: [Number.NaN, 1] }],
    [{ b: [Number.NaN, 1] }, [{ target: 'b', kind: 'shift', by: 1 }]],
  ])('%j then %j has no single action', (first, later) => {
    expect(() => composeDo(first, later)).toThrow(expect.objectContaining({ code: 'scm/compose' }));
  });
});
