import { type CurveForm, chooseForm } from './curve-form.ts';
import { refined } from './fit-shape.ts';
import { designOf, fitForms } from './form-regression.ts';
import { pointsAt, pointsOf } from './points.ts';
import type { Products } from './products.ts';
import { splineBasis } from './spline-basis.ts';

/** A sum of curves, one for each input. */
export interface AdditiveCurves {
  readonly intercept: number;
  /** by input; an input that is only a line has no `bend` */
  readonly curves: readonly Curve[];
  /** Σ residual² over the rows */
  readonly squares: number;
  readonly freedom: number;
  /** `[n]` */
  readonly residuals: Float64Array;
  /** `[bent curves][n]`: each bend over the rows */
  readonly bends: readonly Float64Array[];
  /** of the products, if there are any */
  readonly products: Float64Array;
}

/** slope · x + bend(x) */
export interface Curve {
  readonly slope: number;
  readonly bend?: ((x: number) => number) | undefined;
  /** what kind of bend: a spline, or the name of a shape; of several, the likeliest */
  readonly kind: string;
  readonly low: number;
  readonly high: number;
}

/**
 * Regression on a sum of curves of continuous inputs and lines of the others.
 *
 * Every curve begins as a penalised spline. It gives way to a line where its bends are no more than chance, and otherwise to
 * a mean of itself and of shapes with a few parameters (a square, a wave, a step …), weighted by their evidence.
 *
 * @param standardised - `[inputs][n]`
 * @param isContinuous - by input
 * @param zeros - by input: where the value is 0 in its own unit, which shapes may be centred on
 * @returns the regression, given how many curves may bend (those that bend least stay lines) and products of inputs to add to
 * the sum, drawn to 0 as strongly as is most likely
 */
export function additiveCurves(
  standardised: readonly Float64Array[],
  y: Float64Array,
  isContinuous: readonly boolean[],
  zeros: ArrayLike<number>,
): (mostBends: number, products?: Products) => AdditiveCurves {
  const inputs = standardised.map((column, k) => column.map((x) => x - (zeros[k] as number)));
  const n = y.length;
  const ones = new Float64Array(n).fill(1);
  const orders = inputs.map((column, k) => (isContinuous[k] === true ? sortedRows(column) : undefined));
  const bendable = orders.map(
    (order, k) => order !== undefined && distinct(inputs[k] as Float64Array, order) >= 6,
  );
  const curved = bendable.filter(Boolean).length;
  const pieces = Math.max(
    4,
    Math.min(20, Math.floor(80 / Math.max(1, curved)), Math.floor(n / (4 * Math.max(1, curved)))),
  );
  const ends = inputs.map((column, k) => {
    const order = orders[k];
    if (order === undefined) return { low: 0, high: 1 };
    return { low: column[order[0] as number] as number, high: column[order[n - 1] as number] as number };
  });
  const splines: CurveForm[] = inputs.map((_, k) =>
    bendable[k] === true && n >= 20
      ? { kind: 'spline', basis: splineBasis(ends[k]!.low, ends[k]!.high, pieces) }
      : { kind: 'line' },
  );
  const splineDesign = designOf(inputs, y, splines);
  return (mostBends, products) => {
    let forms = splines;
    let fit = fitForms(splineDesign, products);
    if (curved > mostBends) {
      const bent = fit.bends.map((bend, k) =>
        bend === undefined ? 0 : (inputs[k] as Float64Array).reduce((sum, x) => sum + bend(x) ** 2, 0),
      );
      const kept = new Set(
        Array.from(bent.keys())
          .sort((a, b) => (bent[b] as number) - (bent[a] as number))
          .slice(0, mostBends),
      );
      forms = forms.map((form, k): CurveForm => (kept.has(k) ? form : { kind: 'line' }));
      fit = fitForms(designOf(inputs, y, forms), products);
    }
    for (let round = 0; round < 2; round++) {
      const next = forms.map((form, k): CurveForm => {
        if (form.kind === 'line' || form.kind === 'blend') return form;
        const column = inputs[k] as Float64Array;
        const own = fit.parts[k] as Float64Array;
        const partial = fit.residuals.map((e, r) => e + (own[r] as number));
        const points = pointsOf(column, partial, orders[k] as Int32Array);
        const { low, high } = ends[k] as { low: number; high: number };
        return form.kind === 'shape'
          ? { kind: 'shape', shape: refined(points, form.shape, low, high) }
          : chooseForm(pointsAt(column, partial, ones), points, low, high, {
              basis: form.basis,
              bend: fit.bends[k] as (x: number) => number,
              squares: fit.squares,
              freedom: fit.freedoms[k] as number,
              strength: fit.strengths[k] as number,
            });
      });
      const isSettled = next.every((form, k) => form === forms[k]);
      forms = next;
      if (isSettled) break;
      fit = fitForms(designOf(inputs, y, forms), products);
      // nothing to settle between curves where there is but one
      if (forms.every(({ kind }) => kind !== 'shape') || forms.length === 1) break;
    }
    return {
      intercept: fit.intercept - fit.slopes.reduce((sum, slope, k) => sum + slope * (zeros[k] as number), 0),
      squares: fit.squares,
      freedom: fit.freedom,
      residuals: fit.residuals,
      products: fit.products,
      bends: fit.bends.flatMap((bend, k) =>
        bend === undefined ? [] : [(inputs[k] as Float64Array).map(bend)],
      ),
      curves: forms.map((form, k) => {
        const [bend, zero] = [fit.bends[k], zeros[k] as number];
        const { low, high } = ends[k] as { low: number; high: number };
        return {
          slope: fit.slopes[k] as number,
          bend: bend && ((x: number) => bend(x - zero)),
          kind:
            form.kind === 'shape' ? form.shape.family.name : form.kind === 'blend' ? form.name : form.kind,
          low: low + zero,
          high: high + zero,
        };
      }),
    };
  };
}

function sortedRows(column: Float64Array): Int32Array {
  return Int32Array.from(column, (_, r) => r).sort((a, b) => (column[a] as number) - (column[b] as number));
}

/** Distinct values, counted up to 6. */
function distinct(column: Float64Array, order: Int32Array): number {
  let count = 1;
  for (let k = 1; k < order.length && count < 6; k++)
    if (column[order[k] as number] !== column[order[k - 1] as number]) count++;
  return count;
}
