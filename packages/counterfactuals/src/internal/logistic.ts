import { Matrix, solve } from 'ml-matrix';

/**
 * P(label = 1 | columns) by logistic regression on standardised columns and their squares, with a slight ridge (more on the
 * squares) so that separated classes converge; a function of other columns of the same kind.
 */
export function logistic(
  columns: readonly Float64Array[],
  labels: Float64Array,
): (columns: readonly Float64Array[]) => Float64Array {
  const terms = quadraticTerms(columns);
  const design = terms(columns);
  const [n, p] = [labels.length, design.length];
  let beta = new Float64Array(p);
  for (let step = 0; step < 50; step++) {
    const gradient = new Float64Array(p);
    const hessian = Matrix.zeros(p, p);
    for (let r = 0; r < n; r++) {
      const e = sigmoid(design.reduce((sum, x, k) => sum + (x[r] as number) * (beta[k] as number), 0));
      for (let i = 0; i < p; i++) {
        const x = (design[i] as Float64Array)[r] as number;
        gradient[i] = (gradient[i] as number) + x * ((labels[r] as number) - e);
        for (let j = 0; j <= i; j++)
          hessian.set(i, j, hessian.get(i, j) + x * ((design[j] as Float64Array)[r] as number) * e * (1 - e));
      }
    }
    for (let i = 0; i < p; i++) {
      const ridge = i === 0 ? 1e-6 : i <= columns.length ? 0.1 : 1;
      gradient[i] = (gradient[i] as number) - ridge * (beta[i] as number);
      hessian.set(i, i, hessian.get(i, i) + ridge);
      for (let j = 0; j < i; j++) hessian.set(j, i, hessian.get(i, j));
    }
    const change = solve(hessian, Matrix.columnVector(gradient)).to1DArray();
    const largest = Math.max(...change.map(Math.abs));
    beta = beta.map((b, k) => b + (change[k] as number) * Math.min(1, 4 / Math.max(1e-12, largest)));
    if (largest < 1e-9) break;
  }
  return (others) => {
    const at = terms(others);
    return Float64Array.from({ length: at[0]?.length ?? 0 }, (_, r) =>
      sigmoid(at.reduce((sum, x, k) => sum + (x[r] as number) * (beta[k] as number), 0)),
    );
  };
}

/** E[y | columns] by least squares on the same terms, with the same slight ridge. */
export function quadraticFit(
  columns: readonly Float64Array[],
  y: Float64Array,
): (columns: readonly Float64Array[]) => Float64Array {
  const terms = quadraticTerms(columns);
  const design = terms(columns);
  const gram = new Matrix(
    design.map((a, i) => design.map((b, j) => dot(a, b) + (i === j ? (i === 0 ? 1e-9 : 1e-3) : 0))),
  );
  const beta = solve(gram, Matrix.columnVector(design.map((a) => dot(a, y)))).to1DArray();
  return (others) => {
    const at = terms(others);
    return Float64Array.from({ length: at[0]?.length ?? 0 }, (_, r) =>
      at.reduce((sum, x, k) => sum + (x[r] as number) * (beta[k] as number), 0),
    );
  };
}

/** Columns to: 1, each standardised, its square; scales are those of the first columns. At least one column. */
function quadraticTerms(
  columns: readonly Float64Array[],
): (columns: readonly Float64Array[]) => Float64Array[] {
  const scales = columns.map((column) => {
    const mean = column.reduce((a, b) => a + b, 0) / column.length;
    return { mean, sd: Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length) || 1 };
  });
  return (others) => {
    const scaled = others.map((column, k) => {
      const { mean, sd } = scales[k] as { readonly mean: number; readonly sd: number };
      return column.map((v) => (v - mean) / sd);
    });
    return [
      new Float64Array(others[0]?.length ?? 0).fill(1),
      ...scaled,
      ...scaled.map((column) => column.map((v) => v * v)),
    ];
  };
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] as number) * (b[r] as number);
  return sum;
}
