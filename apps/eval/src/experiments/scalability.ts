import { defineJob, type Job } from '@cfe/base';
import { counterfactualWorlds } from '@cfe/counterfactuals';
import { simulate } from '@cfe/data';
import { cpdag, createDag, type Graph, shd } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

/** Seconds of learning, fitting and asking for one size, and how right the graph still is. */
export const measureScale: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureScale',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { nodes, rows, worlds } = settings as { nodes: number; rows: number; worlds: number };
    const simulation = simulate({ nodes, degree: 2, rows, seed });
    const clock = stopwatch();
    const { graph } = await learnStructure(simulation.table, {
      seed,
      method: 'flop',
      budget: { restarts: 0 },
    });
    const learning = clock();
    const network = await fitted(simulation.graph, simulation.table, seed, 'linear');
    const fitting = clock();
    const names = simulation.table.names;
    const asked = simulation.model.sample(100, { seed });
    await counterfactualWorlds(
      network,
      asked,
      Array.from({ length: worlds }, (_, k) => ({ [names[k % names.length] as string]: k / worlds })),
    );
    const asking = clock();
    const truth = cpdag(simulation.graph);
    return {
      figures: {
        'learning, seconds': learning,
        'fitting, seconds': fitting,
        'asking, seconds': asking,
        'asking, milliseconds per world': (1000 * asking) / worlds,
        'cpdag shd': shd(truth, graph),
        'empty graph, cpdag shd': shd(truth, createDag(truth.nodes, []) as Graph),
      },
    };
  },
);

function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}

/** The slope of log seconds over log size. */
function exponent(points: readonly (readonly [size: number, seconds: number])[]): number {
  const logs = points.map(([size, seconds]) => [Math.log(size), Math.log(seconds)] as const);
  const mean = (k: 0 | 1): number => logs.reduce((sum, point) => sum + point[k], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const over = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return over / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** S1: how time grows with variables, rows and worlds. */
export const scalability: Experiment = {
  id: 'S1',
  title: 'Scalability',
  claim:
    'Learning a sparse graph takes under the cube of the number of variables, fitting is linear in the rows, and asking is linear in the number of worlds.',
  rule: 'Supported if the fitted exponents are at most 3 (learning, variables), 1.3 (fitting, rows) and 1.2 (asking, worlds). Refuted if one exceeds its bound by 0.5. Otherwise inconclusive.',
  cells: ({ size }) => {
    const sizes = size === 'full' ? [50, 100, 200, 400] : [25, 50, 100];
    const rows = size === 'full' ? [1000, 10_000, 100_000] : [1000, 10_000];
    const worlds = [10, 100, 1000];
    return [
      ...sizes.map((nodes) => ({ seed: 0, settings: { vary: 'nodes', nodes, rows: 1000, worlds: 10 } })),
      ...rows.map((count) => ({ seed: 0, settings: { vary: 'rows', nodes: 20, rows: count, worlds: 10 } })),
      ...worlds.map((count) => ({
        seed: 0,
        settings: { vary: 'worlds', nodes: 20, rows: 1000, worlds: count },
      })),
    ];
  },
  measure: measureScale,
  judge(cells) {
    const along = (vary: string, figure: string): number =>
      exponent(
        cells
          .filter(({ cell }) => cell.settings.vary === vary)
          .map(({ cell, figures }) => [cell.settings[vary] as number, figures[figure] as number] as const),
      );
    const found = [
      ['learning in variables', along('nodes', 'learning, seconds'), 3],
      ['fitting in rows', along('rows', 'fitting, seconds'), 1.3],
      ['asking in worlds', along('worlds', 'asking, seconds'), 1.2],
    ] as const;
    const largest = cells.filter(({ cell }) => cell.settings.vary === 'nodes').at(-1);
    return {
      verdict: found.every(([, slope, bound]) => slope <= bound)
        ? 'supported'
        : found.some(([, slope, bound]) => slope > bound + 0.5)
          ? 'refuted'
          : 'inconclusive',
      reason: `Exponents: ${found.map(([name, slope]) => `${name} ${slope.toFixed(2)}`).join(', ')}; ${largest?.cell.settings.nodes} variables learned in ${largest?.figures['learning, seconds']?.toFixed(1)} s.`,
      metrics: summariseAll(
        [
          'learning, seconds',
          'fitting, seconds',
          'asking, seconds',
          'asking, milliseconds per world',
          'cpdag shd',
        ],
        cells,
      ),
      floors: [summarise('empty graph, cpdag shd', cells)],
      ceiling: [],
    };
  },
};
