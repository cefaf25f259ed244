import { createReferenceExecutor, planLayout } from '@cfe/autograd';
import { createDag, createGraph, type Dag } from '@cfe/graph';
import { createNetwork, type MechanismChoice, type NetworkState } from '@cfe/network';
import { describe, expect, test } from 'vitest';
import { withScales } from './support/with-scales.ts';

const graph = createDag(
  ['x', 'c', 'y'],
  [
    ['x', 'c'],
    ['c', 'y'],
    ['x', 'y'],
  ],
);
const variables = [{ name: 'c', kind: 'categorical', levels: ['a', 'b'] }] as const;

describe('createNetwork', () => {
  test('one mechanism for all gives a categorical variable its own head', () => {
    const network = createNetwork({ graph, variables, mechanisms: 'flow' });
    expect(network.mechanisms.map(({ kind }) => kind)).toEqual(['flow', 'categorical', 'flow']);
    expect(network.plan.mechanisms.map(({ head }) => head.kind)).toEqual(['flow', 'categorical', 'flow']);
    const categorical = createNetwork({ graph, variables, mechanisms: 'categorical' });
    expect(categorical.mechanisms.map(({ kind }) => kind)).toEqual(['mlp', 'categorical', 'mlp']);
  });
  test('mechanisms by name, also of a variable called kind', () => {
    const named = createDag(['kind', 'y'], [['kind', 'y']]);
    const network = createNetwork({
      graph: named,
      mechanisms: { kind: 'linear', y: { kind: 'mlp', hidden: [3, 2] } },
    });
    expect(network.mechanisms.map(({ kind, hidden }) => [kind, hidden])).toEqual([
      ['linear', []],
      ['mlp', [3, 2]],
    ]);
  });
  test('a graph that leaves a direction open is refused with the way out; one that only is called a CPDAG is taken', () => {
    const open = createGraph('cpdag', ['x', 'y'], [{ from: 'x', to: 'y', type: 'undirected' }]);
    expect(() => createNetwork({ graph: open as unknown as Dag })).toThrow(
      /'cpdag'.*undirected edge between "x" and "y".*Take 'dag'/,
    );
    const closed = createGraph(
      'cpdag',
      ['x', 'y', 'z'],
      [
        ['x', 'z'],
        ['y', 'z'],
      ],
    );
    expect(createNetwork({ graph: closed as unknown as Dag }).graph.kind).toBe('dag');
  });
  test.each([
    [{ mechanisms: { z: 'linear' } }, /"z"/],
    [{ mechanisms: { c: 'flow' } }, /categorical: take/],
    [{ mechanisms: { x: 'categorical' } }, /continuous: give its levels/],
    [{ mechanisms: { x: { kind: 'spline' } } }, /spline; it must be one of/],
    [{ mechanisms: { x: { kind: 'linear', hidden: [4] } } }, /take 'mlp'/],
    [{ mechanisms: { y: { kind: 'mlp', hidden: [0] } } }, /hidden widths/],
    [{ mechanisms: { y: { kind: 'mlp', activation: 'sin' } } }, /sin/],
    [{ noise: 'uniform' }, /'empirical' or 'normal'/],
    [{ variables: [{ name: 'q', kind: 'continuous' }] }, /"q"/],
    [{ variables: [{ name: 'c', kind: 'categorical', levels: ['a', 'a'] }] }, /lists a level twice/],
  ] as unknown as [object, RegExp][])('%j is refused', (options, message) => {
    expect(() => createNetwork({ graph, variables, ...options })).toThrow(message);
  });
  test('names that would make two columns of noise are refused', () => {
    const twice = createDag(['c', 'c[a]'], []);
    expect(() => createNetwork({ graph: twice, variables })).toThrow(/"c\[a\]" would name two columns/);
  });
  test('the seed decides the weights, a variable more or less changes no other', () => {
    const of = (nodes: readonly string[], seed: number): Float64Array => {
      const network = createNetwork({ graph: createDag(nodes, [['x', 'y']]), seed });
      const { from, to } = planLayout(network.plan).mechanisms[nodes.indexOf('y')] as {
        from: number;
        to: number;
      };
      return network.state.parameters.slice(from, to);
    };
    expect(of(['x', 'y'], 1)).toEqual(of(['x', 'y'], 1));
    expect(of(['x', 'y', 'z'], 1)).toEqual(of(['x', 'y'], 1));
    expect(of(['x', 'y'], 2)).not.toEqual(of(['x', 'y'], 1));
  });
});

describe('a network and its state', () => {
  test('a copy goes its own way, and what was read stays as it was', () => {
    const network = createNetwork({ graph, variables, seed: 1 });
    const [copy, before] = [network.copy(), network.state];
    const parameters = network.state.parameters.map((p) => p + 1);
    network.update({ ...network.state, parameters });
    parameters.fill(0); // what was handed in is not held
    expect(copy.state.parameters).toEqual(before.parameters);
    expect(network.state.parameters[0]).toBe((before.parameters[0] as number) + 1);
    const noise = copy.noise(5, { seed: 1 });
    expect(network.predict(noise).column('x')).not.toEqual(copy.predict(noise).column('x'));
  });
  test.each([
    [(state: NetworkState) => ({ ...state, parameters: new Float64Array(3) }), /3 parameters/],
    [(state: NetworkState) => ({ ...state, scales: [] }), /0 scales/],
    [(state: NetworkState) => ({ ...state, parameters: state.parameters.map(() => NaN) }), /not finite/],
    [
      (state: NetworkState) => ({ ...state, scales: state.scales.map(() => ({ centre: 0, scale: 0 })) }),
      /scale 0|spread of 0/,
    ],
    [
      (state: NetworkState) => ({
        ...state,
        noise: state.noise.map(() => ({ kind: 'empirical', values: new Float64Array(0) })),
      }),
      /one or more values/,
    ],
  ] as [(state: NetworkState) => NetworkState, RegExp][])(
    'what does not fit is refused and changes nothing',
    (change, message) => {
      const network = createNetwork({ graph, seed: 1 });
      const before = network.state;
      expect(() => network.update(change(before))).toThrow(message);
      expect(network.state).toBe(before);
    },
  );
  test('an executor is made when needed, disposed of, and made again', () => {
    let alive = 0;
    const network = createNetwork({
      graph,
      executor(plan) {
        const executor = createReferenceExecutor(plan);
        alive += 1;
        return {
          ...executor,
          dispose() {
            alive -= 1;
          },
        };
      },
    });
    expect(alive).toBe(0);
    network.sample(2);
    for (let k = 0; k < 5; k++) network.update(network.state);
    network.sample(2);
    expect(alive).toBe(1);
    network.dispose();
    expect(alive).toBe(0);
    expect(network.sample(1).rows).toBe(1);
  });
  test('empirical noise is drawn from its values, and nothing else', () => {
    const network = withScales(createNetwork({ graph: createDag(['x'], []), mechanisms: 'linear' }));
    network.update({ ...network.state, noise: [{ kind: 'empirical', values: Float64Array.of(-1, 3) }] });
    const { centre, scale } = network.state.scales[0] as { centre: number; scale: number };
    const bias = network.state.parameters[0] as number;
    const sigma = Math.exp(network.state.parameters[1] as number);
    const possible = [-1, 3].map((u) => centre + scale * (bias + sigma * u));
    const seen = new Set([...network.sample(50, { seed: 1 }).column('x')].map((x) => x.toFixed(9)));
    expect(seen).toEqual(new Set(possible.map((x) => x.toFixed(9))));
  });
  test('the summary says for a person what the network is', () => {
    const network = createNetwork({ graph, variables, mechanisms: { y: 'location-scale' }, seed: 1 });
    const { text, parameters, variables: lines } = network.summary();
    expect(parameters).toBe(network.state.parameters.length);
    expect(lines.map(({ mechanism }) => mechanism)).toEqual(['root', 'categorical', 'location-scale']);
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('location-scale [16]');
    expect(text).toMatch(/not fitted yet$/);
  });
});

describe('what a network is asked', () => {
  const network = createNetwork({ graph, variables, seed: 1 });
  const rows = network.sample(3, { seed: 1 });
  test.each([
    ['an unknown variable', () => network.sample(1, { do: { z: 1 } }), /"z"/],
    ['an unknown level', () => network.sample(1, { do: { c: 'q' } }), /"q"/],
    [
      'two things at once',
      () =>
        network.sample(1, {
          do: [
            { target: 'x', kind: 'hard', value: 1 },
            { target: 'x', kind: 'shift', by: 1 },
          ],
        }),
      /a second intervention/,
    ],
    ['a value that is none', () => network.sample(1, { do: { x: Infinity } }), /finite/],
    ['values of another length', () => network.sample(3, { do: { x: [1, 2] } }), /2 values for 3 rows/],
    [
      'a row with a hole',
      () => network.abduct({ ...rows, column: () => Float64Array.of(1, NaN, 1) }),
      /row 1 of "x" is missing/,
    ],
    [
      'a level that is none',
      () =>
        network.logDensity({
          ...rows,
          column: (name) => (name === 'c' ? Float64Array.of(0, 2, 1) : rows.column(name)),
        }),
      /row 1 of "c" is 2/,
    ],
    [
      'a column that is not there',
      () => network.abduct({ ...rows, column: (name) => rows.column(`${name}!`) }),
      /"x!"/,
    ],
    [
      'noise that is none',
      () => network.predict({ ...rows, column: () => Float64Array.of(NaN, 1, 1) }),
      /noise "x" is NaN in row 0/,
    ],
    [
      'a replaced categorical mechanism that gives no level',
      () =>
        network.sample(1, {
          do: [{ target: 'c', kind: 'replace', parents: [], mechanism: { evaluate: (_, u) => u } }],
        }),
      /gave 0\.\d+ in row 0; it must give levels' indices, 0 to 1/,
    ],
    [
      'a replacement that gives nothing',
      () =>
        network.sample(1, {
          do: [
            {
              target: 'y',
              kind: 'replace',
              parents: [],
              mechanism: { evaluate: () => Float64Array.of(NaN) },
            },
          ],
        }),
      /gave NaN in row 0/,
    ],
    [
      'a density under a replacement',
      () =>
        network.logDensity(rows, {
          do: [{ target: 'y', kind: 'replace', parents: [], mechanism: { evaluate: (_, u) => u } }],
        }),
      /not known in closed form/,
    ],
  ] as [string, () => unknown, RegExp][])('%s: an error that names it', (_, ask, message) => {
    expect(ask).toThrow(message);
  });
  test('no gradient is offered where a choice has none', () => {
    expect(network.gradient).toBeUndefined();
    expect(createNetwork({ graph }).gradient).toBeDefined();
  });
  test('every mechanism choice by its name alone', () => {
    const kinds: MechanismChoice[] = ['linear', 'mlp', 'location-scale', 'flow'];
    for (const kind of kinds)
      expect(createNetwork({ graph, mechanisms: kind }).mechanisms[2]?.kind).toBe(kind);
  });
});
