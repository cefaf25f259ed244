import { describe, expect, test } from 'vitest';
import {
  components,
  cpdag,
  createGraph,
  type Dag,
  dSeparated,
  type EdgeInput,
  edgesOf,
  extendToDag,
  type Graph,
  graphFromEdges,
  interventionalCpdag,
  meek,
  toAdjacency,
} from '../src/index.ts';
import { subsets } from './oracles/adjustment.ts';
import { allDags, separatedByPaths } from './oracles/enumerate.ts';
import { decode, peers, pgmpy } from './oracles/peers.ts';
import { same } from './oracles/same.ts';

const dags = allDags(4);

/** All independences of a DAG as text: the definition of its Markov class. */
function independences(dag: Dag): string {
  const statements: string[] = [];
  for (let x = 0; x < 4; x++) {
    for (let y = x + 1; y < 4; y++) {
      const others = [0, 1, 2, 3].filter((k) => k !== x && k !== y);
      for (let subset = 0; subset < 4; subset++) {
        const given = new Set(others.filter((_, bit) => (subset & (1 << bit)) !== 0));
        if (separatedByPaths(dag, x, y, given)) statements.push(`${x}${y}|${[...given]}`);
      }
    }
  }
  return statements.join(' ');
}

/** The class by definition: an edge is directed where all members agree. */
function union(members: readonly Dag[]): number[][] {
  const matrices = members.map((member) => toAdjacency(member).map((row) => [...row]));
  return [0, 1, 2, 3].map((i) =>
    [0, 1, 2, 3].map((j) => {
      const forward = matrices.some((m) => m[i]?.[j] === 1);
      const backward = matrices.some((m) => m[j]?.[i] === 1);
      return forward && backward ? 2 : forward ? 1 : 0;
    }),
  );
}

function classesBy(key: (dag: Dag) => string): Dag[][] {
  const classes = new Map<string, Dag[]>();
  for (const dag of dags) classes.set(key(dag), [...(classes.get(key(dag)) ?? []), dag]);
  return [...classes.values()];
}

const matrixOf = (graph: Graph): number[][] => toAdjacency(graph).map((row) => [...row]);

describe('on all 543 DAGs with 4 nodes', () => {
  test('the enumeration has them all', () => {
    expect(dags).toHaveLength(543); // the number of labelled DAGs, OEIS A003024
  });

  test('cpdag is the union of the Markov class', () => {
    const classes = classesBy(independences);
    expect(classes).toHaveLength(185); // OEIS A007984
    for (const members of classes) {
      const expected = union(members);
      for (const dag of members) same(matrixOf(cpdag(dag)), expected);
    }
  });

  test('interventionalCpdag is the union of the interventional class', () => {
    const names = ['a', 'b', 'c', 'd'];
    const families = [[['a']], [['b'], ['c']], [['a', 'b']], [['a'], ['b'], ['c'], ['d']]];
    for (const family of families) {
      // members share the independences and, for every regime, the skeleton once edges into its targets are gone
      const key = (dag: Dag): string =>
        [
          independences(dag),
          ...family.map((targets) =>
            edgesOf(dag)
              .filter(({ to }) => !targets.includes(to))
              .map(({ from, to }) => [from, to].sort().join(''))
              .sort()
              .join(),
          ),
        ].join(' / ');
      for (const members of classesBy(key)) {
        const expected = union(members);
        for (const dag of members) same(matrixOf(interventionalCpdag(dag, family)), expected);
      }
    }
    expect(names).toHaveLength(4);
  });

  test('extendToDag finds a member of every class', () => {
    for (const [dag] of classesBy(independences)) {
      const member = extendToDag(cpdag(dag as Dag)) as Dag;
      expect(independences(member)).toBe(independences(dag as Dag));
    }
  });

  test('meek with one edge known is the union of the members that have it', () => {
    for (const members of classesBy(independences)) {
      const graph = cpdag(members[0] as Dag);
      const open = edgesOf(graph).find(({ type }) => type === 'undirected');
      if (open === undefined) continue;
      const known = createGraph('pdag', graph.nodes, [
        ...edgesOf(graph).filter((edge) => edge.from !== open.from || edge.to !== open.to),
        { ...open, type: 'directed' },
      ]);
      const agreeing = members.filter((dag) =>
        edgesOf(dag).some(({ from, to }) => from === open.from && to === open.to),
      );
      same(matrixOf(meek(known)), union(agreeing));
    }
  });

  test('a partially directed graph without a member has no extension', () => {
    const square = createGraph(
      'pdag',
      ['a', 'b', 'c', 'd'],
      [
        { from: 'a', to: 'b', type: 'undirected' },
        { from: 'b', to: 'c', type: 'undirected' },
        { from: 'c', to: 'd', type: 'undirected' },
        { from: 'd', to: 'a', type: 'undirected' },
      ],
    );
    expect(extendToDag(square)).toBeUndefined();
  });

  test('a graph is read as a class exactly if it is the class of a DAG under some targets', () => {
    const nodes = [...'abcd'];
    // one way: what experiments leave open is read as a class
    const targets = subsets(nodes).filter(({ length }) => length === 1 || length === 2);
    for (const [k, dag] of dags.entries()) {
      for (let n = 0; n < 4; n++) {
        const family = targets.filter((_, at) => (k * 7 + n * 11 + at * at) % 4 === 0);
        const graph = interventionalCpdag(dag, family);
        const read = graphFromEdges(nodes, edgesOf(graph)).kind;
        const isDirected = edgesOf(graph).every(({ type }) => type === 'directed');
        same((isDirected ? ['dag'] : ['cpdag', 'icpdag']).includes(read), true);
      }
    }
    // the other way: what is read as a class is the class of a member under some targets
    let found = 0;
    for (let code = 0; code < 4 ** 6; code++) {
      const edges = ['ab', 'ac', 'ad', 'bc', 'bd', 'cd'].flatMap((pair, k): EdgeInput[] => {
        const [from, to] = [...pair] as [string, string];
        const state = (code >> (2 * k)) & 3;
        if (state === 0) return [];
        return [state === 1 ? [from, to] : state === 2 ? [to, from] : { from, to, type: 'undirected' }];
      });
      let drawn: Graph;
      try {
        drawn = createGraph('pdag', nodes, edges);
      } catch {
        continue; // a directed cycle
      }
      const graph = graphFromEdges(nodes, edgesOf(drawn));
      if (graph.kind !== 'icpdag') continue;
      found++;
      const lines = edgesOf(graph).filter(({ type }) => type === 'undirected');
      const member = extendToDag(graph) as Dag;
      const family = components(createGraph('pdag', nodes, lines));
      same(matrixOf(interventionalCpdag(member, family)), matrixOf(graph));
    }
    expect(found).toBeGreaterThan(100);
  });
});

test(`pgmpy agrees on the class and the independences of ${pgmpy.length} random DAGs`, () => {
  expect(pgmpy.length).toBe(peers.length);
  for (const [k, [truthClass, answers]] of pgmpy.entries()) {
    const [d, digits, , , , , , , questions] = peers[k] as (typeof peers)[number];
    const dag = decode('dag', d, digits) as Dag;
    same(matrixOf(cpdag(dag)), matrixOf(decode('cpdag', d, truthClass)));
    const name = (i: number): string => dag.nodes[i] as string;
    const own = questions.map(([x, y, given]) =>
      dSeparated(dag, name(x), name(y), given.map(name)) ? 1 : 0,
    );
    same(own, answers);
  }
});
