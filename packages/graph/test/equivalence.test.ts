import { describe, expect, test } from 'vitest';
import {
  cpdag,
  createGraph,
  type Dag,
  edgesOf,
  extendToDag,
  type Graph,
  interventionalCpdag,
  meek,
  toAdjacency,
} from '../src/index.ts';
import { allDags, separatedByPaths } from './oracles/enumerate.ts';
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
});
