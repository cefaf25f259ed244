import { expect, test } from 'vitest';
import { cpdag, createDag, createGraph, dSeparated, edgesOf, meek } from '../src/index.ts';
import { allDags, separatedByPaths } from './oracles/enumerate.ts';
import { same } from './oracles/same.ts';

test('d-separation equals its definition by paths, on every DAG with 4 nodes and every question', () => {
  for (const dag of allDags(4)) {
    for (let x = 0; x < 4; x++) {
      for (let y = x + 1; y < 4; y++) {
        const others = [0, 1, 2, 3].filter((k) => k !== x && k !== y);
        for (let subset = 0; subset < 4; subset++) {
          const given = others.filter((_, bit) => (subset & (1 << bit)) !== 0);
          const name = (i: number): string => dag.nodes[i] as string;
          same(
            dSeparated(dag, name(x), name(y), given.map(name)),
            separatedByPaths(dag, x, y, new Set(given)),
          );
        }
      }
    }
  }
});

test('a bidirected edge is a latent common cause: m-separation equals d-separation with the latent drawn', () => {
  const nodes = ['a', 'b', 'c'];
  const admg = createGraph('admg', nodes, [['a', 'b'], { from: 'b', to: 'c', type: 'bidirected' }]);
  const latent = createDag(
    [...nodes, 'l'],
    [
      ['a', 'b'],
      ['l', 'b'],
      ['l', 'c'],
    ],
  );
  for (const given of [[], ['b']]) {
    expect(dSeparated(admg, 'a', 'c', given)).toBe(dSeparated(latent, 'a', 'c', given));
  }
});

test('overlapping sets, unknown nodes and graphs without a DAG are refused', () => {
  const dag = createDag(['a', 'b'], [['a', 'b']]);
  expect(() => dSeparated(dag, 'a', 'a')).toThrow('"a" is in both x and y');
  expect(() => dSeparated(dag, 'a', 'z')).toThrow('no node "z"');
  const square = createGraph(
    'pdag',
    [...'abcd'],
    ['ab', 'bc', 'cd', 'da'].map(([from = '', to = '']) => ({ from, to, type: 'undirected' })),
  );
  expect(() => dSeparated(square, 'a', 'c')).toThrow('stands for no equivalence class');
});

test('what a class leaves open does not change its separations, with or without background knowledge', () => {
  for (const dag of allDags(4)) {
    const graph = cpdag(dag);
    const first = edgesOf(dag)[0];
    const known = first === undefined ? graph : meek(graph, { required: [[first.from, first.to]] });
    for (const given of [[], ['c'], ['c', 'd']]) {
      const expected = dSeparated(dag, 'a', 'b', given);
      same([dSeparated(graph, 'a', 'b', given), dSeparated(known, 'a', 'b', given)], [expected, expected]);
    }
  }
});
