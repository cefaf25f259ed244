import { createRng } from '@cfe/base';
import { cpdag, createDag, edgesOf, parentsOf, toAdjacency } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classEffects } from './index.ts';

/** A random linear-Gaussian model over `d` variables whose names are not in causal order. */
function randomModel(seed: number, d: number) {
  const rng = createRng(seed);
  const weights = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) =>
      i < j && rng.uniform() < 0.5 ? (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + rng.uniform()) : 0,
    ),
  );
  return linearGaussian({ nodes: Array.from({ length: d }, (_, i) => `v${(i * 7) % 11}`), weights });
}

/** Every DAG over the names that has the class of `dag`, by trying all orientations of its edges. */
function members(dag: ReturnType<typeof createDag>) {
  const edges = edgesOf(dag);
  const wanted = JSON.stringify(toAdjacency(cpdag(dag)).map((row) => [...row]));
  const found = [];
  for (let mask = 0; mask < 2 ** edges.length; mask++) {
    try {
      const other = createDag(
        dag.nodes,
        edges.map(({ from, to }, k): [string, string] => ((mask >> k) & 1 ? [from, to] : [to, from])),
      );
      if (JSON.stringify(toAdjacency(cpdag(other)).map((row) => [...row])) === wanted) found.push(other);
    } catch {
      // a cycle
    }
  }
  return found;
}

test('the parent sets are those of the members of the class, by brute force', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (seed) => {
      const model = randomModel(seed, 5);
      const [treatment, outcome] = [model.graph.nodes[1] as string, model.graph.nodes[4] as string];
      const { effects } = classEffects(model.sample(60, { seed }), {
        graph: cpdag(model.graph),
        variables: model.variables,
        treatment,
        outcome,
      });
      const sets = new Set(members(model.graph).map((dag) => parentsOf(dag, treatment).join()));
      expect(new Set(effects.map(({ parents }) => parents.join()))).toEqual(sets);
    }),
    { numRuns: 40 },
  );
});

test('the set holds the true effect, and its intervals do at least as often as they say', () => {
  let held = 0;
  const runs = 200;
  for (let seed = 0; seed < runs; seed++) {
    const model = randomModel(seed, 5);
    const [treatment, outcome] = [model.graph.nodes[1] as string, model.graph.nodes[4] as string];
    const { effects } = classEffects(model.sample(200, { seed }), {
      graph: cpdag(model.graph),
      variables: model.variables,
      treatment,
      outcome,
    });
    const truth =
      (model.exact({ do: { [treatment]: 1 } }).mean[outcome] as number) -
      (model.exact({ do: { [treatment]: 0 } }).mean[outcome] as number);
    if (effects.some(({ interval: [low, high] }) => low - 1e-9 <= truth && truth <= high + 1e-9)) held++;
  }
  // one of the intervals belongs to the truth's own parents and covers 90%: 180 expected, standard error 4.2
  expect(held).toBeGreaterThanOrEqual(168);
});
