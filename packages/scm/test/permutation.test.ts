import { createRng, permutation, standardNormal } from '@cfe/base';
import { discreteModel, linearGaussian } from '@cfe/scm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomDiscrete } from './support/random-discrete.ts';

const seeds = fc.integer({ min: 0, max: 1e6 });

test('listing the nodes of a linear-Gaussian model in another order changes no answer and no row', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const rng = createRng(seed);
      const d = 5;
      const nodes = Array.from({ length: d }, (_, j) => `x${j}`);
      const weights = nodes.map((_, i) => standardNormal(rng, d).map((w, j) => (j > i ? w : 0)));
      const model = linearGaussian({ nodes, weights, noiseVariances: nodes.map((_, j) => 1 + j) });
      const order = [...permutation(rng, d)];
      const other = linearGaussian({
        nodes: order.map((j) => nodes[j]!),
        weights: order.map((i) => order.map((j) => weights[i]![j]!)),
        noiseVariances: order.map((j) => 1 + j),
      });
      const query = { factual: { x3: 1 }, do: { x1: 2 } };
      const [a, b] = [model.exact(query), other.exact(query)];
      const rows = [model.sample(3, { seed }), other.sample(3, { seed })] as const;
      for (const name of nodes) {
        expect(b.mean[name]).toBeCloseTo(a.mean[name]!, 9);
        expect(b.sd[name]).toBeCloseTo(a.sd[name]!, 6);
        for (const [r, x] of rows[0].column(name).entries())
          expect(rows[1].column(name)[r]).toBeCloseTo(x, 9);
      }
    }),
  );
});

test('listing the variables of a table model in another order changes no answer and no row', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const rng = createRng(seed);
      const model = randomDiscrete(rng, { nodes: 5, zeros: 0 });
      const order = [...permutation(rng, 5)];
      const other = discreteModel({
        variables: order.map((j) => model.nodes[j]!),
        parents: Object.fromEntries(
          model.nodes.map(({ name, parents }) => [name, Array.from(parents, (k) => model.nodes[k]!.name)]),
        ),
        tables: Object.fromEntries(model.nodes.map(({ name, table }) => [name, table])),
      });
      const query = { factual: { v2: model.nodes[2]!.levels[0]! }, do: { v1: model.nodes[1]!.levels[1]! } };
      const [a, b] = [model.exact(query).probabilities!, other.exact(query).probabilities!];
      const rows = [model.sample(20, { seed }), other.sample(20, { seed })] as const;
      for (const { name, levels } of model.nodes) {
        for (const level of levels) expect(b[name]![level]).toBeCloseTo(a[name]![level]!, 12);
        expect(rows[1].column(name)).toEqual(rows[0].column(name));
      }
    }),
  );
});
