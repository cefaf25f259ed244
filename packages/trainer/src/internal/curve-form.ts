import { cholesky } from './cholesky.ts';
import { fittedShapes, remainder } from './fit-shape.ts';
import { leastSquares } from './least-squares.ts';
import type { Points } from './points.ts';
import { bendAt, bendsOf, type Shape } from './shapes.ts';
import type { SplineBasis } from './spline-basis.ts';

/** What a curve is made of. */
export type CurveForm =
  | { readonly kind: 'line' }
  | { readonly kind: 'spline'; readonly basis: SplineBasis }
  | { readonly kind: 'shape'; readonly shape: Shape }
  | { readonly kind: 'blend'; readonly name: string; readonly bend: Bend; readonly freedom: number };

type Bend = (x: number) => number;

/** A curve as a spline, fitted beside the others. */
interface SplineCurve {
  readonly basis: SplineBasis;
  readonly bend: (x: number) => number;
  /** of the whole regression */
  readonly squares: number;
  readonly freedom: number;
  readonly strength: number;
}

/** Forms less likely than this share of all are left out of a blend. */
const smallestShare = 0.02;
/** What a form has to beat the line by in −2 log marginal likelihood: odds of 7 to 1. */
const leastEvidence = 4;

/**
 * The form of one curve, by what is left when the others are taken away: a line, or a mean of all forms that bend it, each
 * weighted by its evidence, so that none wins by chance alone.
 *
 * Evidence is the marginal likelihood under a normal prior whose spread is the most likely one: of a spline by its penalty,
 * of a shape's q parameters beyond the line by a g-prior, where it costs q (1 + log(gain / q)) in −2 log likelihood.
 *
 * Such priors are too kind to bends where there are none, so a shape has to beat the line by the unit-information prior, log n
 * for each parameter, before it counts.
 *
 * @see George and Foster (2000), Calibration and empirical Bayes variable selection, Biometrika 87, 731–747
 * @see Hoeting, Madigan, Raftery and Volinsky (1999), Bayesian model averaging, Statist. Sci. 14, 382–417
 */
export function chooseForm(
  rows: Points,
  points: Points,
  low: number,
  high: number,
  spline: SplineCurve,
): CurveForm {
  if (spline.freedom < 1.2) return { kind: 'line' };
  const n = rows.x.length;
  const line = rows.squares;
  const gainOf = (squares: number): number => n * Math.log(line / Math.max(squares, 1e-12 * line));
  const { bend, freedom } = spline;
  const candidates: {
    form: CurveForm;
    name: string;
    evidence: number;
    bend: () => Bend;
    freedom: number;
  }[] = [];
  const evidence = gainOf(spline.squares) - occamFactor(points, spline);
  if (evidence > leastEvidence) {
    const form: CurveForm = { kind: 'spline', basis: spline.basis };
    candidates.push({ form, name: 'spline', evidence, bend: () => bend, freedom });
  }
  const left = new Float64Array(n);
  for (const shape of fittedShapes(points, low, high)) {
    const { family } = shape;
    const gain = gainOf(remainder(rows, shape, left));
    const q = family.freedom - 1;
    if (!(gain > q * Math.log(n) + leastEvidence)) continue;
    candidates.push({
      form: { kind: 'shape', shape },
      name: family.name,
      evidence: gain - q * (1 + Math.log(gain / q)),
      bend: () => bendOf(rows, shape),
      freedom: family.freedom,
    });
  }
  candidates.sort((a, b) => b.evidence - a.evidence);
  const [best] = candidates;
  if (best === undefined) return { kind: 'line' };
  const weights = candidates.map(({ evidence }) => Math.exp(0.5 * (evidence - best.evidence)));
  const least = smallestShare * weights.reduce((a, b) => a + b, 0);
  const kept = candidates.filter((_, k) => (weights[k] as number) > least);
  if (kept.length === 1) return best.form;
  const total = weights.slice(0, kept.length).reduce((a, b) => a + b, 0);
  const shares = Float64Array.from(kept, (_, k) => (weights[k] as number) / total);
  const bends = kept.map((one) => one.bend());
  return {
    kind: 'blend',
    name: best.name,
    bend: (x) => bends.reduce((sum, bend, k) => sum + (shares[k] as number) * bend(x), 0),
    freedom: kept.reduce((sum, one, k) => sum + (shares[k] as number) * one.freedom, 0),
  };
}

/** What the bends of a penalised spline cost in −2 log marginal likelihood: their penalty and log |B′B / strength + 1|. */
function occamFactor({ x, weight }: Points, { basis, freedom, strength }: SplineCurve): number {
  const width = basis.width + 2;
  const gram = Array.from({ length: width }, (_, i) => new Float64Array(i + 1));
  const row = new Float64Array(width);
  row[0] = 1;
  const bends = row.subarray(2);
  for (let r = 0; r < x.length; r++) {
    row[1] = x[r] as number;
    basis.write(x[r] as number, bends);
    for (let i = 0; i < width; i++) {
      const into = gram[i] as Float64Array;
      const a = (weight[r] as number) * (row[i] as number);
      for (let k = 0; k <= i; k++) into[k] = (into[k] as number) + a * (row[k] as number);
    }
  }
  for (let i = 2; i < width; i++) {
    const into = gram[i] as Float64Array;
    into[i] = (into[i] as number) + strength;
  }
  cholesky(gram);
  let sum = freedom - 1; // strength · |β|² over the noise variance, at the most likely strength
  for (let i = 2; i < width; i++) {
    const pivot = (gram[i] as Float64Array)[i] as number;
    sum += Math.log((pivot * pivot) / strength);
  }
  return sum;
}

/** The bends of a shape with its coefficients at their best; what it has of a line is left to the line beside it. */
function bendOf({ x, y }: Points, shape: Shape): Bend {
  const { coefficients } = leastSquares([new Float64Array(x.length).fill(1), x, ...bendsOf(shape, x)], y);
  return bendAt(shape, coefficients.subarray(2));
}
