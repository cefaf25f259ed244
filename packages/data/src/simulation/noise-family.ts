import { InputError } from '@cfe/base';
import type { Distribution } from '@cfe/scm';

/** A family of noise laws; `student` has 5 degrees of freedom. */
export type NoiseFamily =
  | 'gaussian'
  | 'laplace'
  | 'uniform'
  | 'exponential'
  | 'student'
  | 'gumbel'
  | 'logistic';

/** A law with mean `centre` and the given standard deviation; `centre` is 0 but for the exponential law. */
export interface ScaledNoise {
  readonly noise: Distribution;
  readonly centre: number;
}

const degrees = 5;
const eulerGamma = 0.5772156649015329;

/** The law of a family with a given standard deviation, its mean 0 once `centre` is taken off. */
export function scaledNoise(family: NoiseFamily, sd: number): ScaledNoise {
  if (!(sd > 0 && Number.isFinite(sd))) {
    throw new InputError('data/noise-scale', `noise: the standard deviation must be above 0, got ${sd}.`, {
      sd,
    });
  }
  switch (family) {
    case 'gaussian':
      return { noise: { kind: 'normal', mean: 0, sd }, centre: 0 };
    case 'laplace':
      return { noise: { kind: 'laplace', mean: 0, scale: sd / Math.SQRT2 }, centre: 0 };
    case 'uniform':
      return { noise: { kind: 'uniform', low: -sd * Math.sqrt(3), high: sd * Math.sqrt(3) }, centre: 0 };
    case 'exponential':
      return { noise: { kind: 'exponential', rate: 1 / sd }, centre: sd };
    case 'student': {
      const scale = sd * Math.sqrt((degrees - 2) / degrees);
      return { noise: { kind: 'student-t', degrees, location: 0, scale }, centre: 0 };
    }
    case 'gumbel': {
      const scale = (sd * Math.sqrt(6)) / Math.PI;
      return { noise: { kind: 'gumbel', location: -scale * eulerGamma, scale }, centre: 0 };
    }
    case 'logistic':
      return { noise: { kind: 'logistic', location: 0, scale: (sd * Math.sqrt(3)) / Math.PI }, centre: 0 };
  }
}
