import { expect, test } from 'vitest';
import { createDag, type Dag, edgesOf, interventionalCpdag, toAdjacency } from '../src/index.ts';
import { cases, randomDag } from './oracles/random.ts';
import { same } from './oracles/same.ts';

/**
 * What all members of an interventional class share: skeleton, v-structures, and for every regime the skeleton once the
 * edges into its targets are gone (Hauser & Bühlmann 2012, JMLR 13, theorem 10).
 */
function shared(
  edges: readonly (readonly [number, number])[],
  family: readonly (readonly number[])[],
): string {
  const joined = (kept: readonly (readonly [number, number])[]): string =>
    kept
      .map(([i, j]) => (i < j ? `${i}${j}` : `${j}${i}`))
      .sort()
      .join();
  const adjacent = new Set(edges.flatMap(([i, j]) => [`${i}${j}`, `${j}${i}`]));
  const colliders = edges.flatMap(([i, k]) =>
    edges.filter(([j, to]) => to === k && i < j && !adjacent.has(`${i}${j}`)).map(([j]) => `${i}${k}${j}`),
  );
  const regimes = family.map((targets) => joined(edges.filter(([, to]) => !targets.includes(to))));
  return [joined(edges), colliders.sort().join(), ...regimes].join(' / ');
}

/** The union of all acyclic orientations of the skeleton that share what the class shares. */
function unionOfClass(dag: Dag, family: readonly (readonly number[])[]): number[][] {
  const at = new Map(dag.nodes.map((name, i) => [name, i]));
  const edges = edgesOf(dag).map(({ from, to }) => [at.get(from), at.get(to)] as [number, number]);
  const wanted = shared(edges, family);
  const matrix = dag.nodes.map(() => dag.nodes.map(() => 0));
  for (let code = 0; code < 2 ** edges.length; code++) {
    const turned = edges.map(([i, j], k): [number, number] => ((code >> k) & 1 ? [j, i] : [i, j]));
    if (shared(turned, family) !== wanted || hasCycle(turned)) continue;
    for (const [i, j] of turned) (matrix[i] as number[])[j] = 1;
  }
  return matrix.map((row, i) => row.map((mark, j) => (mark === 1 && matrix[j]?.[i] === 1 ? 2 : mark)));
}

/** Takes sources away until none is left; whoever remains lies on a cycle or below one. */
function hasCycle(edges: readonly (readonly [number, number])[]): boolean {
  let left = edges;
  for (;;) {
    const next = left.filter(([from]) => left.some(([, to]) => to === from));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}

test('interventionalCpdag is the union of its class on random graphs of 5 to 7 nodes', () => {
  let open = 0;
  let told = 0;
  const count = process.env.CFE_FULL === '1' ? 3000 : 300;
  for (const rng of cases(count, 'interventional classes')) {
    const d = 5 + rng.integer(3);
    const dag = randomDag(rng.fork('dag'), d, 2.6 / (d - 1));
    if (edgesOf(dag).length > 10) continue;
    const family = Array.from({ length: rng.integer(4) }, () =>
      Array.from({ length: d }, (_, i) => i).filter(() => rng.uniform() < 0.25),
    );
    const names = family.map((targets) => targets.map((i) => dag.nodes[i] as string));
    const expected = unionOfClass(dag, family);
    same(
      toAdjacency(interventionalCpdag(dag, names)).map((row) => [...row]),
      expected,
    );
    const lines = expected.flat().filter((mark) => mark === 2).length;
    if (lines > 0) open++;
    if (
      lines <
      unionOfClass(dag, [])
        .flat()
        .filter((mark) => mark === 2).length
    )
      told++;
  }
  expect(open).toBeGreaterThan(count / 4); // edges stay open,
  expect(told).toBeGreaterThan(count / 4); // and experiments tell some
});

test('the oracle sees what an experiment tells', () => {
  const dag = createDag(['a', 'b'], [['a', 'b']]);
  expect(unionOfClass(dag, [])).toEqual([
    [0, 2],
    [2, 0],
  ]);
  expect(unionOfClass(dag, [[1]])).toEqual([
    [0, 1],
    [0, 0],
  ]);
});
