import type { Experiment } from '../experiment.ts';
import { benchmarks, goldStandard, prototype, robustness } from './benchmarks.ts';
import { gradientFlow } from './gradient-flow.ts';

/** Everything the suite can run, in the order of the report. */
export const experiments: readonly Experiment[] = [
  ...benchmarks,
  ...robustness,
  gradientFlow,
  goldStandard,
  prototype,
];
