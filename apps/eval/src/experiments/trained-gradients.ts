import { defineJob, type Job } from '@cfe/base';
import { type ClassicGraph, simulateClassic } from '@cfe/data';
import { checkModel } from '@cfe/scm/conformance';
import { fitted } from '../classic/contenders.ts';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { summarise, summariseAll } from '../summarise.ts';

/** The laws of causal models, gradients among them, on a network as training leaves it. */
export const measureTrained: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureTrained',
  async ({ cell: { seed, settings } }: CellInput): Promise<Measured> => {
    const { table, graph } = simulateClassic(settings.graph as ClassicGraph, { twin: 'nonlinear', seed });
    const laws = await checkModel(await fitted(graph, table, seed), { seed });
    const leak = laws.find(({ law }) => law.includes('exactly zero'));
    return {
      figures: {
        laws: laws.length,
        'laws broken': laws.filter(({ passed }) => !passed).length,
        'leak through a cut': leak?.deviation ?? null,
        'largest gradient deviation':
          laws.find(({ law }) => law.includes('finite differences'))?.deviation ?? null,
      },
      predictions: {
        law: laws.map(({ law }) => law),
        deviation: laws.map(({ deviation }) => deviation),
      },
    };
  },
);

/** N4: gradient flow in networks that were trained. */
export const trainedGradients: Experiment = {
  id: 'N4',
  title: 'Gradient flow after training',
  claim:
    'Trained networks leak nothing through cut edges, keep the gradient along every other path, and obey all laws of causal models.',
  rule: 'Supported if no law is broken and the leak is exactly 0 in every network. Otherwise refuted.',
  cells: ({ seeds }) =>
    seeds.flatMap((seed) =>
      ['chain', 'fork', 'v-structure', 'confounder', 'complex'].map((graph) => ({
        seed,
        settings: { graph },
      })),
    ),
  measure: measureTrained,
  judge(cells) {
    const broken = summarise('laws broken', cells).max ?? 1;
    const leak = summarise('leak through a cut', cells).max ?? 1;
    return {
      verdict: broken === 0 && leak === 0 ? 'supported' : 'refuted',
      reason: `Over ${cells.length} networks at most ${broken} laws are broken, and the largest leak is ${leak}.`,
      metrics: summariseAll(Object.keys(cells[0]?.figures ?? {}), cells),
      floors: [],
      ceiling: [],
    };
  },
};
