import type { Experiment } from '../experiment.ts';
import { ablationExperiments } from './ablations.ts';
import { benchmarks, goldStandard, prototype, robustness } from './benchmarks.ts';
import { gradientFlow } from './gradient-flow.ts';

/** Everything the suite can run, in the order of the report. */
export const experiments: readonly Experiment[] = [
  ...benchmarks,
  ...ablationExperiments,
  ...robustness,
  gradientFlow,
  goldStandard,
  prototype,
];
