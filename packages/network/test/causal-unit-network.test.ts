import { columnsFrom, createRng, standardNormal } from '@cfe/base';
import { createDag } from '@cfe/graph';
import { createCausalUnitNetwork, createNetwork, rewired } from '@cfe/network';
import { counterfactualRows, type Do } from '@cfe/scm';
import { checkModel } from '@cfe/scm/conformance';
import { describe, expect, test } from 'vitest';
import { withScales } from './support/with-scales.ts';

const rows = 32;
const x = Array.from({ length: rows }, (_, r) => standardNormal(createRng(r), 3));
const graph = createDag(
  ['x1', 'x2', 'x3', 'y'],
  [
    ['x1', 'x2'],
    ['x2', 'x3'],
    ['x2', 'y'],
    ['x3', 'y'],
  ],
);

describe('the classic example: three inputs, hidden 16 and 16, one output, a batch of 32', () => {
  test('its variables are the inputs and the output, in three layers, and it obeys the laws', async () => {
    const unit = createCausalUnitNetwork({
      inputs: 3,
      hidden: [16, 16],
      outputs: 1,
      structure: 'learn',
      seed: 1,
    });
    expect(unit.model.graph.nodes).toEqual(['x1', 'x2', 'x3', 'y']);
    expect(unit.units.map(({ activation }) => activation)).toEqual(['tanh', 'tanh', 'identity']);
    expect(unit.units[1]?.weights('y').length).toBe(256);
    expect(unit.units[0]?.weights('x1').length).toBe(0);
    const results = await checkModel(unit.model, { seed: 1 });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
  test('setting an input moves what it causes: through other inputs too', () => {
    const { model, ...unit } = createCausalUnitNetwork({
      inputs: 3,
      hidden: [16, 16],
      structure: graph,
      seed: 2,
    });
    withScales(model);
    const whatIf = unit.predict(x, { do: { x2: 0.5 } }).column('y');
    // by hand: x1 stays, x3 is moved by x2 with its own noise, y follows at noise 0, whose mean it is
    const noise = model.abduct(matrixColumns(new Float64Array(rows)));
    const byHand = model.predict(
      columnsFrom({
        x1: noise.column('x1'),
        x2: noise.column('x2'),
        x3: noise.column('x3'),
        y: new Float64Array(rows),
      }),
      { do: { x2: 0.5 } },
    );
    for (let r = 0; r < rows; r++) expect(whatIf[r]).toBeCloseTo(byHand.column('y')[r] as number, 10);
    const kept = unit.predict(x, { do: { x2: x.map((row) => row[1] as number) } }).column('y');
    const factual = unit.predict(x).column('y');
    for (let r = 0; r < rows; r++) expect(kept[r]).toBeCloseTo(factual[r] as number, 10);
  });
  test('a value per row, rows left alone, and the outcome itself', () => {
    const unit = createCausalUnitNetwork({ inputs: 3, structure: graph, seed: 2 });
    const some = unit.predict(x, { do: { x1: x.map((_, r) => (r % 2 === 0 ? NaN : 3)) } }).column('y');
    const factual = unit.predict(x).column('y');
    for (let r = 0; r < rows; r += 2) expect(some[r]).toBe(factual[r]);
    expect(some[1]).not.toBe(factual[1]);
    expect([...unit.predict(x, { do: { y: 2 } }).column('y')]).toEqual(new Array(rows).fill(2));
  });
  test('with the outputs that were seen it is the counterfactual of each row', () => {
    const { model, ...unit } = createCausalUnitNetwork({ inputs: 3, structure: graph, seed: 2 });
    const y = standardNormal(createRng(99), rows);
    const ours = unit.predict(x, { do: { x2: 1 }, outputs: Array.from(y, (v) => [v]) }).column('y');
    const exact = counterfactualRows(model, matrixColumns(y), { do: { x2: 1 } }).column('y');
    expect(ours).toEqual(exact);
  });
});

describe.each(['mlp', 'location-scale', 'flow'] as const)(
  'the mean over the noise of a %s output',
  (mechanism) => {
    test.each([
      ['an input set', { x2: 0.5 }],
      ['nothing done', {}],
      [
        'the output shifted now and then',
        [{ target: 'y', kind: 'sometimes', probability: 0.5, with: { target: 'y', kind: 'shift', by: 2 } }],
      ],
    ] as [string, Do][])('%s: the average of many draws', (_, action) => {
      const { model, ...unit } = createCausalUnitNetwork({
        inputs: 3,
        structure: graph,
        mechanism,
        noise: 'empirical',
        seed: 3,
      });
      // a skewed law, so that noise := 0 would be wrong
      const values = Float64Array.from(
        { length: 500 },
        (_, k) => -Math.log(1 - (k + 0.5) / 500) - 0.2,
      ).sort();
      const { state } = withScales(model);
      model.update({ ...state, noise: state.noise.map(() => ({ kind: 'empirical', values })) });
      const one = [x[0] as Float64Array];
      const mean = unit.predict(one, { do: action, seed: 1 }).column('y')[0] as number;
      const draws = 20_000;
      const noise = model.abduct(
        columnsFrom({ x1: [one[0]?.[0] ?? 0], x2: [one[0]?.[1] ?? 0], x3: [one[0]?.[2] ?? 0], y: [0] }),
      );
      const own = model.noise(draws, { seed: 4 });
      const repeated = (name: string): Float64Array =>
        new Float64Array(draws).fill(noise.column(name)[0] as number);
      const isDrawn = Array.isArray(action);
      const sampled = model
        .predict(
          columnsFrom({ x1: repeated('x1'), x2: repeated('x2'), x3: repeated('x3'), y: own.column('y') }),
          {
            do: isDrawn ? [] : action,
          },
        )
        .column('y');
      const average = sampled.reduce((sum, v) => sum + v, 0) / draws;
      const sd = Math.sqrt(sampled.reduce((sum, v) => sum + (v - average) ** 2, 0) / draws);
      // one row of 'sometimes' is either shifted or not: both are answers of the law
      const expected = isDrawn ? [average, average + 2] : [average];
      expect(Math.min(...expected.map((value) => Math.abs(mean - value)))).toBeLessThan(
        (4 * sd) / Math.sqrt(draws) + 0.01 * sd,
      );
    });
  },
);

describe('rewiring', () => {
  test('edges that stay keep their weights, new ones say nothing yet', () => {
    const unit = createCausalUnitNetwork({ inputs: 3, hidden: [5, 4], structure: 'learn', seed: 1 });
    const { model } = unit;
    const noise = model.noise(20, { seed: 1 });
    const before = model.predict(noise);
    const more = createDag(model.graph.nodes, [
      ['x1', 'x2'],
      ['x1', 'y'],
      ['x2', 'y'],
      ['x3', 'y'],
      ['x2', 'x3'],
    ]);
    model.update(rewired(model, more));
    for (const name of model.graph.nodes)
      expect([...model.predict(noise).column(name)]).toEqual([...before.column(name)]);
    const start = createCausalUnitNetwork({ inputs: 3, hidden: [5, 4], structure: 'learn', seed: 1 }).model;
    model.update(rewired(model, start.graph));
    expect(model.state.parameters).toEqual(start.state.parameters);
  });
  test('a dropped edge drops its weights and no others', () => {
    const { model } = createCausalUnitNetwork({ inputs: 3, hidden: [6], structure: 'learn', seed: 1 });
    const noise = model.noise(20, { seed: 1 });
    const without = model.predict(noise, { do: { x2: 0 } }).column('y'); // reading 0 is reading nothing
    model.update(
      rewired(
        model,
        createDag(model.graph.nodes, [
          ['x1', 'y'],
          ['x3', 'y'],
        ]),
      ),
    );
    const after = model.predict(noise).column('y');
    for (let r = 0; r < 20; r++) expect(after[r]).toBeCloseTo(without[r] as number, 12);
  });
  test('a given structure is not to be changed, nor another set of variables taken', () => {
    const network = createNetwork({ graph });
    expect(() => network.update(rewired(network, createDag(graph.nodes, [])))).toThrow(/another graph/);
    expect(() => rewired(network, createDag(['a'], []))).toThrow(/over a; the network is over x1/);
  });
});

test('bad input is refused with a reason', () => {
  expect(() => createCausalUnitNetwork({ inputs: 0 })).toThrow(/no number of inputs/);
  expect(() => createCausalUnitNetwork({ inputs: ['a', 'a'] })).toThrow(/"a"/);
  expect(() =>
    createCausalUnitNetwork({ inputs: 1, structure: createDag(['y', 'x1'], [['y', 'x1']]) }),
  ).toThrow(/"y" causes the input "x1"/);
  expect(() => createCausalUnitNetwork({ inputs: 1, structure: graph })).toThrow(/the graph is over/);
  const unit = createCausalUnitNetwork({ inputs: 2 });
  expect(() => unit.predict([[1]])).toThrow(/row 0 has 1 values for 2 inputs/);
  expect(() => unit.predict([[1, NaN]])).toThrow(/row 0 of "x2" is missing/);
  expect(() => unit.predict([[1, 2]], { do: { z: 1 } })).toThrow(/"z"/);
  expect(() => unit.predict([[1, 2]], { outputs: [[1], [2]] })).toThrow(/2 rows of outputs for 1/);
});

function matrixColumns(y: Float64Array): ReturnType<typeof columnsFrom> {
  const column = (k: number): number[] => x.map((row) => row[k] as number);
  return columnsFrom({ x1: column(0), x2: column(1), x3: column(2), y });
}
