import type { Executor, Floats } from '@cfe/autograd';
import { permutation, type Rng } from '@cfe/base';
import { pickRows, type TrainingRows } from './training-rows.ts';

/** Rows to train on (`rowOf` says which of the data's they are) and rows to choose by; no second part where it would leave a variable without rows. */
export function splitRows(
  data: TrainingRows,
  heldOut: number | TrainingRows,
  rng: Rng,
): { readonly train: TrainingRows; readonly rowOf: Int32Array; readonly test: TrainingRows | undefined } {
  const all = new Int32Array(data.rows);
  for (let r = 0; r < data.rows; r++) all[r] = r;
  if (typeof heldOut !== 'number') return { train: data, rowOf: all, test: heldOut };
  const count = Math.round(heldOut * data.rows);
  if (count === 0) return { train: data, rowOf: all, test: undefined };
  const order = permutation(rng, data.rows);
  const rowOf = order.slice(count).sort();
  const train = pickRows(data, rowOf);
  const test = pickRows(data, order.slice(0, count).sort());
  const isEnough = train.counts.every((n) => n >= 2) && test.counts.every((n) => n >= 2);
  return isEnough ? { train, rowOf, test } : { train: data, rowOf: all, test: undefined };
}

/** −log density of each kept term, `[d * rows]`, standardised; 0 elsewhere. */
export function termsOf(
  executor: Executor,
  { rows, values, omit }: TrainingRows,
  parameters: Floats,
): Float64Array {
  return Float64Array.from(executor.logDensity({ rows, parameters, values, omit }), (x) => -x);
}

/** Mean of each variable's kept terms. */
export function meansOf(terms: Float64Array, { rows, counts }: TrainingRows): Float64Array {
  return Float64Array.from(counts, (n, j) => {
    let total = 0;
    for (let r = 0; r < rows; r++) total += terms[j * rows + r] as number;
    return n === 0 ? Number.NaN : total / n;
  });
}

/** Standard error of the mean difference of two fits in one variable's kept terms. */
export function standardError(
  a: Float64Array,
  b: Float64Array,
  { rows, counts, omit }: TrainingRows,
  j: number,
): number {
  const n = counts[j] as number;
  let [total, squares] = [0, 0];
  for (let r = 0; r < rows; r++) {
    if (omit[j * rows + r] === 1) continue;
    const difference = (a[j * rows + r] as number) - (b[j * rows + r] as number);
    total += difference;
    squares += difference * difference;
  }
  return Math.sqrt(Math.max(0, squares / n - (total / n) ** 2) / Math.max(1, n - 1));
}
