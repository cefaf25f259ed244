import { type LinearGaussian, linearGaussian } from '@cfe/scm';

/** x → m → y. */
export const chain: LinearGaussian = linearGaussian({
  nodes: ['x', 'm', 'y'],
  weights: [
    [0, 0.8, 0],
    [0, 0, -1.2],
    [0, 0, 0],
  ],
});
