import type { Experiment } from '../experiment.ts';
import { ablationExperiments } from './ablations.ts';
import { benchmarks, goldStandard, prototype } from './benchmarks.ts';
import { chambers } from './chambers.ts';
import { ihdp, lalonde } from './effects.ts';
import { gradientFlow } from './gradient-flow.ts';
import { hiddenVariables } from './hidden-variables.ts';
import { leftOutRegime } from './left-out-regime.ts';
import { manyInterventions } from './many-interventions.ts';
import { discreteNetworks } from './networks.ts';
import { outOfDistribution } from './out-of-distribution.ts';
import { pairs } from './pairs.ts';
import { robustness, robustnessTogether } from './robustness.ts';
import { sachs } from './sachs.ts';
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
  robustnessTogether,
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
  leftOutRegime,
];
