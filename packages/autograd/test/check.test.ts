import { expect, test } from 'vitest';
import {
  checkCase,
  checkScenarios,
  createReferenceExecutor,
  type Executor,
  type Plan,
} from '../src/index.ts';

test('the reference executor passes every scenario, in both precisions', () => {
  const exact = checkScenarios();
  expect(exact.length).toBeGreaterThan(15);
  expect(exact.filter(({ passed }) => !passed)).toEqual([]);
  expect(Math.max(...exact.map(({ leak }) => leak))).toBe(0);
  const rounded = checkScenarios((plan) => createReferenceExecutor(plan, { dtype: 'float32' }));
  expect(rounded.filter(({ passed }) => !passed)).toEqual([]);
  expect(Math.max(...rounded.map(({ maxRelativeError }) => maxRelativeError))).toBeGreaterThan(1e-9);
});

/** Wraps the reference with a mistake that people really make; each must be caught. */
type Mutation = (plan: Plan, honest: Executor) => Partial<Executor>;

const mutants: Record<string, { readonly mutate: Mutation; readonly leaks: boolean }> = {
  'one intervened row blocks the whole batch': {
    leaks: true, // the other rows' gradient ends up at values that nobody set
    mutate: (_plan, honest) => ({
      forward(input) {
        const { rows, action } = input;
        const { values } = honest.forward(input);
        if (action === undefined) return { values };
        const cut = action.cut.map((_, at) => {
          const from = Math.floor(at / rows) * rows;
          return action.cut.subarray(from, from + rows).includes(1) ? 1 : 0;
        });
        return honest.forward({ ...input, action: { cut, value: values.slice() } });
      },
    }),
  },
  'a parent of an intervened variable loses its gradient on all paths': {
    leaks: false,
    mutate: (plan, honest) => {
      let cut: Uint8Array | undefined;
      let rows = 0;
      return {
        forward(input) {
          cut = input.action?.cut;
          rows = input.rows;
          return honest.forward(input);
        },
        backward(upstream) {
          const gradient = honest.backward(upstream);
          for (let j = 0; j < plan.variables; j++) {
            for (const i of plan.parents.items.subarray(plan.parents.offsets[j], plan.parents.offsets[j + 1]))
              for (let r = 0; r < rows; r++) if (cut?.[j * rows + r] === 1) gradient.noise[i * rows + r] = 0;
          }
          return gradient;
        },
      };
    },
  },
  'nothing is cut': {
    leaks: true,
    mutate: (_plan, honest) => ({ forward: (input) => honest.forward({ ...input, action: undefined }) }),
  },
  'the value is set, but the gradient still flows into the old mechanism': {
    leaks: true,
    mutate: (_plan, honest) => ({
      forward(input) {
        const { rows, parameters, gates } = input;
        const values = honest.forward(input).values.slice();
        const noise = honest.abduct({ rows, parameters, gates, values });
        honest.forward({ ...input, noise, action: undefined });
        return { values };
      },
    }),
  },
  'descendants keep the values they had': {
    leaks: false,
    mutate: (_plan, honest) => ({
      forward(input) {
        const stale = honest.forward({ ...input, action: undefined }).values.slice();
        honest.forward(input);
        return {
          values: stale.map((x, at) =>
            input.action?.cut[at] === 1 ? (input.action.value[at] as number) : x,
          ),
        };
      },
    }),
  },
  'an intervened term stays in the likelihood': {
    leaks: false,
    mutate: (_plan, honest) => ({
      likelihood: (input) => honest.likelihood({ ...input, action: undefined }),
    }),
  },
};

test.for(Object.entries(mutants))('caught: %s', ([, { mutate, leaks }]) => {
  const results = checkScenarios((plan) => {
    const honest = createReferenceExecutor(plan);
    return { ...honest, ...mutate(plan, honest) };
  });
  expect(results.some(({ passed }) => !passed)).toBe(true);
  expect(results.some(({ leak }) => leak > 0)).toBe(leaks);
});

test('a NaN in a gradient never passes', () => {
  const results = checkScenarios((plan) => {
    const honest = createReferenceExecutor(plan);
    return {
      ...honest,
      backward: (upstream) => ({
        ...honest.backward(upstream),
        noise: new Float64Array(upstream.length).fill(NaN),
      }),
    };
  });
  expect(results.find(({ name }) => name === 'chain, several variables')).toMatchObject({
    leak: Infinity,
    passed: false,
  });
});

const given = {
  // z → x → y, z → y
  dag: [
    [0, 1, 1],
    [0, 0, 1],
    [0, 0, 0],
  ],
  W: [
    [[0, 0, 0]],
    [
      [0.7, 0, 0],
      [-0.4, 0, 0],
    ],
    [
      [0.3, 0.9, 0],
      [1.1, -0.5, 0],
    ],
  ],
  b: [[0.2], [0.1, -0.3], [0.4, 0]],
  v: [[0.8], [1.5, -0.6], [0.9, 1.2]],
  U: [
    [0.3, -0.1, 0.2],
    [-1.2, 0.4, 0],
  ],
  mask: [
    [0, 0, 0],
    [0, 1, 0],
  ],
  value: [
    [null, null, null],
    [null, 2, null],
  ],
  upstream: [
    [0, 0, 1],
    [0.5, 0.25, 1],
  ],
};

test('a case given in full agrees with the formula, worked out by hand', () => {
  const { X, gradients } = checkCase(given);
  const unit = (j: number, h: number, x: readonly number[]): number =>
    Math.tanh(given.W[j]![h]!.reduce((sum, w, i) => sum + w * x[i]!, given.b[j]![h]!));
  for (const [r, u] of given.U.entries()) {
    const z = 0.8 * Math.tanh(0.2) + u[0]!;
    const x = r === 1 ? 2 : 1.5 * unit(1, 0, [z, 0, 0]) - 0.6 * unit(1, 1, [z, 0, 0]) + u[1]!;
    const y = 0.9 * unit(2, 0, [z, x, 0]) + 1.2 * unit(2, 1, [z, x, 0]) + u[2]!;
    for (const [j, value] of [z, x, y].entries()) expect(X[r]![j]).toBeCloseTo(value, 14);
  }
  const slope = (h: number): number => 1 - unit(2, h, X[1]!) ** 2;
  expect(gradients.value).toEqual([
    [0, 0, 0],
    [0, expect.closeTo(0.25 + 0.9 * slope(0) * 0.9 - 1.2 * slope(1) * 0.5, 14), 0],
  ]);
  expect(gradients.U[1]![1]).toBe(0);
  expect(gradients.U[1]![0]).toBeCloseTo(0.5 + 0.9 * slope(0) * 0.3 + 1.2 * slope(1) * 1.1, 14);
  expect(gradients.b[0]![0]).toBeCloseTo(
    (gradients.U[0]![0]! + gradients.U[1]![0]!) * 0.8 * (1 - Math.tanh(0.2) ** 2),
    14,
  );
  expect(gradients.W[1]!.flat().filter((_, at) => at % 3 > 0)).toEqual([0, 0, 0, 0]);
});

test('a case whose only row is cut leaves nothing to the mechanism', () => {
  const { gradients } = checkCase({
    ...given,
    U: [given.U[1]!],
    mask: [given.mask[1]!],
    value: [given.value[1]!],
    upstream: [given.upstream[1]!],
  });
  expect(gradients.W[1]!.flat()).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...gradients.b[1]!, ...gradients.v[1]!]).toEqual([0, 0, 0, 0]);
});

test.for([
  [
    'a cycle',
    {
      dag: [
        [0, 1, 1],
        [1, 0, 1],
        [0, 0, 0],
      ],
    },
    'graph/',
  ],
  [
    'half an edge',
    {
      dag: [
        [0, 0.5, 1],
        [0, 0, 1],
        [0, 0, 0],
      ],
    },
    'autograd/case-value',
  ],
  ['a missing row', { U: [given.U[0]!] }, 'autograd/case-shape'],
  [
    'NaN',
    {
      U: [
        [0, NaN, 0],
        [0, 0, 0],
      ],
    },
    'autograd/case-value',
  ],
  [
    'no value where the mask is 1',
    {
      value: [
        [null, null, null],
        [null, null, null],
      ],
    },
    'autograd/case-value',
  ],
  [
    'a mask of 2',
    {
      mask: [
        [0, 2, 0],
        [0, 0, 0],
      ],
    },
    'autograd/case-value',
  ],
  ['too few units', { v: [[0.8], [1.5], [0.9, 1.2]] }, 'autograd/case-shape'],
  ['a mechanism without units', { b: [[], [0.1, -0.3], [0.4, 0]] }, 'autograd/case-shape'],
  ['no weights', { W: undefined as never }, 'autograd/case-value'],
] as const)('refused: %s', ([, change, code]) => {
  expect(() => checkCase({ ...given, ...change })).toThrow(
    expect.objectContaining({ code: expect.stringContaining(code) }),
  );
});
