import { type Columns, columnsFrom } from '@cfe/base';
import { expect, test } from 'vitest';
import { checkModel } from './conformance.ts';
import {
  type CausalModel,
  type Do,
  discreteModel,
  type Intervention,
  interventionsOf,
  linearGaussian,
} from './index.ts';

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
type Options = NonNullable<Parameters<Predict>[1]>;

function withPredict(predict: Predict, base: CausalModel = right): CausalModel {
  const { gradient: _, exact: __, ...rest } = base;
  return { ...rest, predict, sample: (n, options = {}) => predict(rest.noise(n, options), options) };
}

function edit(columns: Columns, change: (name: string, values: Float64Array) => Float64Array): Columns {
  return columnsFrom(
    Object.fromEntries(columns.names.map((name) => [name, change(name, columns.column(name))])),
  );
}

function rewritten(
  options: Options,
  change: (intervention: Intervention) => Intervention | undefined,
): Options {
  return { ...options, do: interventionsOf(options.do).flatMap((i) => change(i) ?? []) };
}

/** A model that reads an action as another one. */
const misreading =
  (change: (intervention: Intervention) => Intervention | undefined): Predict =>
  (noise, options = {}) =>
    right.predict(noise, rewritten(options, change));

let calls = 0;

// Each fake with the law, or laws, that must name it.
const wrong: Readonly<Record<string, readonly [law: RegExp, predict: Predict]>> = {
  'values set after the pass, descendants stale': [
    /^descendants are recomputed/,
    (noise, options = {}) =>
      edit(right.predict(noise), (name, values) => {
        const act = interventionsOf(options.do).find((i) => i.target === name);
        if (act?.kind !== 'hard' || typeof act.value === 'string') return values;
        const { value } = act;
        return values.map((x, r) => {
          const v = typeof value === 'number' ? value : (value[r] as number);
          return Number.isNaN(v) ? x : v;
        });
      }),
  ],
  'parents not cut: the value is added to the mechanism': [
    /^effectiveness/,
    misreading((i) => (i.kind === 'hard' ? { target: i.target, kind: 'shift', by: i.value } : i)),
  ],
  'do for the whole batch when any row has it': [
    /^edges are cut per row/,
    (noise, options = {}) => right.predict(noise, { ...options, do: spreadOverBatch(options.do) }),
  ],
  'rows mixed: the batch mean leaks in': [
    /^rows are independent/,
    (noise, options = {}) =>
      edit(right.predict(noise, options), (name, values) => {
        if (name !== 'd') return values;
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        return values.map((x) => x + 0.01 * mean);
      }),
  ],
  'the position of a row counts': [
    /^the order of rows/,
    (noise, options = {}) =>
      edit(right.predict(noise, options), (name, values) =>
        name === 'd' ? values.map((x, r) => x + r / 100) : values,
      ),
  ],
  'ancestors changed too': [
    /^non-descendants keep/,
    (noise, options = {}) =>
      edit(right.predict(noise, options), (name, values) =>
        name === 'a' && interventionsOf(options.do).length > 0 ? values.map((x) => x + 0.1) : values,
      ),
  ],
  'another answer at each call': [
    /^prediction is deterministic/,
    (noise, options = {}) => {
      calls++;
      return edit(right.predict(noise, options), (_, values) => values.map((x) => x + calls * 1e-3));
    },
  ],
  'an empty action does something': [
    /^an empty action/,
    (noise, options = {}) =>
      edit(right.predict(noise, options), (_, values) =>
        options.do !== undefined && interventionsOf(options.do).length === 0
          ? values.map((x) => x + 1)
          : values,
      ),
  ],
  'a shift cuts the edges': [
    /^shift: /,
    misreading((i) => (i.kind === 'shift' ? { target: i.target, kind: 'hard', value: i.by } : i)),
  ],
  'a scale only scales the noise': [
    /^scale: /,
    misreading((i) => (i.kind === 'scale' ? { target: i.target, kind: 'noise', factor: 2 } : i)),
  ],
  'the last shift wins': [
    /^shifts add/,
    (noise, options = {}) =>
      right.predict(noise, {
        ...options,
        do: interventionsOf(options.do).filter(
          (i, at, all) =>
            i.kind !== 'shift' || !all.slice(at + 1).some((o) => o.kind === 'shift' && o.target === i.target),
        ),
      }),
  ],
  'a noise factor is ignored': [/^noise: /, misreading((i) => (i.kind === 'noise' ? undefined : i))],
  'a stochastic intervention keeps the edges': [
    /^stochastic: /,
    misreading((i) => (i.kind === 'stochastic' ? { target: i.target, kind: 'shift', by: 1 } : i)),
  ],
  'the seed of a stochastic intervention is ignored': [
    /^stochastic: /,
    (noise, options = {}) => right.predict(noise, { ...options, seed: 0 }),
  ],
  'sometimes is a blend': [
    /^sometimes: /,
    misreading((i) =>
      i.kind === 'sometimes' ? { target: i.target, kind: 'blend', weight: i.probability, with: i.with } : i,
    ),
  ],
  'sometimes is for all rows or none': [
    /^sometimes: /,
    misreading((i) => (i.kind === 'sometimes' ? (i.probability > 0.4 ? i.with : undefined) : i)),
  ],
  'a blend is a coin': [
    /^blend: /,
    misreading((i) =>
      i.kind === 'blend' ? { target: i.target, kind: 'sometimes', probability: i.weight, with: i.with } : i,
    ),
  ],
  'a replaced mechanism is not replaced': [
    /^replace: /,
    misreading((i) => (i.kind === 'replace' ? undefined : i)),
  ],
  'a replacement gets no noise': [
    /^replace: /,
    misreading((i) =>
      i.kind === 'replace'
        ? { ...i, mechanism: { evaluate: (p, u) => i.mechanism.evaluate(p, new Float64Array(u.length)) } }
        : i,
    ),
  ],
  'noise columns are taken in the order listed': [
    /^the order in which variables/,
    (noise, options = {}) =>
      right.predict(
        columnsFrom(
          Object.fromEntries(
            right.graph.nodes.map((name, j) => [name, noise.column(noise.names[j] as string)]),
          ),
        ),
        options,
      ),
  ],
  'the last of two values wins': [
    /^contradictory/,
    (noise, options = {}) =>
      right.predict(noise, {
        ...options,
        do: interventionsOf(options.do).filter(
          (i, at, all) =>
            i.kind !== 'hard' || !all.slice(at + 1).some((o) => o.kind === 'hard' && o.target === i.target),
        ),
      }),
  ],
};

function spreadOverBatch(action: Do | undefined): Do {
  return interventionsOf(action).map((i) => {
    if (i.kind !== 'hard' || typeof i.value === 'number' || typeof i.value === 'string') return i;
    const values = Array.from(i.value);
    const first = values.find((v) => !Number.isNaN(v)) ?? 0;
    return { ...i, value: values.map((v) => (Number.isNaN(v) ? first : v)) };
  });
}

const failedLaws = async (model: CausalModel): Promise<string[]> =>
  (await checkModel(model)).filter((result) => !result.passed).map((result) => result.law);

test('the right model passes every law', async () => {
  expect(await failedLaws(right)).toEqual([]);
});

test.each(Object.entries(wrong))(
  'a planted fake fails the law that names it: %s',
  async (_, [law, predict]) => {
    expect(await failedLaws(withPredict(predict))).toContainEqual(expect.stringMatching(law));
  },
);

const { abduct, gradient, logDensity, exact } = right;

test.each<[string, RegExp, CausalModel]>([
  [
    'a gradient that leaks through the cut',
    /^the gradient into a mechanism that is cut off/,
    {
      ...right,
      gradient: (noise, upstream) => ({ ...gradient(noise, upstream), interventions: [undefined] }),
    },
  ],
  [
    'a gradient that stops at the variable that is set',
    /^gradients agree/,
    {
      ...right,
      gradient: (noise, upstream, options) => {
        const found = gradient(noise, upstream, options);
        return { ...found, interventions: found.interventions.map((g) => g?.map(() => 0)) };
      },
    },
  ],
  [
    'a gradient that misses a path',
    /^gradients agree/,
    {
      ...right,
      gradient: (noise, upstream, options) => {
        const found = gradient(noise, upstream, options);
        return { ...found, noise: edit(found.noise, (name, g) => (name === 'a' ? upstream.column('a') : g)) };
      },
    },
  ],
  [
    'a gradient that does not tell by the value that is set',
    /^gradients agree/,
    {
      ...right,
      gradient: (noise, upstream, options) => ({
        ...gradient(noise, upstream, options),
        interventions: [undefined],
      }),
    },
  ],
  [
    'a gradient by a law that forgets what was drawn',
    /^gradients by the numbers inside/,
    {
      ...right,
      gradient: (noise, upstream, options) => {
        const found = gradient(noise, upstream, options);
        const sd = found.parameters?.[0]?.mean;
        return sd === undefined ? found : { ...found, parameters: [{ sd }] };
      },
    },
  ],
  [
    'a gradient by a blend as if it were whole',
    /^gradients by the numbers inside/,
    {
      ...right,
      gradient: (noise, upstream, options) => {
        const [act] = interventionsOf(options?.do);
        const found = gradient(noise, upstream, options);
        if (act?.kind !== 'blend') return found;
        return { ...found, interventions: found.interventions.map((g) => g?.map((v) => v / act.weight)) };
      },
    },
  ],
  ['abduction that forgets the parents', /^abduction: the noise found/, { ...right, abduct: (rows) => rows }],
  [
    'abduction that draws half the spread',
    /^the abducted noise of new rows/,
    {
      ...right,
      abduction: 'draw',
      abduct: (rows) => edit(abduct(rows), (_, u) => u.map((v) => v / 2)),
    },
  ],
  [
    'a density that counts what was cut',
    /^the density is a sum/,
    { ...right, logDensity: (rows) => logDensity(rows) },
  ],
  ['a closed form that does not act', /^closed forms/, { ...right, exact: ({ given }) => exact({ given }) }],
  [
    'samples without a seed',
    /^a seed decides/,
    { ...right, sample: (rows) => right.sample(rows, { seed: calls++ }) },
  ],
])('%s fails the law that names it', async (_, law, model) => {
  expect(await failedLaws(model)).toContainEqual(expect.stringMatching(law));
});

test('a model of tables that acts on the marginal only fails too', async () => {
  const levels = ['no', 'yes'];
  const tables = discreteModel({
    variables: [
      { name: 'x', levels },
      { name: 'y', levels },
    ],
    parents: { y: ['x'] },
    tables: { x: [0.5, 0.5], y: [0.9, 0.1, 0.2, 0.8] },
  });
  expect(await failedLaws(tables)).toEqual([]);
  const stale = withPredict((noise, options = {}) => {
    const acted = tables.predict(noise, options);
    return columnsFrom({ x: acted.column('x'), y: tables.predict(noise).column('y') });
  }, tables);
  expect(await failedLaws(stale)).toContainEqual(expect.stringMatching(/^some variable answers/));
  const { exact: _, ...rest } = tables;
  const wrongPosterior: CausalModel = {
    ...rest,
    abduct: (rows) => tables.abduct(rows, { seed: 1 }) && tables.noise(rows.rows),
  };
  expect(await failedLaws(wrongPosterior)).toContainEqual(
    expect.stringMatching(/^abduction: the noise found/),
  );
});
