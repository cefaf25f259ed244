import { Matrix, pseudoInverse } from 'ml-matrix';

/** Ordinary least squares with an intercept. */
export interface Regression {
  /** `[columns]`, without the intercept */
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
  readonly degreesOfFreedom: number;
}

/** Regresses y on columns `[columns][rows]`; columns that others determine share their coefficient (minimum norm). */
export function regress(columns: readonly Float64Array[], y: Float64Array): Regression {
  const n = y.length;
  const centred = [...columns, y].map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / n;
    return column.map((x) => x - mean);
  });
  const target = centred.pop() as Float64Array;
  const scales = centred.map((column) => Math.sqrt(dot(column, column)) || 1);
  const gram = new Matrix(
    centred.map((a, i) => centred.map((b, j) => dot(a, b) / ((scales[i] as number) * (scales[j] as number)))),
  );
  const p = centred.length;
  const inverse = p === 0 ? gram : pseudoInverse(gram);
  const cross = centred.map((a, i) => dot(a, target) / (scales[i] as number));
  const scaled = Array.from({ length: p }, (_, i) =>
    cross.reduce((sum, c, j) => sum + inverse.get(i, j) * c, 0),
  );
  const residual = target.map((value, r) =>
    scaled.reduce(
      (left, b, i) => left - (b * ((centred[i] as Float64Array)[r] as number)) / (scales[i] as number),
      value,
    ),
  );
  const degreesOfFreedom = n - p - 1;
  const variance = dot(residual, residual) / Math.max(1, degreesOfFreedom);
  return {
    coefficients: Float64Array.from(scaled, (b, i) => b / (scales[i] as number)),
    standardErrors: Float64Array.from(
      { length: p },
      (_, i) => Math.sqrt(Math.max(0, variance * inverse.get(i, i))) / (scales[i] as number),
    ),
    degreesOfFreedom,
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] as number) * (b[r] as number);
  return sum;
}
