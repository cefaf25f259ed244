import { createRng } from '@cfe/base';
import { createTable } from '@cfe/data';
import { edgesOf, toAdjacency } from '@cfe/graph';
import { describe, expect, test } from 'vitest';
import { flop } from '../src/index.ts';
import { bdeu, type DiscreteData, discreteBic } from '../src/internal/discrete-score.ts';
import { optimumUnder } from './support/exhaustive.ts';

const levels = [2, 3, 4, 2, 3, 40, 50, 60];
const rows = 300;

function data(seed: number): DiscreteData {
  const rng = createRng(seed);
  return {
    levels,
    columns: levels.map((r) => Float64Array.from({ length: rows }, () => rng.integer(r))),
    rowsOf: levels.map((_, j) =>
      Int32Array.from({ length: rows }, (_, r) => r).filter((r) => j !== 1 || r % 3 !== 0),
    ),
  };
}

/** Counts by the text of the configuration, nothing shared with the code under test. */
function tables({ columns, rowsOf }: DiscreteData, node: number, parents: readonly number[]): number[][] {
  const found = new Map<string, number[]>();
  for (const row of rowsOf[node]!) {
    const key = parents.map((w) => columns[w]![row]).join();
    const counts = found.get(key) ?? new Array<number>(levels[node]!).fill(0);
    found.set(key, counts);
    counts[columns[node]![row]!]!++;
  }
  return [...found.values()];
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** ln Γ(a + n) − ln Γ(a) as the product that it is. */
const risen = (a: number, n: number): number => sum(Array.from({ length: n }, (_, k) => Math.log(a + k)));

// none to five parents, a node left out of some rows, and a table too large to be counted in place
const sets: readonly (readonly [node: number, parents: readonly number[]])[] = [
  [0, []],
  [0, [1]],
  [0, [1, 2]],
  [1, [0, 2, 3]],
  [4, [0, 1, 2, 3]],
  [3, [0, 1, 2, 4, 5]],
  [1, [5, 6, 7]],
];

describe.each(sets)('node %i given %j', (node, parents) => {
  const given = data(7);
  const configurations = parents.reduce((product, w) => product * levels[w]!, 1);
  const r = levels[node]!;
  const counted = tables(given, node, parents);

  test('BIC is twice the negative log likelihood and its charge', () => {
    const likelihood = sum(
      counted.map((counts) => sum(counts.map((n) => (n > 0 ? n * Math.log(n / sum(counts)) : 0)))),
    );
    const charge = 2 * Math.log(rows) * (r - 1) * configurations;
    const score = discreteBic(given, 2);
    expect(score(node, parents)).toBeCloseTo(charge - 2 * likelihood, 6);
    expect(score(node, parents, charge / 2)).toBe(Number.POSITIVE_INFINITY);
  });

  test('BDeu is the marginal likelihood', () => {
    const [perRow, perCell] = [10 / configurations, 10 / configurations / r];
    const likelihood = sum(
      counted.map((counts) => sum(counts.map((n) => risen(perCell, n))) - risen(perRow, sum(counts))),
    );
    expect(bdeu(given, 10)(node, parents)).toBeCloseTo(-2 * likelihood, 6);
  });
});

describe('the prior over graphs of categories', () => {
  const rng = createRng(5);
  const a = Float64Array.from({ length: 400 }, () => rng.integer(2));
  const flipped = (x: number): number => (rng.uniform() < 0.2 ? 1 - x : x);
  const b = a.map(flipped);
  const c = b.map(flipped);
  const d = a.map(() => rng.integer(2));
  const table = createTable(
    Object.entries({ a, b, c, d, e: d.map(flipped) }).map(([name, values]) => ({
      variable: { name, kind: 'categorical' as const, levels: ['no', 'yes'] },
      values,
    })),
  );

  test('costs 2 ln of the odds against an edge for every edge', async () => {
    const one = await flop().learn(table, {});
    const none = await flop({ expectedParents: Number.POSITIVE_INFINITY }).learn(table, {});
    expect(toAdjacency(one.graph)).toEqual(toAdjacency(none.graph));
    expect(edgesOf(one.graph)).toHaveLength(3);
    // each of the 4 others is a parent with probability 1/4: odds of 3 to 1 against
    expect(one.score - none.score).toBeCloseTo(3 * 2 * Math.log(3), 9);
    expect(one.details.expectedParents).toBe(1);
  });

  test('is refused where it is none', async () => {
    await expect(flop({ expectedParents: 0 }).learn(table, {})).rejects.toMatchObject({
      code: 'structure/prior',
    });
  });
});

test('the search finds the optimum of all DAGs over five categories, some of which help only together', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const rng = createRng(seed);
    const columns: Float64Array[] = [];
    for (let v = 0; v < 5; v++) {
      const before = [...columns.keys()].filter(() => rng.uniform() < 0.6);
      // parity: any but all of the parents tell nothing
      columns.push(
        Float64Array.from({ length: 300 }, (_, r) =>
          before.length === 0 || rng.uniform() < 0.15
            ? rng.integer(2)
            : before.reduce((sum, w) => sum + columns[w]![r]!, 0) % 2,
        ),
      );
    }
    const names = columns.map((_, v) => `x${v}`);
    const table = createTable(
      names.map((name, v) => ({
        variable: { name, kind: 'categorical', levels: ['0', '1'] },
        values: columns[v]!,
      })),
    );
    const all = Int32Array.from({ length: 300 }, (_, r) => r);
    const local = discreteBic({ levels: [2, 2, 2, 2, 2], columns, rowsOf: columns.map(() => all) }, 1);
    const { score } = await flop({ discrete: 'bic' }).learn(table, { seed });
    expect(score).toBeCloseTo(optimumUnder(names, local).score, 6);
  }
});
