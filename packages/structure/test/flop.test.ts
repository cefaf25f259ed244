import { createRng, inProcessRunner } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { cpdag, dagsOf, edgesOf, interventionalCpdag, parentsOf, shd, toAdjacency } from '@cfe/graph';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flop, type InterceptMode, learnStructure } from '../src/index.ts';
import { orderProblem } from '../src/internal/order-problem.ts';
import { searchOrders } from '../src/internal/order-search.ts';
import { totalScore } from '../src/internal/total-score.ts';
import { exhaustiveOptimum, gaussianBic } from './support/exhaustive.ts';
import { simulated } from './support/simulated.ts';

describe('the optimiser', () => {
  test('finds the score and the class of the exhaustive optimum, 200 of 200 data sets of 3 to 6 variables', async () => {
    let missed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const d = 3 + (seed % 4);
      const { table } = simulated(seed, { d, edges: d + (seed % 3), rows: 150, low: 0.1 });
      const best = exhaustiveOptimum(table, 2);
      const found = await flop().learn(table, {});
      if (Math.abs(found.score - best.score) > 1e-9 * Math.max(1, Math.abs(best.score))) missed++;
      else expect(toAdjacency(found.graph)).toEqual(toAdjacency(cpdag(best.dag)));
    }
    expect(missed).toBe(0);
  });

  test('reports the score of the graph it returns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const { table } = simulated(seed, { d: 12, edges: 20, rows: 300 });
        const { dag, score } = await flop({ penalty: 1.5 }).learn(table, { budget: { restarts: 3 } });
        const again = gaussianBic(
          table,
          table.names.map((name) => parentsOf(dag!, name)),
          1.5,
        );
        expect(Math.abs(score - again)).toBeLessThan(1e-9 * Math.abs(again));
      }),
      { numRuns: 25 },
    );
  });

  test('a local optimum has no variable with better parents to choose afresh before it', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { table } = simulated(seed, { d: 12, edges: 36, rows: 200 });
      const nodes = [...table.names].sort();
      const problem = await orderProblem(table, nodes, {}, {}, () => undefined);
      const { scorer } = problem.scorerUnder(undefined);
      const { order, states } = await searchOrders(scorer, {
        initialOrder: problem.order,
        restarts: 0,
        tie: 1e-8 * table.rows,
        rng: createRng(seed),
        expired: () => false,
        breathe: () => undefined,
      });
      for (const [at, v] of order.entries()) {
        const fresh = scorer.fit(v, order.slice(0, at), at);
        expect(states[v]!.score).toBeLessThanOrEqual(fresh.score + 1e-8 * table.rows);
      }
    }
  });

  test('finds 20 standardised variables with 40 edges: median distance at most 2', async () => {
    const distances: number[] = [];
    for (let seed = 0; seed < 9; seed++) {
      const { table, dag } = simulated(seed, { d: 20, edges: 40, rows: 1000 });
      distances.push(shd(cpdag(dag), (await flop().learn(table, {})).graph).count);
    }
    expect(distances.sort((a, b) => a - b)[4]).toBeLessThanOrEqual(2);
  });
});

describe('what must not matter', () => {
  const draw = fc.record({ seed: fc.nat(10_000), scale: fc.double({ min: 1e-6, max: 1e6, noNaN: true }) });

  test('scale, sign and order of the columns', async () => {
    await fc.assert(
      fc.asyncProperty(draw, async ({ seed, scale }) => {
        const { table } = simulated(seed, { d: 7, edges: 9, rows: 200 });
        const other = createTable(
          [...table.names].reverse().map((name, k) => ({
            variable: table.variable(name),
            values: table.column(name).map((x) => (k % 2 === 0 ? scale : -1) * x + 3),
          })),
        );
        const [a, b] = [await flop().learn(table, {}), await flop().learn(other, {})];
        expect(named(a.graph)).toEqual(named(b.graph));
      }),
      { numRuns: 20, examples: [[{ seed: 7099, scale: 1e-6 }]] },
    );
  });

  test('a seed gives the same result again, and the runner does not change it', async () => {
    const { table } = simulated(3, { d: 8, edges: 12, rows: 100 });
    const options = { seed: 5, bootstrap: 6, budget: { restarts: 2 } };
    const a = await learnStructure(table, options);
    const b = await learnStructure(table, { ...options, runner: inProcessRunner() });
    expect(a.confidence).toEqual(b.confidence);
    expect(a.score).toBe(b.score);
  });
});

describe('interventions', () => {
  test('regimes on every variable give the whole DAG', async () => {
    const distances: number[] = [];
    for (let seed = 0; seed < 10; seed++) {
      const { table, dag } = simulated(seed, { d: 10, edges: 20, rows: 1000, targets: 10 });
      const { graph, method } = await learnStructure(table);
      expect(method).toBe('flop (interventional)');
      distances.push(shd(dag, graph).count);
    }
    expect(distances.reduce((a, b) => a + b) / 10).toBeLessThanOrEqual(0.5);
  });

  test('the class is the one of its member under the targets', async () => {
    const { table } = simulated(4, { d: 8, edges: 12, rows: 500, targets: 3 });
    const { graph, dag } = await learnStructure(table);
    expect(graph.kind).toBe('icpdag');
    const class_ = interventionalCpdag(dag!, [['x0'], ['x1'], ['x2']]);
    expect(toAdjacency(graph)).toEqual(toAdjacency(class_));
  });

  test('all members of a class score alike, whatever the intercepts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(10_000),
        fc.constantFrom('auto', 'shared', 'perEnvironment'),
        async (seed, intercept) => {
          const { table } = simulated(seed, { d: 6, edges: 9, rows: 150, targets: 2, batchShift: seed % 2 });
          const { graph, score, details } = await flop({ intercept }).learn(table, {
            budget: { restarts: 3 },
          });
          const nodes = [...table.names].sort();
          const problem = await orderProblem(table, nodes, {}, {}, () => undefined);
          const local = problem.local(
            problem.modesOf(details.intercepts as Readonly<Record<string, InterceptMode>>),
          );
          let members = 0;
          for (const dag of dagsOf(graph)) {
            expect(Math.abs(totalScore(dag, nodes, local) - score)).toBeLessThan(1e-9 * Math.abs(score));
            if (++members === 12) break;
          }
          expect(members).toBeGreaterThan(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  // from one intercept per regime alone, the search kept a turned edge on each of these
  test.each([90_009, 90_012])(
    'the intercepts chosen score no worse than one kind for all, %i',
    async (seed) => {
      const { table, dag } = simulated(seed, { d: 10, edges: 20, rows: 1000, targets: 10, setTo: 2 });
      const budget = { restarts: 5 };
      const [auto, ...fixed] = await Promise.all(
        (['auto', 'shared', 'perEnvironment'] as const).map((intercept) =>
          flop({ intercept }).learn(table, { seed, budget }),
        ),
      );
      for (const { score } of fixed) expect(auto!.score).toBeLessThanOrEqual(score + 1e-6);
      expect(shd(dag, auto!.graph).count).toBe(0);
    },
  );

  test('the score with an intercept for every regime is that of the raw rows, ln of the rows of each but the largest its charge', async () => {
    const { table } = simulated(8, { d: 4, edges: 4, rows: 120, targets: 2, rowsPerTarget: 60 });
    const { score, dag } = await flop({ intercept: 'perEnvironment', penalty: 2 }).learn(table, {});
    const { list, of } = table.regimes!;
    let expected = 0;
    for (const [v, name] of table.names.entries()) {
      const counted = list.flatMap(({ targets }, e) =>
        targets === 'unknown' || targets.some(({ variable }) => variable === name) ? [] : [e],
      );
      const groups = counted.map((e) => Array.from(of.keys()).filter((r) => of[r] === e));
      const within = createTable(
        table.names.map((other) => ({
          variable: table.variable(other),
          values: Float64Array.from(
            groups.flatMap((rows) => {
              const values = rows.map((r) => table.column(other)[r]!);
              const mean = values.reduce((a, b) => a + b, 0) / values.length;
              return values.map((x) => x - mean);
            }),
          ),
        })),
      );
      const parents = parentsOf(dag!, name);
      const alone = table.names.map((_, w) => (w === v ? parents : []));
      expected +=
        gaussianBic(within, alone, 0) +
        within.rows * Math.log(variance(within.column(name)) / variance(table.column(name))) +
        2 * Math.log(table.rows) * parents.length;
      const sizes = groups.map((rows) => rows.length);
      expected += sizes.reduce((sum, n) => sum + Math.log(n), 0) - Math.log(Math.max(...sizes));
    }
    expect(score).toBeCloseTo(expected, 6);
  });

  test('a variable that was never left alone is refused by name', async () => {
    const { table } = simulated(4, { d: 3, edges: 2, rows: 100 });
    const always = withRegimes(table, [{ name: 'a', targets: [{ variable: 'x1', kind: 'hard' }] }]);
    await expect(learnStructure(always)).rejects.toMatchObject({
      code: 'structure/always-targeted',
      details: { variable: 'x1' },
    });
  });
});

describe('knowledge', () => {
  test('is obeyed by the graph and its member', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const { table } = simulated(seed, { d: 6, edges: 9, rows: 200 });
        const knowledge = {
          tiers: [
            ['x0', 'x1'],
            ['x2', 'x3', 'x4'],
          ],
          required: [['x4', 'x2']],
          forbidden: [['x0', 'x3']],
          roots: ['x0'],
          leaves: ['x5'],
        } as const;
        const { graph, dag } = await learnStructure(table, { knowledge, budget: { restarts: 5 } });
        for (const found of [graph, dag!]) {
          const edges = edgesOf(found).flatMap(({ from, to, type }) =>
            type === 'directed' ? [`${from}${to}`] : [`${from}${to}`, `${to}${from}`],
          );
          expect(edges).toContain('x4x2');
          expect(edges.filter((edge) => /^x[234]x[01]$|^x0x3$|^x.x0$|^x5x.$/.test(edge))).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });

  const contradictions = [
    [{ required: [['x0', 'x1']], forbidden: [['x0', 'x1']] }, /"x0" → "x1" is required, but it is forbidden/],
    [
      {
        required: [
          ['x0', 'x1'],
          ['x1', 'x0'],
        ],
      },
      /but|cycle/,
    ],
    [{ required: [['x0', 'x1']], roots: ['x1'] }, /"x1" is a root/],
    [{ required: [['x0', 'x1']], leaves: ['x0'] }, /"x0" is a leaf/],
    [{ tiers: [['x0'], ['x0']] }, /tier 1 and in tier 2/],
    [{ tiers: [['x0'], ['x1']], required: [['x1', 'x0']] }, /later tier/],
    [
      {
        required: [
          ['x0', 'x1'],
          ['x1', 'x2'],
          ['x2', 'x0'],
        ],
      },
      /cycle "x0" → "x1" → "x2" → "x0"/,
    ],
  ] as const;
  test.each(contradictions)('%j is refused', async (knowledge, message) => {
    const { table } = simulated(1, { d: 3, edges: 2, rows: 50 });
    await expect(learnStructure(table, { knowledge })).rejects.toThrow(message);
  });
});

describe('bad input is refused by name', () => {
  const { table } = simulated(1, { d: 3, edges: 2, rows: 50 });
  const cases: readonly [string, Table, string][] = [
    ['a missing value', replaced(table, (x, r) => (r === 7 ? Number.NaN : x)), 'structure/missing-values'],
    ['a constant', replaced(table, () => 3.3), 'structure/constant'],
    ['a copy', replaced(table, (_, r) => 2 * table.column('x0')[r]! + 1), 'structure/collinear'],
    [
      'a sum',
      replaced(table, (_, r) => table.column('x0')[r]! - table.column('x2')[r]!),
      'structure/collinear',
    ],
  ];
  test.each(cases)('%s', async (_what, bad, code) => {
    await expect(learnStructure(bad)).rejects.toMatchObject({ code });
  });

  test('an infinite value', () => {
    expect(() => replaced(table, (x, r) => (r === 7 ? -1 / 0 : x))).toThrow(/row 7 of "x1" is -Infinity/);
  });

  test('a target that is no column', () => {
    expect(() =>
      withRegimes(table, [{ name: 'do', targets: [{ variable: 'nobody', kind: 'hard' }] }]),
    ).toThrow(/nobody/);
  });

  test('an unknown method', async () => {
    await expect(learnStructure(table, { method: 'flopp' as 'flop' })).rejects.toMatchObject({
      code: 'structure/unknown-method',
    });
  });
});

describe('time', () => {
  const { table } = simulated(1, { d: 60, edges: 240, rows: 300 });

  test('a time limit ends the search with a valid graph', async () => {
    const { status, dag, trace } = await learnStructure(table, { budget: { seconds: 0.02 } });
    expect(status).toBe('budget');
    expect(dag!.nodes).toHaveLength(60);
    expect(trace.length).toBeGreaterThan(0);
  });

  test('abort arrives while the search runs, and rejects with its reason', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort('enough'), 50);
    await expect(
      learnStructure(table, { budget: { restarts: 1_000_000 }, signal: stop.signal }),
    ).rejects.toBe('enough');
  });

  test('progress and trace fall, and end at the score', async () => {
    const values: number[] = [];
    const { trace, score } = await learnStructure(table, {
      budget: { restarts: 4 },
      onProgress: ({ value }) => values.push(value!),
    });
    expect(values).toHaveLength(5);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(trace.at(-1)!.score).toBe(score);
  });
});

test('a category is a cause among numbers, and fewer rows than variables are no obstacle', async () => {
  const { table } = simulated(1, { d: 3, edges: 0, rows: 300 });
  const origin = Float64Array.from({ length: 300 }, (_, r) => r % 3);
  const mixed = createTable([
    { variable: { name: 'origin', kind: 'categorical', levels: ['a', 'b', 'c'] }, values: origin },
    {
      variable: { name: 'x0', kind: 'continuous' },
      values: table.column('x0').map((x, r) => x + [0, 2, -1][origin[r]!]!),
    },
    { variable: { name: 'x1', kind: 'continuous' }, values: table.column('x1') },
  ]);
  const { graph } = await learnStructure(mixed, { knowledge: { roots: ['origin'] } });
  expect(edgesOf(graph)).toEqual([{ from: 'origin', to: 'x0', type: 'directed' }]);
  const { table: wide } = simulated(1, { d: 40, edges: 20, rows: 30 });
  expect((await learnStructure(wide, { budget: { restarts: 2 } })).score).toBeLessThanOrEqual(0);
});

function named(graph: Parameters<typeof edgesOf>[0]): string[] {
  return edgesOf(graph)
    .map(({ from, to, type }) => (type === 'directed' ? `${from} → ${to}` : [from, to].sort().join(' — ')))
    .sort();
}

function replaced(table: Table, value: (x: number, row: number) => number): Table {
  return createTable(
    table.names.map((name) => ({
      variable: table.variable(name),
      values: name === 'x1' ? table.column(name).map(value) : table.column(name),
    })),
  );
}

function withRegimes(table: Table, list: NonNullable<Table['regimes']>['list']): Table {
  return createTable(
    table.names.map((name) => ({ variable: table.variable(name), values: table.column(name) })),
    { regimes: { list, of: new Int32Array(table.rows) } },
  );
}

function variance(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}
