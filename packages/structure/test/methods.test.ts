import { createRng } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag, edgesOf, shd } from '@cfe/graph';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dagma, explain, falsify, flop, learnStructure, type MethodName } from '../src/index.ts';
import { curvedData } from './support/curved.ts';
import { gaussianBic } from './support/exhaustive.ts';
import { simulated } from './support/simulated.ts';

const names: readonly MethodName[] = ['auto', 'flop', 'pc', 'ges', 'direct-lingam', 'cam', 'dagma'];

describe.each(names)('%s', (method) => {
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

  test('obeys knowledge, in the graph and its DAG', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const { table } = simulated(seed, { d: 6, edges: 9, rows: 120 });
        const { graph, dag, score } = await learnStructure(table, {
          method,
          knowledge,
          budget: { restarts: 2 },
        });
        expect(Number.isFinite(score)).toBe(true);
        for (const found of [graph, dag!]) {
          const edges = edgesOf(found).flatMap(({ from, to, type }) =>
            type === 'directed' ? [`${from}${to}`] : [`${from}${to}`, `${to}${from}`],
          );
          expect(edges).toContain('x4x2');
          expect(edges.filter((edge) => /^x[234]x[01]$|^x0x3$|^x.x0$|^x5x.$/.test(edge))).toEqual([]);
        }
      }),
      { numRuns: method === 'dagma' ? 2 : 8 },
    );
  });

  test('does not depend on the order of the columns, nor on their units', async () => {
    const { table } = simulated(12, { d: 6, edges: 7, rows: 300 });
    const other = createTable(
      [...table.names].reverse().map((name, k) => ({
        variable: table.variable(name),
        values: table.column(name).map((x) => (k % 2 === 0 ? 1000 : -0.01) * x + 3),
      })),
    );
    const budget = { restarts: 3 };
    const [a, b] = [
      await learnStructure(table, { method, budget }),
      await learnStructure(other, { method, budget }),
    ];
    expect(edgeNames(a.graph)).toEqual(edgeNames(b.graph));
  });

  test('stops on abort with its reason, and a time limit leaves a valid graph', async () => {
    const { table } = simulated(1, { d: 25, edges: 100, rows: 2000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort('enough'), 1);
    await expect(learnStructure(table, { method, signal: stop.signal })).rejects.toBe('enough');
    const { status, dag, graph } = await learnStructure(table, { method, budget: { seconds: 1e-6 } });
    expect(status).toBe('budget');
    expect(dag!.nodes).toEqual(table.names);
    expect(graph.nodes).toEqual(table.names);
  });

  test('reports progress and a trace, and says what it did', async () => {
    const { table } = simulated(2, { d: 5, edges: 5, rows: 200 });
    let calls = 0;
    const result = await learnStructure(table, {
      method,
      budget: { restarts: 2 },
      onProgress: () => calls++,
    });
    expect(calls).toBeGreaterThan(0);
    expect(result.trace.length).toBeGreaterThan(0);
    expect(result.message).toMatch(/\.$/);
  });

  test('takes a table with regimes', async () => {
    const { table } = simulated(5, { d: 5, edges: 6, rows: 300, targets: 2 });
    const { graph, message, method: took } = await learnStructure(table, { method, budget: { restarts: 2 } });
    expect(graph.nodes).toEqual(table.names);
    if (!/flop|cam/.test(took)) expect(message).toContain('Only the 300 of 500 rows');
  });

  test('gives one answer for one seed, and a confidence of the right shape', async () => {
    const { table } = simulated(3, { d: 4, edges: 4, rows: 100 });
    const options = { method, seed: 3, bootstrap: 3, budget: { restarts: 1 } };
    const [a, b] = [await learnStructure(table, options), await learnStructure(table, options)];
    expect(a.confidence).toEqual(b.confidence);
    expect(a.confidence).toHaveLength(4);
  });
});

describe('cam', () => {
  test('finds the directions of curved effects, which FLOP cannot', async () => {
    let [curved, straight] = [0, 0];
    for (let seed = 0; seed < 5; seed++) {
      const { table, dag } = curvedData(seed, { d: 8, edges: 10, rows: 500 });
      curved += shd(
        dag,
        (await learnStructure(table, { method: 'cam', budget: { restarts: 3 } })).dag!,
      ).count;
      straight += shd(dag, (await flop().learn(table, {})).dag!).count;
    }
    expect(curved / 5).toBeLessThanOrEqual(2);
    expect(straight).toBeGreaterThan(2 * curved);
  });
});

describe('auto', () => {
  test('takes curves to CAM, odd noise to DirectLiNGAM, and the rest to FLOP', async () => {
    const { table: curved } = curvedData(1, { d: 6, edges: 7, rows: 500 });
    const { table: lines } = simulated(1, { d: 6, edges: 7, rows: 500 });
    const rng = createRng(4);
    const draw = (): Float64Array => Float64Array.from({ length: 1000 }, () => rng.uniform());
    const x = draw();
    const y = draw().map((e, r) => x[r]! + e);
    const z = draw().map((e, r) => y[r]! - x[r]! + e);
    const odd = tableOf({ x, y, z });
    const { table: regimes } = simulated(1, { d: 5, edges: 5, rows: 300, targets: 2 });
    for (const [table, method] of [
      [curved, 'cam'],
      [lines, 'flop'],
      [odd, 'direct-lingam'],
      [regimes, 'flop (interventional)'],
    ] as const) {
      const result = await learnStructure(table, { budget: { restarts: 3 } });
      expect(result.method).toBe(method);
      expect(result.message).toMatch(/^Chose /);
    }
  });
});

describe('auto, where curves mislead', () => {
  /** x → y → z, with a curve and noise as wanted. */
  function chain(curve: (x: number) => number, size: (x: number) => number): Table {
    const rng = createRng(9);
    const x = Float64Array.from({ length: 1500 }, () => rng.normal());
    const next = (from: Float64Array): Float64Array =>
      from.map((value) => curve(value) + size(value) * rng.normal());
    const y = next(x);
    return tableOf({ x, y, z: next(y) });
  }

  test.each([
    ['curves and added noise', (x: number) => Math.sin(2 * x), () => 0.4, 'cam', /^Chose CAM/],
    [
      'noise that grows with the cause',
      (x: number) => Math.sin(2 * x),
      (x: number) => 0.1 + 0.4 * Math.abs(x),
      'flop',
      /size of the noise depends on the causes/,
    ],
    ['a slight bend', (x: number) => x + 0.06 * x * x, () => 1, 'flop', /so slightly/],
  ] as const)('%s', async (_what, curve, size, method, why) => {
    const result = await learnStructure(chain(curve, size), { budget: { restarts: 3 } });
    expect(result.method).toBe(method);
    expect(result.message).toMatch(why);
  });
});

describe('explain', () => {
  const { table } = simulated(8, { d: 6, edges: 8, rows: 400 });

  test('tells the score of what is and of what might be, as the raw rows have it', async () => {
    const result = await flop().learn(table, {});
    const parents = (edges: readonly (readonly [string, string])[]): string[][] =>
      table.names.map((name) => edges.filter(([, to]) => to === name).map(([from]) => from));
    const edges = edgesOf(result.dag!).map(({ from, to }) => [from, to] as const);
    for (const [i, a] of table.names.entries()) {
      for (const b of table.names.slice(i + 1)) {
        const evidence = await explain(result, table, [a, b]);
        const at = edges.findIndex((edge) => edge.includes(a) && edge.includes(b));
        expect(evidence.scoreDifference).toBeGreaterThan(-1e-6);
        expect(evidence.message).toMatch(/\.$/);
        if (at >= 0) {
          const without = gaussianBic(table, parents(edges.filter((_, k) => k !== at)), 2);
          expect(evidence.scoreDifference).toBeCloseTo(without - result.score, 6);
          if (evidence.finding.includes('—')) expect(evidence.reversalDifference).toBeDefined();
        } else {
          expect(evidence.finding).toBe('none');
          expect(evidence.pValue).toBeGreaterThan(1e-4);
        }
      }
    }
  });

  test('the smallest detectable partial correlation is where an edge starts to pay', async () => {
    const { details } = await flop().learn(table, {});
    const r = details.smallestDetectablePartialCorrelation as number;
    expect(400 * Math.log(1 - r * r) + 2 * Math.log(400)).toBeCloseTo(0, 9);
  });

  test('refuses unknown names and a pair of one', async () => {
    const result = await flop().learn(table, { budget: { restarts: 0 } });
    await expect(explain(result, table, ['x0', 'nobody'])).rejects.toThrow(/nobody/);
    await expect(explain(result, table, ['x0', 'x0'])).rejects.toMatchObject({ code: 'structure/pair' });
  });
});

describe('falsify', () => {
  test('the true graph is contradicted at most as often as promised, its reverse nearly always', async () => {
    let [wrongly, rightly] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const { table, dag } = simulated(seed, { d: 6, edges: 6, rows: 500, low: 0.5 });
      const options = { permutations: 0 };
      if ((await falsify(table, dag, options)).contradicted) wrongly++;
      const reversed = createDag(
        dag.nodes,
        edgesOf(dag).map(({ from, to }) => [to, from]),
      );
      if ((await falsify(table, reversed, options)).contradicted) rightly++;
    }
    // binomial(40, 0.05) exceeds 6 with probability 0.003
    expect(wrongly).toBeLessThanOrEqual(6);
    expect(rightly).toBeGreaterThanOrEqual(32);
  });

  test('shuffled graphs fare worse than the true one', async () => {
    const { table, dag } = simulated(2, { d: 8, edges: 10, rows: 500, low: 0.5 });
    const { permutationPValue, permutedViolations, violations } = await falsify(table, dag, {
      permutations: 40,
    });
    expect(permutationPValue).toBeLessThanOrEqual(0.05);
    expect(permutedViolations[20]!).toBeGreaterThan(violations);
  });

  test('with regimes a wrong direction is caught that the class alone would pass', async () => {
    const { table, dag } = simulated(1, { d: 2, edges: 1, rows: 300, targets: 2, low: 0.9 });
    expect(edgesOf(dag)).toHaveLength(1);
    const [{ from, to }] = edgesOf(dag) as unknown as [{ from: string; to: string }];
    expect((await falsify(table, dag)).contradicted).toBe(false);
    expect((await falsify(table, createDag(dag.nodes, [[to, from]]))).contradicted).toBe(true);
  });

  test('a shuffled graph that fares as well counts against the graph, and p-values are corrected by Holm', async () => {
    const { table } = simulated(3, { d: 4, edges: 3, rows: 100 });
    const names = table.names;
    const empty = createDag(names, []);
    const found = await falsify(table, empty, { permutations: 19, seed: 1 });
    // every shuffled empty graph is the empty graph
    expect(found.permutedViolations.every((share) => share === found.violations)).toBe(true);
    expect(found.permutationPValue).toBe(1);
    const { independences } = found;
    expect(independences.length).toBe(12);
    for (const [k, { pValue, adjustedPValue }] of independences.entries()) {
      expect(adjustedPValue).toBeGreaterThanOrEqual(Math.min(1, pValue * (12 - k)));
      if (k === 0) expect(adjustedPValue).toBe(Math.min(1, 12 * pValue));
      else
        expect(adjustedPValue).toBe(
          Math.max(independences[k - 1]!.adjustedPValue, Math.min(1, pValue * (12 - k))),
        );
    }
  });

  test('a complete graph implies nothing', async () => {
    const { table } = simulated(1, { d: 2, edges: 1, rows: 100 });
    const complete = createDag(['x0', 'x1'], [['x0', 'x1']]);
    expect((await falsify(table, complete)).message).toMatch(/implies no independence/);
  });

  test('other variables are refused by name', async () => {
    const { table } = simulated(1, { d: 2, edges: 1, rows: 100 });
    await expect(falsify(table, createDag(['x0', 'z'], []))).rejects.toMatchObject({
      code: 'structure/other-variables',
    });
  });
});

describe('odd input, whatever the method', () => {
  const { table } = simulated(1, { d: 3, edges: 2, rows: 60 });
  const twice = createTable(
    table.names.map((name) => ({
      variable: table.variable(name),
      values: Float64Array.from([...table.column(name), ...table.column(name)]),
    })),
  );
  const wide = simulated(1, { d: 40, edges: 20, rows: 30 }).table;

  test.each(names)('%s takes duplicated rows', async (method) => {
    const { score } = await learnStructure(twice, { method, budget: { restarts: 2 } });
    expect(Number.isFinite(score)).toBe(true);
  });

  test.each(names)('%s takes or refuses fewer rows than variables', async (method) => {
    if (['direct-lingam', 'cam', 'dagma'].includes(method)) {
      await expect(learnStructure(wide, { method })).rejects.toMatchObject({
        code: 'structure/too-few-rows',
      });
      return;
    }
    const { score } = await learnStructure(wide, { method, budget: { restarts: 1, seconds: 2 } });
    expect(Number.isFinite(score)).toBe(true);
  });

  test.each(['direct-lingam', 'cam', 'dagma'] as const)('%s refuses categories by name', async (method) => {
    const mixed = createTable([
      {
        variable: { name: 'kind', kind: 'categorical', levels: ['a', 'b'] },
        values: table.column('x0').map((_, r) => r % 2),
      },
      { variable: table.variable('x0'), values: table.column('x0') },
    ]);
    await expect(learnStructure(mixed, { method })).rejects.toMatchObject({
      code: 'structure/categories',
      details: { variable: 'kind' },
    });
  });

  test('a deterministic relation among categories does not end in a wrong certainty', async () => {
    const rng = createRng(2);
    const a = Float64Array.from({ length: 300 }, () => rng.integer(2));
    const b = Float64Array.from({ length: 300 }, () => rng.integer(2));
    const column = (name: string, values: Float64Array) => ({
      variable: { name, kind: 'categorical' as const, levels: ['0', '1'] },
      values,
    });
    const xor = createTable([
      column('a', a),
      column('b', b),
      column(
        'c',
        a.map((v, r) => (v + b[r]!) % 2),
      ),
    ]);
    // which of the three is the effect is a guess, and said to be one
    const { message, details, dag } = await learnStructure(xor);
    expect(edgesOf(dag!)).toHaveLength(2);
    expect(details.determined).toHaveLength(1);
    expect(message).toMatch(/follows from "[abc]" and "[abc]" in every row: without noise/);
    // pairs of them are independent, which is all that these two look at
    for (const method of ['pc', 'ges'] as const)
      expect(edgesOf((await learnStructure(xor, { method })).graph)).toEqual([]);
    const flips = createRng(3);
    const noisy = createTable([
      column('a', a),
      column('b', b),
      column(
        'c',
        a.map((v, r) => (v + b[r]! + (flips.uniform() < 0.02 ? 1 : 0)) % 2),
      ),
    ]);
    expect((await learnStructure(noisy)).details.determined).toBeUndefined();
  });

  test('a category with one level is refused by name', async () => {
    const one = createTable([
      { variable: { name: 'kind', kind: 'categorical', levels: ['a', 'b'] }, values: new Float64Array(60) },
      { variable: table.variable('x0'), values: table.column('x0') },
    ]);
    await expect(learnStructure(one)).rejects.toMatchObject({
      code: 'structure/constant',
      details: { variable: 'kind' },
    });
  });

  test.each(names)(
    '%s gives a finite score where one number is a curve of another exactly',
    async (method) => {
      const x = simulated(1, { d: 2, edges: 0, rows: 300 }).table.column('x0');
      const exact = tableOf({
        x,
        y: x.map((value) => Math.sin(value)),
        z: simulated(2, { d: 2, edges: 0, rows: 300 }).table.column('x1'),
      });
      const { score, dag } = await learnStructure(exact, { method, budget: { restarts: 2 } });
      expect(Number.isFinite(score)).toBe(true);
      expect(dag!.nodes).toHaveLength(3);
    },
  );

  test('a regime without rows changes nothing', async () => {
    const { table: full } = simulated(4, { d: 4, edges: 5, rows: 200, targets: 2 });
    const { list, of } = full.regimes!;
    const more = createTable(
      full.names.map((name) => ({ variable: full.variable(name), values: full.column(name) })),
      { regimes: { list: [...list, { name: 'empty', targets: [{ variable: 'x3', kind: 'hard' }] }], of } },
    );
    const [a, b] = [await learnStructure(full), await learnStructure(more)];
    expect(b.graph).toEqual(a.graph);
    expect(b.score).toBe(a.score);
  });

  test('regimes with unknown targets are refused by name', async () => {
    const { table: full } = simulated(4, { d: 3, edges: 2, rows: 50 });
    const unknown = createTable(
      full.names.map((name) => ({ variable: full.variable(name), values: full.column(name) })),
      { regimes: { list: [{ name: 'odd', targets: 'unknown' }], of: new Int32Array(50) } },
    );
    await expect(learnStructure(unknown)).rejects.toMatchObject({
      code: 'structure/unknown-targets',
      details: { regime: 'odd' },
    });
  });

  test('rows that are nearly all interventions are refused by methods that use only the others', async () => {
    const values = table.column('x0');
    const regimes = {
      list: [
        { name: 'free', targets: [] },
        { name: 'do', targets: [{ variable: 'x0', kind: 'hard' as const }] },
      ],
      of: Int32Array.from({ length: 60 }, (_, r) => (r < 5 ? 0 : 1)),
    };
    const most = createTable(
      [
        { variable: table.variable('x0'), values },
        { variable: table.variable('x1'), values: table.column('x1') },
      ],
      { regimes },
    );
    await expect(learnStructure(most, { method: 'pc' })).rejects.toMatchObject({
      code: 'structure/no-observational-rows',
    });
  });
});

test('DAGMA on raw data of equal variance finds the DAG, on standardised data it does not', async () => {
  const sets = [0, 1].map((seed) => simulated(seed, { d: 5, edges: 6, rows: 500, low: 0.6 }));
  let [raw, standardised] = [0, 0];
  for (const { table, dag } of sets) {
    raw += shd(dag, (await dagma({ scale: 'raw' }).learn(table, {})).dag!).count;
    standardised += shd(dag, (await dagma().learn(table, {})).dag!).count;
  }
  expect(raw).toBeLessThanOrEqual(1);
  expect(standardised).toBeGreaterThan(raw);
});

function tableOf(columns: Readonly<Record<string, Float64Array>>): Table {
  return createTable(
    Object.entries(columns).map(([name, values]) => ({
      variable: { name, kind: 'continuous' as const },
      values,
    })),
  );
}

function edgeNames(graph: Parameters<typeof edgesOf>[0]): string[] {
  return edgesOf(graph)
    .map(({ from, to, type }) => (type === 'directed' ? `${from} → ${to}` : [from, to].sort().join(' — ')))
    .sort();
}
