/**
 * How long does a fit take at the size of a small real table, 392 rows of 8 variables with 1 to 6 parents each? A hundred
 * bootstrap refits have to be affordable, so one should stay under 0.25 s. The rows are made by mechanisms that bend and
 * interact, so that the search is not skipped.
 */
import { createCpuExecutor, createReferenceExecutor, type Executor, type Plan } from '@cfe/autograd';
import { createRng, standardNormal } from '@cfe/base';
import { createTable } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { createNetwork, type MechanismChoice } from '@cfe/network';
import { fitNetwork } from '@cfe/trainer';
import { bench, describe } from 'vitest';

const rows = 392;
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const edges = names.flatMap((to, j) =>
  names.slice(Math.max(0, j - 3 - (j % 4)), j).map((from): [string, string] => [from, to]),
);
const graph = createDag(names, edges);
const rng = createRng(1);
const columns: Float64Array[] = [];
for (const [j, name] of names.entries()) {
  const parents = edges.flatMap(([from, to]) =>
    to === name ? [columns[names.indexOf(from)] as Float64Array] : [],
  );
  columns[j] = standardNormal(rng.fork(name), rows).map((u, r) => {
    const x = parents.map((parent) => parent[r] as number);
    const bent = x.reduce((sum, v) => sum + 0.4 * v + 0.2 * Math.sin(2 * v), 0);
    return bent + 0.3 * (x[0] ?? 0) * (x[1] ?? 0) + 0.5 * u;
  });
}
const table = createTable(
  names.map((name, j) => ({ variable: { name, kind: 'continuous' }, values: columns[j] as Float64Array })),
);

async function fit(mechanisms: MechanismChoice, executor: (plan: Plan) => Executor): Promise<void> {
  await fitNetwork(createNetwork({ graph, mechanisms, executor, seed: 1 }), table, { seed: 1 });
}

const options = { time: 2000, warmupTime: 300 };
describe('a fit of 392 rows by 8 variables', () => {
  bench('linear, least squares', () => fit('linear', createReferenceExecutor), options);
  bench('mlp, fused float32', () => fit('mlp', createCpuExecutor), options);
  bench('mlp, reference float64', () => fit('mlp', createReferenceExecutor), options);
  bench('location-scale, fused float32', () => fit('location-scale', createCpuExecutor), options);
});
