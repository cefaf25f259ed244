import { createReferenceExecutor, type Executor } from '@cfe/autograd';
import { createDag } from '@cfe/graph';
import { counterfactualWorlds, createNetwork } from '@cfe/network';
import { counterfactualRows, type Do } from '@cfe/scm';
import { expect, test } from 'vitest';
import { withScales } from './support/with-scales.ts';

const graph = createDag(
  ['x', 'm', 'y'],
  [
    ['x', 'm'],
    ['m', 'y'],
    ['x', 'y'],
  ],
);
const variables = [{ name: 'm', kind: 'categorical', levels: ['a', 'b'] }] as const;
const actions: readonly Do[] = [
  {},
  { x: 1 },
  { m: 'b', x: -2 },
  [{ target: 'y', kind: 'shift', by: 3 }],
  [{ target: 'y', kind: 'sometimes', probability: 0.5, with: { target: 'y', kind: 'hard', value: 7 } }],
  [
    {
      target: 'y',
      kind: 'replace',
      parents: ['x'],
      mechanism: { evaluate: ([x]) => (x as Float64Array).map((v) => 2 * v) },
    },
  ],
  [{ target: 'x', kind: 'noise', factor: 2 }],
  [
    {
      target: 'm',
      kind: 'replace',
      parents: ['x'],
      mechanism: { evaluate: ([x], u) => u.map((v, r) => (v < 0.3 + 0.1 * Math.sign(x![r]!) ? 0 : 1)) },
    },
  ],
];

test('worlds are what each action alone gives, to the bit', () => {
  const network = withScales(createNetwork({ graph, variables, seed: 2 }));
  const noise = network.noise(20, { seed: 1 });
  const worlds = network.worlds(noise, actions, { seed: 4 });
  for (const [w, action] of actions.entries()) {
    const alone = network.predict(noise, { do: action, seed: 4 });
    for (const name of graph.nodes)
      expect(worlds[w]?.column(name), `${w} ${name}`).toEqual(alone.column(name));
  }
  const rows = network.sample(20, { seed: 6 });
  for (const [w, world] of counterfactualWorlds(network, rows, actions, { seed: 5 }).entries()) {
    const alone = counterfactualRows(network, rows, { do: actions[w] as Do, seed: 5 });
    for (const name of graph.nodes) expect(world.column(name)).toEqual(alone.column(name));
  }
});

test('many worlds are few passes on one set of weights, and what an action does not reach is computed once', () => {
  const passes: number[] = [];
  const computed: number[] = [];
  const parameters = new Set<unknown>();
  const network = createNetwork({
    graph,
    seed: 2,
    executor(plan): Executor {
      const executor = createReferenceExecutor(plan);
      return {
        ...executor,
        forward(input) {
          passes.push(input.rows);
          computed.push(3 * input.rows - (input.action?.cut.reduce((sum, bit) => sum + bit, 0) ?? 0));
          parameters.add(input.parameters);
          return executor.forward(input);
        },
      };
    },
  });
  const noise = network.noise(100, { seed: 1 });
  network.worlds(
    noise,
    Array.from({ length: 1000 }, (_, k): Do => ({ m: k / 100 })),
  );
  // four passes over worlds, each after one over the rows themselves
  expect(passes.reduce((sum, rows) => sum + rows, 0)).toBe(100_000 + 4 * 100);
  expect(passes.length).toBe(8);
  expect(parameters.size).toBe(1);
  // x and m itself stand there already: only y, which m causes, is computed in every world
  expect(computed.reduce((sum, mechanisms) => sum + mechanisms, 0)).toBe(100_000 + 4 * 300);
});

test('a categorical mechanism can be replaced: its noise is a uniform number, and its children are computed anew', () => {
  const network = withScales(createNetwork({ graph, variables, seed: 2 }));
  const rows = 4000;
  const noise = network.noise(rows, { seed: 3 });
  const middle = network.predict(noise).column('x').toSorted()[rows / 2]!;
  const act: Do = [
    {
      target: 'm',
      kind: 'replace',
      parents: ['x'],
      mechanism: { evaluate: ([x], u) => u.map((v, r) => (v < (x![r]! > middle ? 0.8 : 0.2) ? 1 : 0)) },
    },
  ];
  const found = network.predict(noise, { do: act });
  const [x, m, y] = graph.nodes.map((name) => found.column(name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (const [side, p] of [
    ['above', 0.8],
    ['below', 0.2],
  ] as const) {
    const own = m.filter((_, r) => x[r]! > middle === (side === 'above'));
    const share = own.reduce((sum, level) => sum + level, 0) / own.length;
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / own.length));
  }
  expect(network.predict(noise, { do: { m } }).column('y')).toEqual(y);
  expect(x).toEqual(network.predict(noise).column('x'));
});
