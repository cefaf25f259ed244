import type { Columns } from '@cfe/base';
import type { Answer } from './answer.ts';
import { interventional } from './interventional.ts';
import type { LawOptions } from './observational.ts';
import { ensembleOf, type Subject } from './subject.ts';

/** The outcome's mean where the treatment is set to one value. */
export interface CurvePoint extends Answer {
  readonly at: number;
}

/**
 * E[outcome | do(treatment = v)] over several values v: a dose–response curve. All points share their noise.
 *
 * @param options.values - default 21 values between the 2nd and 98th percentile of the ensemble's rows
 * @example
 * import { effectCurve } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const [low, high] = await effectCurve(model, { treatment: 'x', outcome: 'y', values: [0, 1] });
 * (high?.value ?? 0) - (low?.value ?? 0); // → 2.000
 */
export async function effectCurve(
  subject: Subject,
  options: LawOptions & {
    readonly treatment: string;
    readonly outcome: string;
    readonly values?: readonly number[] | undefined;
  },
): Promise<readonly CurvePoint[]> {
  const { treatment, outcome, values = valuesWithin(ensembleOf(subject).rows, treatment) } = options;
  const points = [];
  for (const at of values) {
    const {
      sd: _,
      range: __,
      effectiveSamples: ___,
      ...answer
    } = await interventional(subject, outcome, {
      ...options,
      do: { [treatment]: at },
    });
    points.push({ at, ...answer });
  }
  return points;
}

function valuesWithin(rows: Columns | undefined, name: string): number[] {
  const sorted = rows === undefined ? Float64Array.of(-2, 2) : Float64Array.from(rows.column(name)).sort();
  const at = (p: number): number => sorted[Math.round(p * (sorted.length - 1))] as number;
  const [low, high] = [at(0.02), at(0.98)];
  return Array.from({ length: 21 }, (_, k) => low + ((high - low) * k) / 20);
}
