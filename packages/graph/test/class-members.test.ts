import { createRng } from '@cfe/base';
import { describe, expect, test } from 'vitest';
import {
  ancestorsOf,
  classSize,
  components,
  cpdag,
  createDag,
  createGraph,
  type Dag,
  dagsOf,
  districts,
  dSeparated,
  edgesOf,
  extendToDag,
  type Graph,
  incident,
  interventionalCpdag,
  isCpdag,
  markovBlanketOf,
  meek,
  moralGraph,
  type OrientationKnowledge,
  sampleDag,
  shd,
  subgraph,
} from '../src/index.ts';
import { matrixOf, membersByTrial } from './oracles/adjustment.ts';
import { allDags } from './oracles/enumerate.ts';
import { cases, letters, randomDag } from './oracles/random.ts';
import { same } from './oracles/same.ts';

const dags = allDags(4);
const key = (graph: Graph): string => JSON.stringify(matrixOf(graph));
const classes = new Map<string, Dag[]>();
for (const dag of dags) classes.set(key(cpdag(dag)), [...(classes.get(key(cpdag(dag))) ?? []), dag]);

describe('members of a class', () => {
  test('listed and counted, on all 185 classes with 4 nodes', () => {
    for (const members of classes.values()) {
      const graph = cpdag(members[0] as Dag);
      same([...dagsOf(graph)].map(key).sort(), members.map(key).sort());
      same(Number(classSize(graph)), members.length);
    }
  });

  test('listed and counted, on random classes with up to 8 nodes, observational and interventional', () => {
    for (const rng of cases(150, 'members')) {
      const d = 5 + rng.integer(4);
      const dag = randomDag(rng, d, 1.6 / (d - 1) + 0.15 * rng.integer(3));
      for (const graph of [cpdag(dag), interventionalCpdag(dag, [[dag.nodes[0] as string]])]) {
        if (graph.neighbours.items.length > 26) continue; // 2¹³ orientations are enough for the oracle
        const expected = membersByTrial(graph).map(key).sort();
        same([...dagsOf(graph)].map(key).sort(), expected);
        same(Number(classSize(graph)), expected.length);
      }
    }
  });

  test('sizes known by formula: complete graphs, paths, stars, chained cliques', () => {
    const complete = (d: number): Dag =>
      createDag(
        letters(d),
        letters(d).flatMap((to, j) => letters(j).map((from): [string, string] => [from, to])),
      );
    let factorial = 1n;
    for (let d = 1; d <= 20; d++) {
      factorial *= BigInt(d);
      expect(classSize(cpdag(complete(d)))).toBe(factorial);
    }
    const path = createDag(
      letters(300),
      letters(299).map((from, i): [string, string] => [from, `v${i + 1}`]),
    );
    expect(classSize(cpdag(path))).toBe(300n);
    const star = createDag(
      letters(40),
      letters(40)
        .slice(1)
        .map((to): [string, string] => ['v0', to]),
    );
    expect(classSize(cpdag(star))).toBe(40n);
    // a complete graph on p nodes without one edge has 2(p − 1)! − (p − 2)! members (He, Jia & Yu 2015)
    const p = 12;
    const almost = createDag(
      letters(p),
      edgesOf(complete(p)).filter(({ from, to }) => from !== 'v10' || to !== 'v11'),
    );
    let inner = 1n;
    for (let k = 2; k <= p - 2; k++) inner *= BigInt(k);
    expect(classSize(cpdag(almost))).toBe(2n * inner * BigInt(p - 1) - inner);
  });

  test('draws are members, and uniform: chi-squared at 1 in 10,000', () => {
    const graphs = [...classes.values()]
      .filter(({ length }) => length >= 6)
      .map((members) => cpdag(members[0] as Dag));
    for (const [k, graph] of graphs.entries()) {
      const size = Number(classSize(graph));
      const counts = new Map([...dagsOf(graph)].map((dag) => [key(dag), 0]));
      const draws = 60 * size;
      const rng = createRng(k).fork('draws');
      for (let n = 0; n < draws; n++) {
        const drawn = key(sampleDag(graph, { seed: rng }));
        counts.set(drawn, (counts.get(drawn) ?? Number.NaN) + 1);
      }
      const chi = [...counts.values()].reduce((sum, count) => sum + (count - 60) ** 2 / 60, 0);
      const free = size - 1;
      // Wilson & Hilferty's approximation of the 0.9999 quantile
      expect(chi).toBeLessThan(free * (1 - 2 / (9 * free) + 3.72 * Math.sqrt(2 / (9 * free))) ** 3);
    }
    const big = cpdag(randomDag(createRng(3), 120, 0.02));
    expect(shd(cpdag(sampleDag(big, { seed: 5 })), big).count).toBe(0);
    expect(key(sampleDag(big, { seed: 5 }))).toBe(key(sampleDag(big, { seed: 5 })));
  });

  test('a graph that is no class is refused, or has no members', () => {
    const square = createGraph(
      'pdag',
      [...'abcd'],
      ['ab', 'bc', 'cd', 'da'].map(([from, to]) => ({
        from: from as string,
        to: to as string,
        type: 'undirected',
      })),
    );
    expect([...dagsOf(square)]).toEqual([]);
    expect(() => classSize(square)).toThrow('is no equivalence class');
    expect(() => sampleDag(square)).toThrow('is no equivalence class');
  });
});

describe('background knowledge', () => {
  test('the members that agree with it, and what they share, on all classes with 4 nodes', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'] as const;
    const all: readonly [OrientationKnowledge, (dag: Dag) => boolean][] = [
      [{ required: [[a, b]] }, (dag) => !has(dag, b, a)],
      [{ forbidden: [[a, c]], required: [[d, b]] }, (dag) => !has(dag, a, c) && !has(dag, b, d)],
      [{ tiers: [[a, b], [c]] }, (dag) => !has(dag, c, a) && !has(dag, c, b)],
      [{ roots: [d] }, (dag) => edgesOf(dag).every(({ to }) => to !== d)],
      [{ leaves: [b], roots: [a] }, (dag) => edgesOf(dag).every(({ from, to }) => from !== b && to !== a)],
    ];
    for (const members of classes.values()) {
      const graph = cpdag(members[0] as Dag);
      for (const [knowledge, agrees] of all) {
        const expected = members.filter(agrees);
        if (expected.length === 0) {
          expect(() => meek(graph, knowledge)).toThrow(/says the reverse|no DAG has this skeleton/);
          continue;
        }
        const closed = meek(graph, knowledge);
        same([...dagsOf(closed)].map(key).sort(), expected.map(key).sort());
        const shared = edgesOf(closed).filter(({ type }) => type === 'directed').length;
        const always = edgesOf(expected[0] as Dag).filter(({ from, to }) =>
          expected.every((dag) => has(dag, from, to)),
        );
        same(shared, always.length);
      }
    }
  });

  test('knowledge that contradicts itself or the graph is refused', () => {
    const graph = cpdag(createDag([...'abc'], [['a', 'c'], ['b', 'c']])); // biome-ignore format: short
    expect(() => meek(graph, { required: [['c', 'a']] })).toThrow('says the reverse');
    expect(() => meek(graph, { tiers: [['a'], ['a', 'b']] })).toThrow('"a" is in two tiers');
    expect(() => meek(graph, { roots: ['q'] })).toThrow('no node "q"');
  });

  function has(dag: Dag, from: string, to: string): boolean {
    return edgesOf(dag).some((edge) => edge.from === from && edge.to === to);
  }
});

test('isCpdag: of all partially directed graphs with 3 nodes, 11 are', () => {
  const pairs = ['ab', 'ac', 'bc'];
  let found = 0;
  for (let code = 0; code < 64; code++) {
    const edges = pairs.flatMap((pair, k) => {
      const [from, to] = [...pair] as [string, string];
      const state = (code >> (2 * k)) & 3;
      if (state === 0) return [];
      if (state === 3) return [{ from, to, type: 'undirected' as const }];
      return [state === 1 ? { from, to } : { from: to, to: from }];
    });
    try {
      if (isCpdag(createGraph('pdag', [...'abc'], edges))) found++;
    } catch {
      // a directed cycle
    }
  }
  expect(found).toBe(11); // OEIS A007984
  expect(isCpdag(createGraph('admg', ['a', 'b'], [{ from: 'a', to: 'b', type: 'bidirected' }]))).toBe(false);
});

describe('components and moral graphs', () => {
  test('separation in the moral graph over the ancestors is d-separation, on all DAGs with 4 nodes', () => {
    for (const dag of dags) {
      for (const given of [[], ['c'], ['c', 'd']]) {
        const moral = moralGraph(subgraph(dag, ancestorsOf(dag, ['a', 'b', ...given])));
        const rest = moral.nodes.filter((name) => !given.includes(name));
        const joined = components(subgraph(moral, rest)).some(
          (part) => part.includes('a') && part.includes('b'),
        );
        same(joined, !dSeparated(dag, 'a', 'b', given));
      }
    }
  });

  test('the Markov blanket separates its variable from the rest, and no smaller set does', () => {
    for (const dag of dags) {
      const blanket = markovBlanketOf(dag, 'a');
      const rest = dag.nodes.filter((name) => name !== 'a' && !blanket.includes(name));
      if (rest.length > 0) same(dSeparated(dag, 'a', rest, blanket), true);
      for (const left of blanket) {
        const smaller = blanket.filter((name) => name !== left);
        same(dSeparated(dag, 'a', [left, ...rest], smaller), false);
      }
    }
  });

  test('districts and components are partitions', () => {
    const graph = createGraph(
      'admg',
      [...'abcde'],
      [['a', 'b'], { from: 'b', to: 'c', type: 'bidirected' }, { from: 'e', to: 'c', type: 'bidirected' }],
    );
    expect(districts(graph)).toEqual([['a'], ['b', 'c', 'e'], ['d']]);
    expect(components(graph)).toEqual([['a', 'b', 'c', 'e'], ['d']]);
    expect(edgesOf(moralGraph(graph)).length).toBe(6); // {a, b, c, e} is a clique: the district and its parent
    expect(incident(graph.spouses, 2)).toHaveLength(2);
    expect(extendToDag(cpdag(createDag(['a'], [])))?.nodes).toEqual(['a']);
  });
});
