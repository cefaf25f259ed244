import { type Columns, columnsFrom } from '@cfe/base';
import { expect, test } from 'vitest';
import { checkModel } from './conformance.ts';
import { type CausalModel, type Do, type Intervention, interventionsOf, linearGaussian } from './index.ts';

const right = linearGaussian({
  nodes: ['a', 'b', 'c', 'd'],
  weights: [
    [0, 1.5, 0, 0.5],
    [0, 0, -1, 0],
    [0, 0, 0, 2],
    [0, 0, 0, 0],
  ],
});

type Predict = CausalModel['predict'];

function withPredict(predict: Predict): CausalModel {
  const { gradient: _, exact: __, ...rest } = right;
  return { ...rest, predict, sample: (n, options = {}) => predict(right.noise(n, options), options) };
}

function edit(columns: Columns, change: (name: string, values: Float64Array) => Float64Array): Columns {
  return columnsFrom(
    Object.fromEntries(columns.names.map((name) => [name, change(name, columns.column(name))])),
  );
}

const wrong: Readonly<Record<string, Predict>> = {
  'values set after the pass, descendants stale': (noise, options = {}) =>
    edit(right.predict(noise), (name, values) => {
      const act = interventionsOf(options.do).find((i) => i.target === name);
      if (act?.kind !== 'hard' || typeof act.value === 'string') return values;
      const { value } = act;
      return values.map((x, r) => {
        const v = typeof value === 'number' ? value : (value[r] as number);
        return Number.isNaN(v) ? x : v;
      });
    }),
  'parents not cut: the value is added to the mechanism': (noise, options = {}) =>
    right.predict(noise, {
      ...options,
      do: interventionsOf(options.do).map(
        (i): Intervention => (i.kind === 'hard' ? { target: i.target, kind: 'shift', by: i.value } : i),
      ),
    }),
  'do for the whole batch when any row has it': (noise, options = {}) =>
    right.predict(noise, { ...options, do: spreadOverBatch(options.do) }),
  'rows mixed: the batch mean leaks in': (noise, options = {}) =>
    edit(right.predict(noise, options), (name, values) => {
      if (name !== 'd') return values;
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.map((x) => x + 0.01 * mean);
    }),
  'ancestors changed too': (noise, options = {}) =>
    edit(right.predict(noise, options), (name, values) =>
      name === 'a' && interventionsOf(options.do).length > 0 ? values.map((x) => x + 0.1) : values,
    ),
};

function spreadOverBatch(action: Do | undefined): Do {
  return interventionsOf(action).map((i) => {
    if (i.kind !== 'hard' || typeof i.value === 'number' || typeof i.value === 'string') return i;
    const values = Array.from(i.value);
    const first = values.find((v) => !Number.isNaN(v)) ?? 0;
    return { ...i, value: values.map((v) => (Number.isNaN(v) ? first : v)) };
  });
}

test('the right model passes every law', async () => {
  expect((await checkModel(right)).filter((result) => !result.passed)).toEqual([]);
});

test.each(Object.entries(wrong))('a planted fake fails: %s', async (_, predict) => {
  expect((await checkModel(withPredict(predict))).some((result) => !result.passed)).toBe(true);
});

test('a gradient that leaks through the cut fails although values are right', async () => {
  const leaky: CausalModel = {
    ...right,
    gradient: (noise, upstream) => ({ ...right.gradient(noise, upstream), interventions: [undefined] }),
  };
  const failed = (await checkModel(leaky)).filter((result) => !result.passed).map((result) => result.law);
  expect(failed).toContain('the gradient into a mechanism that is cut off is exactly zero');
});
