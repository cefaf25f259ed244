import type { Experiment } from '../experiment.ts';
import { ablationExperiments } from './ablations.ts';
import { benchmarks, goldStandard, prototype, robustness } from './benchmarks.ts';
import { ihdp, lalonde } from './effects.ts';
import { gradientFlow } from './gradient-flow.ts';
import { hiddenVariables } from './hidden-variables.ts';
import { manyInterventions } from './many-interventions.ts';
import { outOfDistribution } from './out-of-distribution.ts';
import { chambers, discreteNetworks, pairs, sachs } from './real-data.ts';
import { sampleSize } from './sample-size.ts';
import { scalability } from './scalability.ts';
import { scheduling } from './scheduling.ts';
import { trainedGradients } from './trained-gradients.ts';
import { twinModels } from './twin-models.ts';

/** Everything the suite can run, in the order of the report. */
export const experiments: readonly Experiment[] = [
  ...benchmarks,
  ...ablationExperiments,
  ...robustness,
  manyInterventions,
  scheduling,
  outOfDistribution,
  trainedGradients,
  hiddenVariables,
  sampleSize,
  twinModels,
  gradientFlow,
  goldStandard,
  prototype,
  scalability,
  sachs,
  chambers,
  discreteNetworks,
  pairs,
  lalonde,
  ihdp,
];
