import { dot } from './cholesky.ts';
import type { CurveForm } from './curve-form.ts';
import { penalisedFit } from './penalised-fit.ts';
import type { Products } from './products.ts';
import { bendAt, bendsOf } from './shapes.ts';

/** The columns of a sum of curves whose forms are given, and their products. */
export interface FormsDesign {
  readonly y: Float64Array;
  readonly forms: readonly CurveForm[];
  readonly columns: readonly Float64Array[];
  /** by column: its spline, or −1 */
  readonly block: readonly number[];
  /** by input: its columns, the line first */
  readonly places: readonly { readonly from: number; readonly to: number }[];
  /** full rows */
  readonly gram: readonly Float64Array[];
  /** with y */
  readonly cross: Float64Array;
}

/** A regression on curves of given forms. */
export interface FormsFit {
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

/** Made once for several regressions that differ in their products alone. */
export function designOf(
  inputs: readonly Float64Array[],
  y: Float64Array,
  forms: readonly CurveForm[],
): FormsDesign {
  const n = y.length;
  const columns: Float64Array[] = [new Float64Array(n).fill(1)];
  const block: number[] = [-1];
  let blocks = 0;
  const places = forms.map((form, k) => {
    const column = inputs[k] as Float64Array;
    const from = columns.length;
    columns.push(column);
    block.push(-1);
    if (form.kind === 'spline') {
      const made = Array.from({ length: form.basis.width }, () => new Float64Array(n));
      const row = new Float64Array(form.basis.width);
      for (let r = 0; r < n; r++) {
        form.basis.write(column[r] as number, row);
        for (let c = 0; c < made.length; c++) (made[c] as Float64Array)[r] = row[c] as number;
      }
      columns.push(...made);
      block.push(...made.map(() => blocks));
      blocks++;
    } else if (form.kind === 'shape') {
      const made = bendsOf(form.shape, column);
      columns.push(...made);
      block.push(...made.map(() => -1));
    } else if (form.kind === 'blend') {
      columns.push(column.map(form.bend));
      block.push(-1);
    }
    return { from, to: columns.length };
  });
  const cross = Float64Array.from(columns, (column) => dot(column, y));
  return { y, forms, columns, block, places, gram: gramOf(columns), cross };
}

/** Z′Z, given that of the first columns. */
function gramOf(columns: readonly Float64Array[], known: readonly Float64Array[] = []): Float64Array[] {
  const gram = columns.map((_, a) => {
    const row = new Float64Array(columns.length);
    row.set(known[a] ?? []);
    return row;
  });
  for (let a = known.length; a < columns.length; a++) {
    for (let b = 0; b <= a; b++) {
      const value = dot(columns[a] as Float64Array, columns[b] as Float64Array);
      (gram[a] as Float64Array)[b] = value;
      (gram[b] as Float64Array)[a] = value;
    }
  }
  return gram;
}

/** Least squares, splines and products drawn to lines and to 0 as strongly as is most likely. */
export function fitForms(design: FormsDesign, products: Products | undefined): FormsFit {
  const { y, forms, places } = design;
  const n = y.length;
  const added = design.columns.length;
  const curveBlocks = Math.max(-1, ...design.block) + 1;
  const columns = [...design.columns, ...(products?.columns ?? [])];
  const block = [...design.block, ...(products?.strengths ?? []).map((b) => curveBlocks + b)];
  const gram = products === undefined ? design.gram : gramOf(columns, design.gram);
  const cross = Float64Array.from(columns, (column, k) => design.cross[k] ?? dot(column, y));
  const {
    coefficients,
    freedom,
    freedoms: ofBlock,
    strengths: drawn,
  } = penalisedFit(gram, cross, dot(y, y), n, Int32Array.from(block), Math.max(-1, ...block) + 1);
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
    const weights = coefficients.slice(from + 1, to);
    if (form.kind === 'blend') return (x: number): number => (weights[0] as number) * form.bend(x);
    if (form.kind === 'shape') return bendAt(form.shape, weights);
    const row = new Float64Array(form.basis.width);
    return (x: number): number => {
      form.basis.write(x, row);
      return dot(weights, row);
    };
  });
  let seen = 0;
  let met = 0;
  // parameters of a form beyond its columns here
  const inside = forms.reduce((sum, form) => {
    if (form.kind === 'shape') return sum + form.shape.family.freedom - form.shape.family.bends - 1;
    return form.kind === 'blend' ? sum + form.freedom - 2 : sum;
  }, 0);
  return {
    intercept: coefficients[0] as number,
    slopes: Float64Array.from(places, ({ from }) => coefficients[from] as number),
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
