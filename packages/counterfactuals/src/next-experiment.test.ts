import { createRng } from '@cfe/base';
import { classSize, cpdag, createDag, dagsOf, edgesOf, interventionalCpdag } from '@cfe/graph';
import { expect, test } from 'vitest';
import { nextExperiment } from './index.ts';

function randomDag(seed: number, d: number, density: number) {
  const rng = createRng(seed);
  const nodes = Array.from({ length: d }, (_, i) => `v${(i * 5) % d}`);
  const edges = nodes.flatMap((to, j) =>
    nodes.slice(0, j).flatMap((from): [string, string][] => (rng.uniform() < density ? [[from, to]] : [])),
  );
  return createDag(nodes, edges);
}

test('expected class sizes and oriented edges are those of interventional classes, member by member', () => {
  for (let seed = 0; seed < 40; seed++) {
    const dag = randomDag(seed, 6, 0.4);
    const graph = cpdag(dag);
    const members = [...dagsOf(graph)];
    const open = (g: Parameters<typeof edgesOf>[0]): number =>
      edgesOf(g).filter(({ type }) => type === 'undirected').length;
    for (const { target, expectedOriented, expectedRemaining } of nextExperiment(graph).ranking) {
      const after = members.map((member) => interventionalCpdag(member, [[target]]));
      const mean = (of: (g: (typeof after)[number]) => number): number =>
        after.reduce((sum, g) => sum + of(g), 0) / after.length;
      expect(expectedRemaining).toBeCloseTo(
        mean((g) => Number(classSize(g))),
        9,
      );
      expect(expectedOriented).toBeCloseTo(open(graph) - mean(open), 9);
    }
  }
});

test('asked again and again, with the truth as oracle, it directs all edges in fewer experiments than chance', () => {
  let [chosen, drawn] = [0, 0];
  for (let seed = 0; seed < 30; seed++) {
    const dag = randomDag(1000 + seed, 8, 0.35);
    const count = (pick: (targets: readonly string[][]) => string | undefined): number => {
      const done: string[][] = [];
      while (edgesOf(interventionalCpdag(dag, done)).some(({ type }) => type === 'undirected'))
        done.push([pick(done) as string]);
      return done.length;
    };
    const rng = createRng(seed);
    chosen += count((done) => nextExperiment(interventionalCpdag(dag, done)).target);
    drawn += count((done) => {
      const left = dag.nodes.filter((name) => !done.some(([target]) => target === name));
      return left[rng.integer(left.length)];
    });
  }
  expect(chosen).toBeLessThan(0.7 * drawn);
});

test('nothing to do where every edge is directed; large classes are sampled', () => {
  expect(nextExperiment(createDag(['a', 'b'], [['a', 'b']])).target).toBeUndefined();
  const names = Array.from({ length: 9 }, (_, i) => `v${i}`);
  const complete = createDag(
    names,
    names.flatMap((to, j) => names.slice(0, j).map((from): [string, string] => [from, to])),
  );
  const { exact, members } = nextExperiment(cpdag(complete), { limit: 100 });
  expect([exact, members]).toEqual([false, 100]);
  expect(() => nextExperiment(complete, { targets: ['w'] })).toThrow('no node "w"');
});
