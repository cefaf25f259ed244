import { checkScenarios } from '@cfe/autograd';
import { defineJob, type Job } from '@cfe/base';
import type { CellInput, Experiment, Measured } from '../experiment.ts';
import { summariseAll } from '../summarise.ts';

/** Every scenario of the gradient check: what leaks through cut edges, and how far gradients are from complex-step ones. */
export const measureGradients: Job<CellInput, Measured> = defineJob(
  import.meta.url,
  'measureGradients',
  (): Measured => {
    const scenarios = checkScenarios();
    return {
      figures: {
        scenarios: scenarios.length,
        'largest leak': Math.max(...scenarios.map(({ leak }) => leak)),
        'largest relative error': Math.max(...scenarios.map(({ maxRelativeError }) => maxRelativeError)),
        'scenarios passed': scenarios.filter(({ passed }) => passed).length,
      },
      predictions: {
        scenario: scenarios.map(({ name }) => name),
        leak: scenarios.map(({ leak }) => leak),
        'relative error': scenarios.map(({ maxRelativeError }) => maxRelativeError),
      },
    };
  },
);

/** G1: blocking and the gradients that stay, in a form that runs in seconds. */
export const gradientFlow: Experiment = {
  id: 'G1',
  title: 'Gold standard, part 1: what an intervention cuts',
  claim:
    'The gradient through a cut edge is exactly zero, and every other gradient agrees with complex-step differentiation.',
  rule: 'Supported if no scenario leaks anything and every relative error is below 1e-9. Otherwise refuted.',
  cells: () => [{ seed: 0, settings: {} }],
  measure: measureGradients,
  prototype: [
    {
      figure: 'forward overhead, times',
      printed: 2,
      measured: 'a constant in its code; 23 when it was measured. Ours is in the benchmarks of @cfe/autograd',
    },
  ],
  judge(cells) {
    const [figures] = cells.map((cell) => cell.figures);
    const leak = figures?.['largest leak'] ?? 1;
    const error = figures?.['largest relative error'] ?? 1;
    return {
      verdict: leak === 0 && error < 1e-9 ? 'supported' : 'refuted',
      reason: `Over ${figures?.scenarios ?? 0} scenarios the largest leak is ${leak}, the largest relative error ${error.toExponential(1)}.`,
      metrics: summariseAll(
        ['scenarios', 'scenarios passed', 'largest leak', 'largest relative error'],
        cells,
      ),
      floors: [],
      ceiling: [],
    };
  },
};
