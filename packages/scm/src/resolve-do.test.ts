import { columnsFrom, type Variable } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { expect, test } from 'vitest';
import { type Do, type Intervention, linearGaussian, resolveDo } from './index.ts';

const model: { variables: Variable[]; graph: ReturnType<typeof createDag> } = {
  variables: [
    { name: 'x', kind: 'continuous' },
    { name: 'k', kind: 'categorical', levels: ['low', 'high'] },
    { name: 'y', kind: 'continuous' },
  ],
  graph: createDag(
    ['x', 'k', 'y'],
    [
      ['x', 'k'],
      ['k', 'y'],
    ],
  ),
};

const hard = (target: string, value: number | string): Intervention => ({ target, kind: 'hard', value });

test.each<[string, Do, string]>([
  ['an unknown variable', { z: 1 }, 'base/unknown-name'],
  ['two values for one row', [hard('x', 1), hard('x', 1)], 'scm/contradictory-do'],
  ['a value and a shift', [hard('x', 1), { target: 'x', kind: 'shift', by: 1 }], 'scm/contradictory-do'],
  ['a shift and a value', [{ target: 'x', kind: 'shift', by: 1 }, hard('x', 1)], 'scm/contradictory-do'],
  [
    'a value and a law',
    [hard('x', 1), { target: 'x', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: 1 } }],
    'scm/contradictory-do',
  ],
  ['NaN for all rows', { x: Number.NaN }, 'scm/do-value'],
  ['an infinite value in a row', { x: [1, Number.POSITIVE_INFINITY] }, 'scm/do-value'],
  ['values for another number of rows', { x: [1, 2, 3] }, 'scm/do-length'],
  ['a level of a continuous variable', { x: 'high' }, 'scm/level-of-continuous'],
  ['an unknown level', { k: 'highest' }, 'base/unknown-name'],
  ['an index beyond the levels', { k: 2 }, 'scm/do-value'],
  ['half a level', { k: 0.5 }, 'scm/do-value'],
  ['a shift of a level', [{ target: 'k', kind: 'shift', by: 1 }], 'scm/do-value'],
  ['a scale of a level', [{ target: 'k', kind: 'scale', by: 1 }], 'scm/do-value'],
  ['a blend of levels', [{ target: 'k', kind: 'blend', weight: 0.5, with: hard('k', 1) }], 'scm/do-value'],
  ['a negative noise factor', [{ target: 'x', kind: 'noise', factor: -1 }], 'scm/do-value'],
  ['a weight above 1', [{ target: 'x', kind: 'blend', weight: 2, with: hard('x', 1) }], 'scm/do-value'],
  [
    'a probability that is NaN',
    [{ target: 'x', kind: 'sometimes', probability: Number.NaN, with: hard('x', 1) }],
    'scm/do-value',
  ],
  [
    'another target inside',
    [{ target: 'x', kind: 'blend', weight: 0.5, with: hard('y', 1) }],
    'scm/do-value',
  ],
  [
    'an impossible law',
    [{ target: 'x', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: -1 } }],
    'scm/distribution',
  ],
  [
    'a law of levels that are not there',
    [{ target: 'k', kind: 'stochastic', distribution: { kind: 'categorical', probabilities: [0, 0, 1] } }],
    'scm/do-value',
  ],
  [
    'a law of numbers for levels',
    [{ target: 'k', kind: 'stochastic', distribution: { kind: 'normal', mean: 0, sd: 1 } }],
    'scm/do-value',
  ],
  [
    'a replacement that reads its descendants',
    [{ target: 'x', kind: 'replace', parents: ['y'], mechanism: { evaluate: (_, u) => u } }],
    'graph/cyclic',
  ],
  [
    'a replacement that reads an unknown variable',
    [{ target: 'x', kind: 'replace', parents: ['z'], mechanism: { evaluate: (_, u) => u } }],
    'base/unknown-name',
  ],
])('%s is refused', (_, action, code) => {
  expect(() => resolveDo(model, action, 2)).toThrow(expect.objectContaining({ code }));
});

test('values in different rows do not contradict each other', () => {
  const { actions } = resolveDo(
    model,
    [
      { target: 'x', kind: 'hard', value: [1, Number.NaN] },
      { target: 'x', kind: 'hard', value: [Number.NaN, 2] },
    ],
    2,
  );
  expect(actions[0]).toMatchObject({ cut: Uint8Array.of(1, 1), value: Float64Array.of(1, 2) });
});

test('a branch of weight 0, and a branch in a row that is cut, may be NaN', () => {
  const chain = linearGaussian({
    nodes: ['x', 'y'],
    weights: [
      [0, 1],
      [0, 0],
    ],
  });
  const broken = {
    evaluate: (_: readonly Float64Array[], u: Float64Array) => new Float64Array(u.length).fill(Number.NaN),
  };
  const noise = columnsFrom({ x: [1, 2], y: [0, 0] });
  const replaced: Intervention = { target: 'y', kind: 'replace', parents: [], mechanism: broken };
  const never = chain.predict(noise, {
    do: [{ target: 'y', kind: 'sometimes', probability: 0, with: replaced }],
  });
  expect([...never.column('y')]).toEqual([1, 2]);
  expect(() => chain.predict(noise, { do: [replaced] })).toThrow(/row 0 of "y"/);
});
