import { createRng, defineJob, type Job } from '@cfe/base';
import { type NoiseFamily, simulate, simulateClassic } from '@cfe/data';
import { createDag, type Dag, edgesOf, hasEdge, topologicalOrder } from '@cfe/graph';
import { counterfactualsOf, fitted } from '../classic/contenders.ts';
import { type CounterfactualScore, scoreCounterfactuals } from '../classic/score-counterfactuals.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { lineOver } from './curves.ts';

const sizes = [100, 1000, 10_000, 100_000];
const noises = ['laplace', 'uniform'] as const;
const damages = ['none', 'edge missing', 'edge extra', 'edge reversed'] as const;

/** Counterfactual error against rows, noise family and damage to the graph, on the linear complex graph. */
export const measureSampleSize: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureSampleSize',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { rows = 1000, noise, damage } = settings as Setting;
    const { rmse, predictions } = await scoreOf({ rows, seed, noise, damage });
    const name = noise === undefined ? (damage ?? `${rows} rows`) : `${noise} noise`;
    return { figures: { [`rmse, ${name}`]: rmse }, predictions };
  },
);

interface Setting {
  readonly rows?: number;
  readonly noise?: NoiseFamily;
  readonly damage?: (typeof damages)[number];
}

async function scoreOf({
  rows,
  seed,
  noise,
  damage = 'none',
}: {
  readonly rows: number;
  readonly seed: number;
  readonly noise: NoiseFamily | undefined;
  readonly damage: Setting['damage'];
}): Promise<CounterfactualScore> {
  const { table, graph, simulator } = simulateClassic('complex', {
    rows,
    seed,
    ...(noise === undefined ? {} : { noise }),
  });
  const unseen = simulate({ simulator, columns: 'as-drawn', rows: 500, seed: 5_000_000 + seed });
  const model = await fitted(damaged(graph, damage, seed), table, seed, 'linear');
  return scoreCounterfactuals(unseen, counterfactualsOf(model));
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
    seeds.flatMap((seed) =>
      [
        ...sizes.slice(0, size === 'full' ? sizes.length : 3).map((rows) => ({ rows })),
        ...noises.map((noise) => ({ noise })),
        ...damages.map((damage) => ({ damage })),
      ].map((settings) => ({ seed, settings })),
    ),
  measure: measureSampleSize,
  judge(cells) {
    const of = (name: string): number => summarise(`rmse, ${name}`, cells).mean ?? Number.NaN;
    const fall = Math.sqrt(of('100 rows') / of('10000 rows')); // per tenfold
    const base = of('1000 rows');
    const shifts = noises.map((name) => of(`${name} noise`) / base);
    const steady = shifts.every((ratio) => ratio > 0.5 && ratio < 1.5);
    const ordered = Math.min(of('edge missing'), of('edge reversed')) > of('edge extra');
    return {
      verdict:
        fall <= 1.1 ? 'refuted' : fall >= 2 && fall <= 5 && steady && ordered ? 'supported' : 'inconclusive',
      reason: `A tenfold of rows divides the RMSE by ${fall.toFixed(2)}; Laplace and uniform noise change it by ${shifts.map((ratio) => `${(100 * (ratio - 1)).toFixed(0)}%`).join(' and ')}; an edge missing, reversed or extra multiplies it by ${['edge missing', 'edge reversed', 'edge extra'].map((name) => (of(name) / of('none')).toFixed(1)).join(', ')}.`,
      metrics: summariseAll(
        [...new Set(cells.flatMap(({ figures }) => Object.keys(figures)))].sort(byFigure),
        cells,
      ),
      floors: [],
      ceiling: [],
      curves: [
        {
          title: 'Counterfactual error against the number of rows',
          x: 'rows',
          y: 'RMSE',
          scale: 'log',
          lines: [
            lineOver('ours', 'ours', cells, sizes, (rows) => `rmse, ${rows} rows`),
            {
              name: 'one over the square root of the rows',
              role: 'ceiling',
              points: sizes.map((x) => ({ x, y: of('100 rows') * Math.sqrt(100 / x), n: cells.length })),
            },
          ],
        },
      ],
    };
  },
};

/** Sizes in their order, then noise, then damage. */
function byFigure(a: string, b: string): number {
  const order = [
    ...sizes.map((rows) => `rmse, ${rows} rows`),
    ...noises.map((noise) => `rmse, ${noise} noise`),
    ...damages.map((damage) => `rmse, ${damage}`),
  ];
  return order.indexOf(a) - order.indexOf(b);
}
