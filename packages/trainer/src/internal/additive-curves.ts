import { dot } from './cholesky.ts';
import { type CurveForm, chooseForm } from './curve-form.ts';
import { penalisedFit } from './penalised-fit.ts';
import type { Products } from './products.ts';
import { type Points, pointsOf, refined } from './shapes.ts';
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
 * @param mostBends - curves beyond so many, those that bend least, stay lines
 * @param products - of inputs, which are added to the sum, drawn to 0 as strongly as is most likely
 */
export function additiveCurves(
  standardised: readonly Float64Array[],
  y: Float64Array,
  isContinuous: readonly boolean[],
  zeros: ArrayLike<number>,
  mostBends: number,
  products?: Products,
): AdditiveCurves {
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
  let forms: CurveForm[] = inputs.map((_, k) =>
    bendable[k] === true && n >= 20
      ? { kind: 'spline', basis: splineBasis(ends[k]!.low, ends[k]!.high, pieces) }
      : { kind: 'line' },
  );
  let fit = fitForms(inputs, y, forms, products);
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
    fit = fitForms(inputs, y, forms, products);
  }
  for (let round = 0; round < 2; round++) {
    const next = forms.map((form, k): CurveForm => {
      if (form.kind === 'line' || form.kind === 'blend') return form;
      const column = inputs[k] as Float64Array;
      const own = fit.parts[k] as Float64Array;
      const partial = fit.residuals.map((e, r) => e + (own[r] as number));
      const rows: Points = { x: column, y: partial, weight: ones };
      const points = pointsOf(column, partial, orders[k] as Int32Array);
      const { low, high } = ends[k] as { low: number; high: number };
      return form.kind === 'shape'
        ? { kind: 'shape', shape: refined(points, form.shape, low, high) }
        : chooseForm(rows, points, low, high, {
            basis: form.basis,
            slope: fit.slopes[k] as number,
            bend: fit.bends[k] as (x: number) => number,
            squares: fit.squares,
            freedom: fit.freedoms[k] as number,
            strength: fit.strengths[k] as number,
          });
    });
    const isSettled = next.every((form, k) => form === forms[k]);
    forms = next;
    if (isSettled) break;
    fit = fitForms(inputs, y, forms, products);
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
        kind: form.kind === 'shape' ? form.shape.family.name : form.kind === 'blend' ? form.name : form.kind,
        low: low + zero,
        high: high + zero,
      };
    }),
  };
}

interface FormsFit {
  readonly intercept: number;
  readonly slopes: Float64Array;
  readonly bends: readonly (((x: number) => number) | undefined)[];
  readonly products: Float64Array;
  /** `[inputs][n]`: each curve over the rows */
  readonly parts: readonly Float64Array[];
  readonly residuals: Float64Array;
  readonly squares: number;
  readonly freedom: number;
  /** by input: degrees of freedom of its curve */
  readonly freedoms: Float64Array;
  /** by input: how strongly its spline is drawn to a line; 0 where it has none */
  readonly strengths: Float64Array;
}

function fitForms(
  inputs: readonly Float64Array[],
  y: Float64Array,
  forms: readonly CurveForm[],
  products: Products | undefined,
): FormsFit {
  const n = y.length;
  const columns: Float64Array[] = [new Float64Array(n).fill(1)];
  const block: number[] = [-1];
  let blocks = 0;
  const places = forms.map((form, k) => {
    const column = inputs[k] as Float64Array;
    const from = columns.length;
    if (form.kind !== 'shape') {
      columns.push(column);
      block.push(-1);
    }
    if (form.kind === 'spline') {
      const made = Array.from({ length: form.basis.width }, () => new Float64Array(n));
      for (let r = 0; r < n; r++) {
        const row = form.basis.at(column[r] as number);
        for (let c = 0; c < made.length; c++) (made[c] as Float64Array)[r] = row[c] as number;
      }
      columns.push(...made);
      block.push(...made.map(() => blocks));
      blocks++;
    } else if (form.kind === 'shape') {
      const { family, inside } = form.shape;
      const made = Array.from({ length: family.width }, () => new Float64Array(n));
      const row = new Float64Array(3);
      for (let r = 0; r < n; r++) {
        family.features(inside, column[r] as number, row);
        for (let c = 0; c < made.length; c++) (made[c] as Float64Array)[r] = row[c] as number;
      }
      columns.push(...made);
      block.push(...made.map(() => -1));
    } else if (form.kind === 'blend') {
      columns.push(column.map(form.curve));
      block.push(-1);
    }
    return { from, to: columns.length };
  });
  const added = columns.length;
  const curveBlocks = blocks;
  if (products !== undefined) {
    columns.push(...products.columns);
    block.push(...products.strengths.map((b) => curveBlocks + b));
    blocks += Math.max(...products.strengths) + 1;
  }
  const p = columns.length;
  const gram = Array.from({ length: p }, () => new Float64Array(p));
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      const value = dot(columns[a] as Float64Array, columns[b] as Float64Array);
      (gram[a] as Float64Array)[b] = value;
      (gram[b] as Float64Array)[a] = value;
    }
  }
  const cross = Float64Array.from(columns, (column) => dot(column, y));
  const {
    coefficients,
    freedom,
    freedoms: ofBlock,
    strengths: drawn,
  } = penalisedFit(gram, cross, dot(y, y), n, Int32Array.from(block), blocks);
  const parts = places.map(({ from, to }) => {
    const out = new Float64Array(n);
    for (let c = from; c < to; c++) {
      const column = columns[c] as Float64Array;
      const weight = coefficients[c] as number;
      for (let r = 0; r < n; r++) out[r] = (out[r] as number) + weight * (column[r] as number);
    }
    return out;
  });
  const residuals = y.slice();
  for (const [c, column] of columns.entries()) {
    const weight = coefficients[c] as number;
    for (let r = 0; r < n; r++) residuals[r] = (residuals[r] as number) - weight * (column[r] as number);
  }
  const bends = forms.map((form, k) => {
    const { from, to } = places[k] as { from: number; to: number };
    if (form.kind === 'line') return undefined;
    const weights = coefficients.slice(form.kind === 'shape' ? from : from + 1, to);
    if (form.kind === 'blend') return (x: number): number => (weights[0] as number) * form.curve(x);
    const shared = new Float64Array(3);
    return (x: number): number => {
      const row = form.kind === 'spline' ? form.basis.at(x) : shared;
      if (form.kind === 'shape') form.shape.family.features(form.shape.inside, x, shared);
      let sum = 0;
      for (let c = 0; c < weights.length; c++) sum += (weights[c] as number) * (row[c] as number);
      return sum;
    };
  });
  let seen = 0;
  let met = 0;
  // parameters of a form beyond its columns here
  const inside = forms.reduce((sum, form) => {
    if (form.kind === 'shape') return sum + form.shape.family.freedom - form.shape.family.width;
    return form.kind === 'blend' ? sum + form.freedom - 2 : sum;
  }, 0);
  return {
    intercept: coefficients[0] as number,
    slopes: Float64Array.from(forms, (form, k) =>
      form.kind === 'shape' ? 0 : (coefficients[(places[k] as { from: number }).from] as number),
    ),
    bends,
    products: coefficients.slice(added),
    parts,
    residuals,
    squares: dot(residuals, residuals),
    freedom: freedom + inside,
    freedoms: Float64Array.from(forms, (form) => {
      if (form.kind === 'line') return 1;
      if (form.kind === 'shape') return form.shape.family.freedom;
      return form.kind === 'blend' ? form.freedom : 1 + (ofBlock[seen++] as number);
    }),
    strengths: Float64Array.from(forms, (form) => (form.kind === 'spline' ? (drawn[met++] as number) : 0)),
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
