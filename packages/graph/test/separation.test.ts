import { expect, test } from 'vitest';
import { createDag, createGraph, dSeparated } from '../src/index.ts';
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

test('overlapping sets, unknown nodes and undirected edges are refused by name', () => {
  const dag = createDag(['a', 'b'], [['a', 'b']]);
  expect(() => dSeparated(dag, 'a', 'a')).toThrow('"a" is in both x and y');
  expect(() => dSeparated(dag, 'a', 'z')).toThrow('no node "z"');
  const pdag = createGraph('pdag', ['a', 'b'], [{ from: 'a', to: 'b', type: 'undirected' }]);
  expect(() => dSeparated(pdag, 'a', 'b')).toThrow('stands for no equivalence class');
});
