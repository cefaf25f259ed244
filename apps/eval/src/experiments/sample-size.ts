import { createRng, defineJob, type Job } from '@cfe/base';
import { type NoiseFamily, simulate, simulateClassic } from '@cfe/data';
import { createDag, type Dag, edgesOf, hasEdge, topologicalOrder } from '@cfe/graph';
import { counterfactualsOf, fitted } from '../classic/contenders.ts';
import { scoreCounterfactuals } from '../classic/score-counterfactuals.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

const sizes = [100, 1000, 10_000, 100_000];
const damages = ['none', 'edge missing', 'edge extra', 'edge reversed'] as const;

/** Counterfactual error against rows, noise family and damage to the graph, on the linear complex graph. */
export const measureSampleSize: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureSampleSize',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const figures: Record<string, number | null> = {};
    for (const rows of sizes.slice(0, settings.sizes as number))
      figures[`rmse, ${rows} rows`] = await rmseOf({ rows, seed });
    for (const noise of ['laplace', 'uniform'] as const)
      figures[`rmse, ${noise} noise`] = await rmseOf({ rows: 1000, seed, noise });
    for (const damage of damages) figures[`rmse, ${damage}`] = await rmseOf({ rows: 1000, seed, damage });
    return { figures };
  },
);

async function rmseOf({
  rows,
  seed,
  noise,
  damage = 'none',
}: {
  readonly rows: number;
  readonly seed: number;
  readonly noise?: NoiseFamily;
  readonly damage?: (typeof damages)[number];
}): Promise<number> {
  const { table, graph, simulator } = simulateClassic('complex', {
    rows,
    seed,
    ...(noise === undefined ? {} : { noise }),
  });
  const unseen = simulate({ simulator, columns: 'as-drawn', rows: 500, seed: 5_000_000 + seed });
  const model = await fitted(damaged(graph, damage, seed), table, seed, 'linear');
  return scoreCounterfactuals(unseen, counterfactualsOf(model)).rmse;
}

/** The graph with one edge wrong, chosen at random among those that leave it acyclic. */
function damaged(graph: Dag, damage: (typeof damages)[number], seed: number): Dag {
  const edges = edgesOf(graph).map(({ from, to }): [string, string] => [from, to]);
  const rng = createRng(seed).fork(damage);
  const pick = <T>(items: readonly T[]): T => items[rng.integer(items.length)] as T;
  if (damage === 'none') return graph;
  if (damage === 'edge missing') {
    const lost = pick(edges);
    return createDag(
      graph.nodes,
      edges.filter((edge) => edge !== lost),
    );
  }
  if (damage === 'edge extra') {
    const order = Array.from(topologicalOrder(graph));
    const free = order.flatMap((i, at) =>
      order
        .slice(at + 1)
        .filter((j) => !hasEdge(graph, i, j))
        .map((j): [string, string] => [graph.nodes[i] as string, graph.nodes[j] as string]),
    );
    return createDag(graph.nodes, [...edges, pick(free)]);
  }
  const turnable = edges.flatMap((edge) => {
    const turned = edges.map(([from, to]): [string, string] =>
      edge[0] === from && edge[1] === to ? [to, from] : [from, to],
    );
    try {
      return [createDag(graph.nodes, turned)];
    } catch {
      return []; // turning this one closes a cycle
    }
  });
  return pick(turnable);
}

/** N6: sample size, misspecified noise, a wrong graph. */
export const sampleSize: Experiment = {
  id: 'N6',
  title: 'Sample size, misspecified noise, a wrong graph',
  claim:
    'Error falls with the square root of the rows whatever the noise family. A missing or reversed edge costs far more than an extra one.',
  rule: 'Supported if a tenfold of rows divides the RMSE by between 2 and 5 on average (√10 is 3.2), Laplace and uniform noise change it by less than half, and missing and reversed edges cost more than an extra one. Refuted if more rows do not help. Otherwise inconclusive.',
  cells: ({ seeds, size }) =>
    seeds.map((seed) => ({ seed, settings: { sizes: size === 'full' ? sizes.length : 3 } })),
  measure: measureSampleSize,
  judge(cells) {
    const of = (name: string): number => summarise(`rmse, ${name}`, cells).mean ?? Number.NaN;
    const fall = Math.sqrt(of('100 rows') / of('10000 rows'));
    const base = of('1000 rows');
    const noises = ['laplace noise', 'uniform noise'].map((name) => of(name) / base);
    const steady = noises.every((ratio) => ratio > 0.5 && ratio < 1.5);
    const ordered = Math.min(of('edge missing'), of('edge reversed')) > of('edge extra');
    return {
      verdict:
        fall <= 1.1 ? 'refuted' : fall >= 2 && fall <= 5 && steady && ordered ? 'supported' : 'inconclusive',
      reason: `A tenfold of rows divides the RMSE by ${fall.toFixed(2)}; Laplace and uniform noise change it by ${noises.map((ratio) => `${(100 * (ratio - 1)).toFixed(0)}%`).join(' and ')}; an edge missing, reversed or extra multiplies it by ${['edge missing', 'edge reversed', 'edge extra'].map((name) => (of(name) / of('none')).toFixed(1)).join(', ')}.`,
      metrics: summariseAll(Object.keys(cells[0]?.figures ?? {}), cells),
      floors: [],
      ceiling: [],
    };
  },
};
