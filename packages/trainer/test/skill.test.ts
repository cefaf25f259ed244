import type { Columns } from '@cfe/base';
import { createTable, namedSimulator, simulatorModel } from '@cfe/data';
import { createDag, type Dag, edgesOf } from '@cfe/graph';
import { type CausalNetwork, createNetwork } from '@cfe/network';
import { counterfactualRows } from '@cfe/scm';
import { fitNetwork } from '@cfe/trainer';
import { describe, expect, test } from 'vitest';
import { type ClassicName, classicEdges, classicTable, classicTruth, type Truth } from './support/classic.ts';
import { type Answerer, cells, lowestSkill, rmse } from './support/skill.ts';

const seeds = process.env.CFE_FULL === '1' ? 20 : 2;
const graphs = Object.keys(classicEdges) as ClassicName[];

/** What a fitted network says of rows: abduct, act, predict. */
function answers(network: CausalNetwork): Answerer {
  return (factual, target, value) => {
    const after = counterfactualRows(network, factual, { do: { [target]: value } });
    return Object.fromEntries(factual.names.map((name) => [name, after.column(name)]));
  };
}

async function fitted(
  truth: Truth,
  graph: Dag,
  seed: number,
  mechanisms: 'mlp' | 'linear',
): Promise<CausalNetwork> {
  const network = createNetwork({ graph, mechanisms, seed });
  await fitNetwork(network, classicTable(truth, seed, { perTarget: 100 }), { seed });
  return network;
}

describe.each(graphs)('counterfactual skill on %s, 1,000 rows and 100 under each intervention', (name) => {
  test(`linear: the lowest of all cells and ${seeds} seeds is over 0.90, the error within 1.5 of the linear family's`, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const truth = classicTruth(name, seed, false);
      const ours = cells(truth, seed, answers(await fitted(truth, truth.graph, seed, 'mlp')));
      const ceiling = cells(truth, seed, answers(await fitted(truth, truth.graph, seed, 'linear')));
      expect(lowestSkill(ours), `seed ${seed}`).toBeGreaterThan(0.9);
      expect(rmse(ours) / rmse(ceiling), `seed ${seed}`).toBeLessThan(1.5);
    }
  });
  test(`nonlinear twin: the lowest of all cells and ${seeds} seeds is over 0.90, and bends pay`, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const truth = classicTruth(name, seed, true);
      const ours = cells(truth, seed, answers(await fitted(truth, truth.graph, seed, 'mlp')));
      const straight = cells(truth, seed, answers(await fitted(truth, truth.graph, seed, 'linear')));
      expect(lowestSkill(ours), `seed ${seed}`).toBeGreaterThan(0.9);
      expect(rmse(ours) / rmse(straight), `seed ${seed}`).toBeLessThan(0.6);
    }
  });
});

test.each([
  ['fork', 2],
  ['complex', 6],
] as const)(
  '%s, seed %i: where noise hides which shape it is, a mean of the likely ones misleads less',
  async (name, seed) => {
    const truth = classicTruth(name, seed, true);
    // the likeliest shape alone: 0.937 and 0.933
    expect(
      lowestSkill(cells(truth, seed, answers(await fitted(truth, truth.graph, seed, 'mlp')))),
    ).toBeGreaterThan(0.955);
  },
);

test('steps of a sum of squares: what products leave over is searched for from the curves', async () => {
  const truth = simulatorModel(namedSimulator('triangle-nonlinear'));
  const sample = truth.sample(2000, { seed: 3 });
  const table = createTable(
    sample.names.map((name) => ({
      variable: { name, kind: 'continuous' as const },
      values: sample.column(name),
    })),
  );
  const network = createNetwork({ graph: truth.graph, seed: 1 });
  await fitNetwork(network, table, { seed: 1 });
  const noise = truth.noise(500, { seed: 2 });
  const factual = truth.predict(noise);
  const skills = truth.graph.nodes.slice(0, 2).flatMap((target) =>
    [0.25, 0.5, 0.75].map((p) => {
      const value = table.column(target).slice().sort()[Math.round(p * 1999)]!;
      const real = truth.predict(noise, { do: { [target]: value } });
      const said = counterfactualRows(network, factual, { do: { [target]: value } });
      let [error, change] = [0, 0];
      for (const name of truth.graph.nodes) {
        if (name === target) continue;
        const [y, a, b] = [factual, real, said].map((columns) => columns.column(name)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        for (let r = 0; r < 500; r++) {
          error += (b[r]! - a[r]!) ** 2;
          change += (y[r]! - a[r]!) ** 2;
        }
      }
      return 1 - error / change;
    }),
  );
  // from the units that draw the product: 0.75; a fit in the model's own form: 0.998
  expect(Math.min(...skills)).toBeGreaterThan(0.95);
});

describe('what does not know the answer fails by the same code', () => {
  const truth = classicTruth('confounder', 0, true);
  const judge = (answer: Answerer): number => lowestSkill(cells(truth, 0, answer));
  const copy = (factual: Columns): Record<string, Float64Array> =>
    Object.fromEntries(factual.names.map((name) => [name, factual.column(name)]));

  test('copying the factual rows scores 0', () => {
    expect(judge(copy)).toBe(0);
  });
  test('an untrained network', () => {
    expect(judge(answers(createNetwork({ graph: truth.graph, seed: 1 })))).toBeLessThan(0.5);
  });
  test('the reversed graph, fitted well', async () => {
    const edges = edgesOf(truth.graph).map(({ from, to }): [string, string] => [to, from]);
    const network = await fitted(truth, createDag(truth.graph.nodes, edges), 0, 'mlp');
    expect(judge(answers(network))).toBeLessThan(0.5);
  });
  test('the target set but nothing below it recomputed', () => {
    expect(
      judge((factual, target, value) => ({
        ...copy(factual),
        [target]: new Float64Array(factual.rows).fill(value),
      })),
    ).toBe(0);
  });
  test('an effect of the wrong sign is below 0', async () => {
    const network = await fitted(truth, truth.graph, 0, 'mlp');
    const wrong: Answerer = (factual, target, value) => {
      const right = answers(network)(factual, target, value);
      return Object.fromEntries(
        Object.entries(right).map(([name, after]) => [
          name,
          after.map((y, r) => 2 * (factual.column(name)[r] as number) - y),
        ]),
      );
    };
    expect(judge(wrong)).toBeLessThan(0);
  });
});
