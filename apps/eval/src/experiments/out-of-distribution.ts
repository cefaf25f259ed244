import { defineJob, type Job } from '@cfe/base';
import { bootstrapEnsemble, counterfactuals, supportOf } from '@cfe/counterfactuals';
import { type ClassicGraph, simulate, simulateClassic } from '@cfe/data';
import { descendantsOf } from '@cfe/graph';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { lineOver } from './curves.ts';

const distances = [0.5, 1, 2, 5, 10];
const twins = ['linear', 'nonlinear'] as const;

/** Error, coverage and announced support of counterfactuals as the value set moves away from the data. */
export const measureDistance: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureDistance',
  async ({ cell }: CellInput): Promise<Measured> => {
    const { seed } = cell;
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const twin of twins) {
      const { table, simulator, graph } = simulateClassic('confounder' satisfies ClassicGraph, {
        twin,
        seed,
      });
      const ensemble = await bootstrapEnsemble(
        table,
        (rows, rng) => fitted(graph, rows, rng.integer(2 ** 31), twin === 'linear' ? 'linear' : 'mlp'),
        { replicates: 30, seed },
      );
      const unseen = simulate({ simulator, columns: 'as-drawn', rows: 100, seed: 4_000_000 + seed });
      const target = graph.nodes.find((name) => descendantsOf(graph, name).length === 4) as string;
      const below = descendantsOf(graph, target).filter((name) => name !== target);
      const column = unseen.complete.column(target);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      const sd = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length);
      for (const distance of distances) {
        const action = { [target]: mean + distance * sd };
        const truth = unseen.counterfactual(action);
        const told = await counterfactuals(ensemble, unseen.complete, { do: action, level: 0.9 });
        let [squares, covered, count] = [0, 0, 0];
        for (const name of below) {
          const [real, said] = [truth.column(name), told.values.column(name)];
          const [low, high] = [told.low?.column(name), told.high?.column(name)];
          for (let r = 0; r < real.length; r++) {
            const y = real[r] as number;
            squares += ((said[r] as number) - y) ** 2;
            if (y >= (low?.[r] as number) && y <= (high?.[r] as number)) covered++;
            count++;
            log.add({
              twin,
              distance,
              variable: name,
              row: r,
              truth: y,
              predicted: said[r] as number,
              low: low?.[r] as number,
              high: high?.[r] as number,
            });
          }
        }
        figures[`${twin}, rmse at ${distance} sd`] = Math.sqrt(squares / count);
        figures[`${twin}, coverage at ${distance} sd`] = covered / count;
        figures[`${twin}, announced at ${distance} sd`] = supportOf(table, action)?.inside === false ? 1 : 0;
      }
    }
    return { figures, predictions: log.columns };
  },
);

/** N3: what happens beyond the data, and whether it is announced. */
export const outOfDistribution: Experiment = {
  id: 'N3',
  title: 'Out of distribution',
  claim:
    'A linear model goes on being right beyond the data. A flexible one fitted to a nonlinear truth does not, and the support measure announces it: every question at 5 or more standard deviations is flagged, none at 1 or fewer.',
  rule: 'Supported if all questions at 5 and 10 sd are announced and none at 0.5 and 1 sd, and the linear RMSE at 10 sd is at most 1. Refuted if under 90% of the far ones are announced. Otherwise inconclusive.',
  cells: ({ seeds }) => seeds.map((seed) => ({ seed, settings: {} })),
  measure: measureDistance,
  judge(cells) {
    const of = (name: string): number => summarise(name, cells).mean ?? 0;
    const far = Math.min(
      ...twins.flatMap((twin) => [5, 10].map((sd) => of(`${twin}, announced at ${sd} sd`))),
    );
    const near = Math.max(
      ...twins.flatMap((twin) => [0.5, 1].map((sd) => of(`${twin}, announced at ${sd} sd`))),
    );
    const linear = of('linear, rmse at 10 sd');
    return {
      verdict: far < 0.9 ? 'refuted' : far === 1 && near === 0 && linear <= 1 ? 'supported' : 'inconclusive',
      reason: `Announced beyond 5 sd: ${(100 * far).toFixed(0)}%, within 1 sd: ${(100 * near).toFixed(0)}%. RMSE at 10 sd: ${linear.toFixed(2)} linear, ${of('nonlinear, rmse at 10 sd').toFixed(2)} nonlinear; coverage of 90% intervals there ${of('linear, coverage at 10 sd').toFixed(2)} and ${of('nonlinear, coverage at 10 sd').toFixed(2)}.`,
      metrics: summariseAll(Object.keys(cells[0]?.figures ?? {}), cells),
      floors: [],
      ceiling: [],
      curves: [
        {
          title: 'Counterfactual error against the distance of what is set',
          x: 'standard deviations from the mean',
          y: 'RMSE',
          scale: 'log',
          lines: twins.map((twin) =>
            lineOver(twin, 'ours', cells, distances, (sd) => `${twin}, rmse at ${sd} sd`),
          ),
        },
        {
          title: 'Coverage of 90% intervals, and the share of questions announced as beyond the data',
          x: 'standard deviations from the mean',
          y: 'share',
          lines: [
            ...twins.map((twin) =>
              lineOver(`${twin}, covered`, 'ours', cells, distances, (sd) => `${twin}, coverage at ${sd} sd`),
            ),
            lineOver('announced', 'ours', cells, distances, (sd) => `nonlinear, announced at ${sd} sd`),
            {
              name: 'nominal 90%',
              role: 'ceiling',
              points: distances.map((x) => ({ x, y: 0.9, n: cells.length })),
            },
          ],
        },
      ],
    };
  },
};
