import { createRng, defineJob, type Job, permutation } from '@cfe/base';
import { type Simulation, simulate, simulateClassic } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import { learnStructure } from '@cfe/structure';
import { counterfactualsOf, fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { type PredictionLog, predictionLog } from '../prediction-log.ts';
import { summarise, summariseAll } from '../summarise.ts';
import { lineOver } from './curves.ts';

/** Error of foretold counterfactuals under k simultaneous interventions, in units of what they really change. */
export const measureMany: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureMany',
  async ({ cell }: CellInput): Promise<Measured> => {
    const { seed } = cell;
    const small = simulateClassic('complex', { interventions: {}, seed });
    const large = simulate({ nodes: 20, degree: 3, interventions: {}, seed });
    const figures: Record<string, number | null> = {};
    const log = predictionLog();
    for (const [simulation, counts] of [
      [small, [1, 2, 3, 4]],
      [large, [8, 16]],
    ] as const) {
      const dag = (await learnStructure(simulation.table, { seed })).dag as Dag;
      const network = await fitted(dag, simulation.table, seed, 'linear');
      for (const count of counts)
        figures[`relative error, ${count} at once`] = relativeError(simulation, network, count, seed, log);
    }
    return { figures, predictions: log.columns };
  },
);

function relativeError(
  { simulator, graph }: Simulation,
  network: Parameters<typeof counterfactualsOf>[0],
  count: number,
  seed: number,
  log: PredictionLog,
): number {
  const unseen = simulate({ simulator, columns: 'as-drawn', rows: 300, seed: 3_000_000 + seed });
  const rng = createRng(seed).fork(`targets ${count}`);
  let [error, change] = [0, 0];
  for (let repeat = 0; repeat < 10; repeat++) {
    const stream = rng.fork(`${repeat}`);
    const targets = Array.from(
      permutation(stream, graph.nodes.length).subarray(0, count),
      (j) => graph.nodes[j] as string,
    );
    const action = Object.fromEntries(targets.map((name) => [name, 2 * stream.normal()]));
    const truth = unseen.counterfactual(action);
    const told = counterfactualsOf(network)(unseen.complete, action);
    for (const name of graph.nodes) {
      if (targets.includes(name)) continue;
      const [y, real, said] = [unseen.complete.column(name), truth.column(name), told.column(name)];
      for (let r = 0; r < y.length; r++) {
        error += ((said[r] as number) - (real[r] as number)) ** 2;
        change += ((y[r] as number) - (real[r] as number)) ** 2;
        log.add({
          atOnce: count,
          repeat,
          variable: name,
          row: r,
          factual: y[r] as number,
          truth: real[r] as number,
          predicted: said[r] as number,
        });
      }
    }
  }
  return Math.sqrt(error / change);
}

const counts = [1, 2, 3, 4, 8, 16];

/** N1: does error grow with the number of simultaneous interventions? */
export const manyInterventions: Experiment = {
  id: 'N1',
  title: 'Many interventions at once',
  claim:
    'Foretold changes stay as right under 2 to 16 simultaneous interventions as under one: each cuts its own edges and no others.',
  rule: 'Supported if the mean error relative to the real change is at most 0.1 for every number. Refuted if it exceeds 0.5 for any. Otherwise inconclusive. Copying the factual value has a relative error of 1.',
  cells: ({ seeds, size }) =>
    Array.from({ length: size === 'full' ? Math.max(5, seeds.length) : seeds.length }, (_, seed) => ({
      seed,
      settings: {},
    })),
  measure: measureMany,
  prototype: [0.0128, 0.0161, 0.0181, 0.0192].map((printed, k) => ({
    figure: `mean effect of ${k + 1} at once`,
    printed,
    measured: 'how far the outputs of an untrained network moved, with nothing to compare it with',
    beside: `relative error, ${k + 1} at once`,
  })),
  judge(cells) {
    const names = counts.map((count) => `relative error, ${count} at once`);
    const means = names.map((name) => summarise(name, cells).mean ?? Number.POSITIVE_INFINITY);
    const worst = Math.max(...means);
    return {
      verdict: worst <= 0.1 ? 'supported' : worst > 0.5 ? 'refuted' : 'inconclusive',
      reason: `Relative error ${means.map((mean, k) => `${mean.toFixed(3)} (${counts[k]})`).join(', ')}.`,
      metrics: summariseAll(names, cells),
      floors: [],
      ceiling: [],
      curves: [
        {
          title: 'Error against the number of interventions (complex graph to 4, 20 variables from 8)',
          x: 'interventions at once',
          y: 'error relative to the real change',
          lines: [
            lineOver('ours', 'ours', cells, counts, (count) => `relative error, ${count} at once`),
            {
              name: 'copying the factual value',
              role: 'floor',
              points: counts.map((x) => ({ x, y: 1, n: cells.length })),
            },
          ],
        },
      ],
    };
  },
};
