import type { Distribution } from '../distribution.ts';

/** ln of the law's density (or probability) at a point; `undefined` where it has none in closed form. */
export function logDensityOf(law: Distribution): ((x: number) => number) | undefined {
  switch (law.kind) {
    case 'normal':
      return (x) => -0.5 * ((x - law.mean) / law.sd) ** 2 - Math.log(law.sd) - 0.5 * Math.log(2 * Math.PI);
    case 'uniform':
      return (x) =>
        x >= law.low && x <= law.high ? -Math.log(law.high - law.low) : Number.NEGATIVE_INFINITY;
    case 'laplace':
      return (x) => -Math.abs(x - law.mean) / law.scale - Math.log(2 * law.scale);
    case 'exponential':
      return (x) => (x >= 0 ? Math.log(law.rate) - law.rate * x : Number.NEGATIVE_INFINITY);
    case 'gumbel':
      return (x) => {
        const z = (x - law.location) / law.scale;
        return -z - Math.exp(-z) - Math.log(law.scale);
      };
    case 'logistic':
      return (x) => {
        const z = Math.abs(x - law.location) / law.scale;
        return -z - 2 * Math.log1p(Math.exp(-z)) - Math.log(law.scale);
      };
    case 'student-t': {
      const half = law.degrees / 2;
      const constant =
        logGamma(half + 0.5) - logGamma(half) - 0.5 * Math.log(law.degrees * Math.PI) - Math.log(law.scale);
      return (x) => {
        const z = (x - law.location) / law.scale;
        return constant - (half + 0.5) * Math.log1p((z * z) / law.degrees);
      };
    }
    case 'categorical':
      return (x) => Math.log(law.probabilities[x] ?? 0);
    case 'empirical':
      return undefined;
  }
}

/** ln Γ(x) for x > 0: Stirling's series after raising x to 10 or more, relative error below 1e-14. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
