import { describe, expect, test } from 'vitest';
import {
  ancestorAid,
  compareGraphs,
  cpdag,
  createDag,
  createGraph,
  type Dag,
  dSeparated,
  edgesOf,
  type Graph,
  incident,
  osetAid,
  parentAid,
  permuteNodes,
  reachable,
  shd,
  sid,
} from '../src/index.ts';
import { effectJudge } from '../src/internal/effect-judge.ts';
import {
  adjusts,
  adjustsInDag,
  distanceByDefinition,
  leftOpen,
  matrixOf,
  possibleDescendants,
  subsets,
} from './oracles/adjustment.ts';
import { allDags } from './oracles/enumerate.ts';
import { decode, peers } from './oracles/peers.ts';
import { cases, randomDag } from './oracles/random.ts';
import { same } from './oracles/same.ts';

const dag = (...edges: [string, string][]): Dag => createDag(['0', '1', '2', '3'], edges);
const small = (d: number, ...edges: [string, string][]): Dag =>
  createDag(['0', '1', '2', '3'].slice(0, d), edges);
const diamond = dag(['0', '1'], ['1', '3'], ['0', '2'], ['2', '3']);

// algorithms.md, section 4: by definition, and by an independent program
test.each<[string, Dag, Dag, number[], number[]]>([
  ['0→1 | 1→0', small(2, ['0', '1']), small(2, ['1', '0']), [1, 2, 2, 2], [0, 0, 0, 0]],
  ['0→1 | empty', small(2, ['0', '1']), small(2), [1, 1, 1, 1], [1, 2, 2, 2]],
  ['empty | 0→1', small(2), small(2, ['0', '1']), [1, 0, 0, 0], [1, 2, 2, 2]],
  [
    'chain | reversed',
    small(3, ['0', '1'], ['1', '2']),
    small(3, ['2', '1'], ['1', '0']),
    [2, 6, 6, 6],
    [0, 0, 0, 0],
  ],
  [
    'chain | with 0→2',
    small(3, ['0', '1'], ['1', '2']),
    small(3, ['0', '1'], ['1', '2'], ['0', '2']),
    [1, 0, 0, 0],
    [1, 0, 0, 0],
  ],
  [
    'triangle | chain',
    small(3, ['0', '1'], ['1', '2'], ['0', '2']),
    small(3, ['0', '1'], ['1', '2']),
    [1, 1, 0, 1],
    [1, 0, 0, 0],
  ],
  [
    'fork | collider',
    small(3, ['1', '0'], ['1', '2']),
    small(3, ['0', '1'], ['2', '1']),
    [2, 6, 4, 4],
    [2, 6, 6, 6],
  ],
  ['long chain | empty', dag(['0', '1'], ['1', '2'], ['2', '3']), dag(), [3, 6, 6, 6], [3, 12, 12, 12]],
  [
    'diamond | with 1→2',
    diamond,
    dag(['0', '1'], ['1', '3'], ['0', '2'], ['2', '3'], ['1', '2']),
    [1, 0, 0, 0],
    [3, 3, 3, 3],
  ],
  [
    'diamond | first edge reversed',
    diamond,
    dag(['1', '0'], ['1', '3'], ['0', '2'], ['2', '3']),
    [1, 5, 5, 5],
    [0, 0, 0, 0],
  ],
])('worked values: %s', (_, truth, guess, ofDags, ofClasses) => {
  expect(all(truth, guess)).toEqual(ofDags);
  expect(sid(truth, guess)).toEqual(parentAid(truth, guess));
  expect(all(cpdag(truth), cpdag(guess))).toEqual(ofClasses);
});

function all(truth: Graph, guess: Graph): number[] {
  return [shd(truth, guess).count, ...[parentAid, ancestorAid, osetAid].map((f) => f(truth, guess).count)];
}

test(`gadjid, networkx and causal-learn agree on ${peers.length} pairs of random graphs`, () => {
  expect(peers.length).toBeGreaterThanOrEqual(1000);
  for (const [
    d,
    truthDigits,
    guessDigits,
    truthClass,
    guessClass,
    ofDags,
    ofClasses,
    mixed,
    separations,
  ] of peers) {
    const truth = decode('dag', d, truthDigits) as Dag;
    const guess = decode('dag', d, guessDigits) as Dag;
    const classes = [decode('cpdag', d, truthClass), decode('cpdag', d, guessClass)] as const;
    same([...all(truth, guess), sid(truth, guess).count], ofDags);
    same(all(...classes), ofClasses);
    same(all(truth, classes[1]), mixed);
    same(edgesOf(cpdag(truth)), edgesOf(classes[0]));
    for (const [x, y, given, separated] of separations) {
      const name = (i: number): string => truth.nodes[i] as string;
      same(dSeparated(truth, name(x), name(y), given.map(name)), separated === 1);
    }
  }
});

describe('by definition', () => {
  const dags = allDags(4);
  const classes = [
    ...new Map(dags.map((one) => [JSON.stringify(matrixOf(cpdag(one))), cpdag(one)])).values(),
  ];

  test('every verdict on every DAG and class with 4 nodes', () => {
    for (const graph of [...dags, ...classes]) {
      const judge = effectJudge(graph, 'test');
      const m = matrixOf(graph);
      for (let t = 0; t < 4; t++) {
        const open = judge.undetermined(t);
        const below = judge.possibleDescendants(t);
        const others = [0, 1, 2, 3].filter((i) => i !== t);
        for (const y of others) {
          same(below[y] === 1, possibleDescendants(m, t).has(y));
          same(open[y] === 1, leftOpen(m, [t], [y]));
        }
        for (const set of subsets(others)) {
          const wrong = judge.misadjusted(t, set);
          for (const y of others) {
            if (open[y] === 1 || set.includes(y)) continue;
            same(
              wrong[y] === 0,
              graph.kind === 'dag'
                ? adjustsInDag(graph as Dag, [t], [y], set)
                : adjusts(graph, [t], [y], set),
            );
          }
        }
      }
    }
  });

  test('the distances on all pairs of DAGs and of classes with 3 nodes', () => {
    const three = allDags(3);
    const threeClasses = [
      ...new Map(three.map((one) => [JSON.stringify(matrixOf(cpdag(one))), cpdag(one)])).values(),
    ];
    for (const graphs of [three, threeClasses])
      for (const truth of graphs) for (const guess of graphs) expectByDefinition(truth, guess);
  });

  test('the distances on random pairs with 4 to 7 nodes', () => {
    for (const rng of cases(250, 'pairs')) {
      const d = 4 + rng.integer(4);
      const truth = randomDag(rng.fork('truth'), d, 1.8 / (d - 1));
      const guess = randomDag(rng.fork('guess'), d, 1.8 / (d - 1));
      expectByDefinition(truth, guess);
      expectByDefinition(cpdag(truth), cpdag(guess));
    }
  });

  function expectByDefinition(truth: Graph, guess: Graph): void {
    const verdict = (t: number, y: number, set: readonly number[]): boolean =>
      truth.kind === 'dag' ? adjustsInDag(truth as Dag, [t], [y], set) : adjusts(truth, [t], [y], set);
    const by = (kind: 'parent' | 'ancestor' | 'oset'): number =>
      distanceByDefinition(kind, truth, guess, verdict);
    same(all(truth, guess).slice(1), [by('parent'), by('ancestor'), by('oset')]);
  }
});

test('more outcomes than one word has bits: the O-set distance pair by pair', () => {
  for (const rng of cases(4, 'lanes')) {
    const d = 70;
    const truth = randomDag(rng, d, 0.06);
    const guess = randomDag(rng.fork('guess'), d, 0.06);
    for (const [a, b] of [
      [truth, guess],
      [cpdag(truth), cpdag(guess)],
    ] as const) {
      const judge = effectJudge(a, 'test');
      const claims = effectJudge(b, 'test');
      let count = 0;
      for (let t = 0; t < d; t++) {
        const claimed = claims.possibleDescendants(t);
        const below = reachable([b.children], [t]);
        const only = Uint8Array.from({ length: d }, (_, i) => (i === t ? 1 : 0));
        for (let y = 0; y < d; y++) {
          if (y === t) continue;
          const above = reachable([b.parents], [y], only);
          const set = new Set<number>();
          for (let c = 0; c < d; c++)
            if (c !== t && above[c] === 1 && below[c] === 1)
              for (const p of incident(b.parents, c)) if (below[p] === 0) set.add(p);
          const open = judge.undetermined(t)[y];
          const wrong =
            claimed[y] === 0
              ? judge.possibleDescendants(t)[y] === 1
              : open !== claims.undetermined(t)[y] || (open === 0 && judge.misadjusted(t, set)[y] === 1);
          if (wrong) count++;
        }
      }
      expect(osetAid(a, b).count).toBe(count);
    }
  }
});

test('all of it at once, and null where a distance is not defined', () => {
  const truth = dag(['0', '1'], ['1', '2']);
  const guess = dag(['0', '1'], ['2', '1'], ['2', '3']);
  const { cpdag: ofClasses, ...ofDags } = compareGraphs(truth, guess);
  expect([ofDags.shd, ofDags.parentAid, ofDags.ancestorAid, ofDags.osetAid]).toEqual(all(truth, guess));
  expect(ofDags.sid).toBe(sid(truth, guess).count);
  expect(ofDags.normalised).toMatchObject({ shd: 2 / 6, sid: sid(truth, guess).normalised });
  expect([ofClasses?.shd, ofClasses?.parentAid, ofClasses?.ancestorAid, ofClasses?.osetAid]).toEqual(
    all(cpdag(truth), cpdag(guess)),
  );
  expect(compareGraphs(truth, cpdag(guess))).toMatchObject({ sid: null, cpdag: ofClasses });
  const open = createGraph('pdag', truth.nodes, [{ from: '0', to: '1', type: 'undirected' }]);
  expect(compareGraphs(truth, open)).toMatchObject({ shd: 2, sid: null, parentAid: null, cpdag: null });
});

test('laws: zero on the truth, zero for a supergraph in one order, blind to the names of nodes', () => {
  for (const rng of cases(60, 'laws')) {
    const d = 3 + rng.integer(10);
    const truth = randomDag(rng, d, 0.3);
    const guess = randomDag(rng.fork('guess'), d, 0.3);
    for (const f of [sid, parentAid, ancestorAid, osetAid]) {
      expect(f(truth, truth).count).toBe(0);
      const shuffled = [...guess.nodes].reverse();
      expect(f(truth, permuteNodes(guess, shuffled))).toEqual(f(truth, guess));
      expect(f(truth, guess).normalised).toBe(f(truth, guess).count / (d * (d - 1)));
    }
    const edges = edgesOf(truth);
    const rank = new Map(truth.nodes.map((name) => [name, 0]));
    for (let pass = 0; pass < d; pass++)
      for (const { from, to } of edges)
        rank.set(to, Math.max(rank.get(to) as number, (rank.get(from) as number) + 1));
    const more = truth.nodes.flatMap((from) =>
      truth.nodes.flatMap((to): [string, string][] =>
        (rank.get(from) as number) < (rank.get(to) as number) ? [[from, to]] : [],
      ),
    );
    expect(sid(truth, createDag(truth.nodes, more)).count).toBe(0);
  }
});

test('what has no such distance is refused', () => {
  const truth = small(2, ['0', '1']);
  const latent = createGraph('admg', ['0', '1'], [{ from: '0', to: '1', type: 'bidirected' }]);
  const open = createGraph('pdag', ['0', '1'], [{ from: '0', to: '1', type: 'undirected' }]);
  expect(() => sid(truth, cpdag(truth))).toThrow('the estimate is no DAG');
  expect(() => parentAid(latent, truth)).toThrow('the truth has bidirected edges');
  expect(() => osetAid(truth, open)).toThrow('stands for no equivalence class');
  expect(() => ancestorAid(truth, small(3))).toThrow('not expected: "2"');
  expect(parentAid(small(1), small(1))).toEqual({ count: 0, normalised: 0 });
});
