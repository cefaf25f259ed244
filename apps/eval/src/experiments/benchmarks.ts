import type { ClassicGraph } from '@cfe/data';
import { measureClassic } from '../classic/measure.ts';
import type { Cell, Experiment, Extent, PrototypeFigure } from '../experiment.ts';
import { byTwin, classicRule, judgeClassic } from './classic-judgement.ts';

const graphs: readonly ClassicGraph[] = ['chain', 'fork', 'v-structure', 'confounder', 'complex'];

/** Structure F1, "counterfactual correlation" and error, as the prototype printed them for the five graphs. */
const printed: readonly (readonly [f1: number, correlation: number, mse: number])[] = [
  [0.5, 0.9, 0.11],
  [0.8, 0.89, 0.15],
  [0.4, 0.9, 0.2],
  [0.8, 0.91, 0.26],
  [0.8, 0.91, 0.26],
];

function printedFor(k: number): readonly PrototypeFigure[] {
  const [f1, correlation, mse] = printed[k] as (typeof printed)[number];
  return [
    {
      figure: 'structure F1',
      printed: f1,
      measured: 'edges of a graph that left the outcome out of its truth, from an untrained network',
      beside: 'directed f1',
    },
    {
      figure: 'counterfactual correlation',
      printed: correlation,
      measured: 'correlation of outputs before and after an intervention: near 1 if nothing changes',
      beside: 'counterfactual skill',
    },
    {
      figure: 'MSE',
      printed: mse,
      measured:
        'prediction error of an untrained network on one fixed data set with little noise; ours is under noise of variance 1, below which nothing can go',
      beside: 'prediction mse',
    },
  ];
}

/** B1–B5: structure, prediction and counterfactuals on the five classic graphs and their nonlinear twins. */
export const benchmarks: readonly Experiment[] = graphs.map((graph, k) => ({
  id: `B${k + 1}`,
  title: `Benchmark: ${graph}`,
  claim: `From 1,000 observational rows and 100 per single-variable intervention on the ${graph} graph and its nonlinear twin, the engine learns the graph and foretells what actions change.`,
  rule: classicRule,
  cells: ({ seeds }: Extent): readonly Cell[] =>
    seeds.flatMap((seed) =>
      ['linear', 'nonlinear'].map((twin) => ({ seed, settings: { graph, twin, noise: 1 } })),
    ),
  measure: measureClassic,
  breakdown: byTwin,
  takesFakes: true,
  prototype: printedFor(k),
  judge: judgeClassic,
}));

/** The prototype's own data, fixed weights, a row of its own. */
export const prototype: Experiment = {
  id: 'prototype',
  title: 'The research prototype’s three graphs',
  claim:
    'On the prototype’s own sets (a chain, one diamond under three names, a v-structure) the same holds.',
  rule: classicRule,
  cells: ({ seeds }) =>
    seeds.flatMap((seed) =>
      ['chain', 'fork', 'v-structure'].map((graph) => ({
        seed,
        settings: { graph, twin: 'prototype', noise: 0.3 },
      })),
    ),
  measure: measureClassic,
  breakdown: { by: 'graph', figures: byTwin.figures },
  takesFakes: true,
  judge: judgeClassic,
};

/** G2: the gold standard, all five graphs at once. */
export const goldStandard: Experiment = {
  id: 'G2',
  title: 'Gold standard, part 2: five seeds, all five graphs',
  claim:
    'Where theory identifies them, the DAG (from observations and interventions) is exact in at least 95% of data sets and counterfactuals have a skill of at least 0.90; from observations alone the class is returned, not a guess.',
  rule: 'Supported if the DAG is exact in at least 95% of data sets and the smallest skill is at least 0.90. Refuted if it is exact in under 50%, or the smallest skill is below 0.5. Otherwise inconclusive.',
  cells: ({ seeds }) =>
    seeds
      .slice(0, 5)
      .flatMap((seed) =>
        graphs.flatMap((graph) =>
          ['linear', 'nonlinear'].map((twin) => ({ seed, settings: { graph, twin, noise: 1 } })),
        ),
      ),
  measure: measureClassic,
  breakdown: { by: 'graph', figures: byTwin.figures },
  takesFakes: true,
  judge(cells) {
    const judged = judgeClassic(cells);
    const exact = judged.metrics.find(({ name }) => name === 'exact dag')?.mean ?? 0;
    const skill = judged.metrics.find(({ name }) => name === 'counterfactual skill')?.min ?? -1;
    return {
      ...judged,
      verdict:
        exact < 0.5 || skill < 0.5 ? 'refuted' : exact >= 0.95 && skill >= 0.9 ? 'supported' : 'inconclusive',
      reason: `The DAG is exact in ${(100 * exact).toFixed(0)}% of ${cells.length} data sets; the smallest skill is ${skill.toFixed(3)}.`,
    };
  },
};
