import { createTable } from '@cfe/data';
import { edgesOf, shd } from '@cfe/graph';
import { createNetwork } from '@cfe/network';
import { counterfactualRows } from '@cfe/scm';
import { learnStructure } from '@cfe/structure';
import { additiveSearch, fitNetwork } from '@cfe/trainer';
import { describe, expect, test } from 'vitest';
import { curveScorer } from '../src/internal/curve-scorer.ts';
import { climb } from '../src/internal/dag-search.ts';
import { featureMoments } from '../src/internal/feature-moments.ts';
import { leastSquares } from '../src/internal/least-squares.ts';
import { type ClassicName, classicEdges, classicTable, classicTruth } from './support/classic.ts';
import { cells, lowestSkill } from './support/skill.ts';

const seeds = process.env.CFE_FULL === '1' ? 10 : 2;

describe.each(Object.keys(classicEdges) as ClassicName[])(
  '%s, observations and interventions, nothing of the truth handed in',
  (name) => {
    test.each([
      ['linear', false],
      ['nonlinear twin', true],
    ])('%s: the exact graph, and counterfactual skill over 0.85', async (_, nonlinear) => {
      for (let seed = 0; seed < seeds; seed++) {
        const truth = classicTruth(name, seed, nonlinear);
        const table = classicTable(truth, seed, { perTarget: 100 });
        const { dag, graph } = await learnStructure(table, { method: additiveSearch({ restarts: 3 }), seed });
        expect(shd(truth.graph, dag as NonNullable<typeof dag>).count, `seed ${seed}`).toBe(0);
        expect(graph.kind).toBe('dag');
        const network = createNetwork({ graph: dag as NonNullable<typeof dag>, seed });
        await fitNetwork(network, table, { seed });
        const skill = lowestSkill(
          cells(truth, seed, (factual, target, value) => {
            const after = counterfactualRows(network, factual, { do: { [target]: value } });
            return Object.fromEntries(factual.names.map((one) => [one, after.column(one)]));
          }),
        );
        expect(skill, `seed ${seed}`).toBeGreaterThan(0.85);
      }
    });
  },
);

describe('the search', () => {
  const truth = classicTruth('confounder', 1, true);
  const table = classicTable(truth, 1, { rows: 300, perTarget: 30 });
  const scorer = curveScorer(featureMoments(table), 2);
  const free = { isAllowed: () => true, isRequired: () => false };

  test('finds the best of all 543 graphs over four variables', () => {
    let best = Number.POSITIVE_INFINITY;
    for (const parents of allDags(4)) {
      best = Math.min(
        best,
        parents.reduce((sum, set, j) => sum + scorer.score(j, set), 0),
      );
    }
    const found = climb([[], [], [], []], scorer, free, () => {});
    expect(found.score).toBeCloseTo(best, 8);
  });
  test('scores a straight line as least squares does', () => {
    const observed = classicTable(classicTruth('chain', 3, false), 3, { rows: 200 });
    const lines = curveScorer(featureMoments(observed), 2);
    const [x, y] = [0, 1].map((k) => standard(observed.column(observed.names[k] as string)));
    const { squares } = leastSquares([new Float64Array(200).fill(1), x as Float64Array], y as Float64Array);
    const bic = 200 * Math.log(squares / 200) + 2 * Math.log(200) * 2;
    expect(lines.score(1, [0])).toBeLessThanOrEqual(bic + 1e-6); // bends may be worth their price
    expect(lines.score(1, [])).toBeCloseTo(2 * Math.log(200), 6);
  });
});

test('linear observations leave directions open, and the result says so', async () => {
  const truth = classicTruth('chain', 2, false);
  const { graph } = await learnStructure(classicTable(truth, 2), { method: additiveSearch(), seed: 1 });
  expect(graph.kind).toBe('pdag');
  expect(edgesOf(graph).filter(({ type }) => type === 'undirected').length).toBe(3);
});

test('knowledge is obeyed, and a categorical variable refused', async () => {
  const truth = classicTruth('chain', 2, true);
  const table = classicTable(truth, 2, { rows: 300 });
  const method = additiveSearch({ restarts: 3 });
  const { dag } = await learnStructure(table, {
    method,
    knowledge: { required: [['y', 'x1']], forbidden: [['x1', 'x2']] },
    seed: 1,
  });
  const edges = edgesOf(dag as NonNullable<typeof dag>).map(({ from, to }) => `${from} ${to}`);
  expect(edges).toContain('y x1');
  expect(edges).not.toContain('x1 x2');
  const levels = createTable([
    {
      variable: { name: 'c', kind: 'categorical', levels: ['a', 'b'] },
      values: Float64Array.from({ length: 20 }, (_, r) => r % 2),
    },
    { variable: { name: 'x', kind: 'continuous' }, values: Float64Array.from({ length: 20 }, (_, r) => r) },
  ]);
  await expect(learnStructure(levels, { method })).rejects.toThrow(/"c" is categorical/);
});

function standard(x: Float64Array): Float64Array {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const sd = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length);
  return x.map((v) => (v - mean) / sd);
}

/** Every DAG, by trying every choice of parents and sorting out those with cycles. */
function* allDags(d: number): Generator<number[][]> {
  const choices = 2 ** (d * (d - 1));
  for (let code = 0; code < choices; code++) {
    const parents = Array.from({ length: d }, (): number[] => []);
    let rest = code;
    for (let j = 0; j < d; j++) {
      for (let i = 0; i < d; i++) {
        if (i === j) continue;
        if (rest % 2 === 1) (parents[j] as number[]).push(i);
        rest = Math.floor(rest / 2);
      }
    }
    if (isAcyclic(parents)) yield parents;
  }
}

function isAcyclic(parents: readonly (readonly number[])[]): boolean {
  const left = new Set(parents.keys());
  for (;;) {
    const free = [...left].filter((j) => !(parents[j] as readonly number[]).some((i) => left.has(i)));
    if (free.length === 0) return left.size === 0;
    for (const j of free) left.delete(j);
  }
}
