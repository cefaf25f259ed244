/** Rows that were collected under one set of interventions: their number, sums and products of the columns. */
export interface Moments {
  readonly rows: number;
  /** `[d]` Σ x */
  readonly sums: Float64Array;
  /** row-major `[d · d]` Σ x xᵀ */
  readonly products: Float64Array;
}

/** Columns centred by their mean and divided by their standard deviation (1/n); zeros where a column does not vary. */
export function standardise(columns: readonly Float64Array[]): Float64Array[] {
  return columns.map((given) => {
    const values = withinRange(given);
    const n = values.length;
    let mean = 0;
    for (let r = 0; r < n; r++) mean += values[r]!;
    mean /= n;
    let squares = 0;
    for (let r = 0; r < n; r++) squares += (values[r]! - mean) ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares / n) : 0;
    return values.map((x) => (x - mean) * scale);
  });
}

/** Values whose squares would leave the range of numbers, times a power of two that brings them back. */
function withinRange(values: Float64Array): Float64Array {
  let largest = 0;
  for (const x of values) largest = Math.max(largest, Math.abs(x));
  if (largest === 0 || (largest > 1e-140 && largest < 1e140)) return values;
  const power = 2 ** Math.min(1000, -Math.floor(Math.log2(largest)));
  return values.map((x) => x * power);
}

/**
 * Sums and products of some rows of the columns.
 *
 * @param breathe - called once for every two columns, so that a long sum can be interrupted
 */
export async function momentsOf(
  columns: readonly Float64Array[],
  rows: Int32Array | undefined,
  breathe: () => Promise<void> | undefined,
): Promise<Moments> {
  const picked = rows === undefined ? columns : columns.map((values) => pick(values, rows));
  const d = picked.length;
  const n = picked[0]?.length ?? 0;
  const sums = Float64Array.from(picked, (values) => {
    let sum = 0;
    for (let r = 0; r < n; r++) sum += values[r]!;
    return sum;
  });
  const products = new Float64Array(d * d);
  for (let i = 0; i < d; i += 2) {
    const wait = breathe();
    if (wait !== undefined) await wait;
    for (let j = i; j < d; j += 2) block(picked, i, j, products);
  }
  return { rows: n, sums, products };
}

/** Four products at a time: two columns against two, so that each value read serves twice. */
function block(columns: readonly Float64Array[], i: number, j: number, products: Float64Array): void {
  const d = columns.length;
  const a = columns[i]!;
  const b = columns[Math.min(i + 1, d - 1)]!;
  const c = columns[j]!;
  const e = columns[Math.min(j + 1, d - 1)]!;
  let ac = 0;
  let ae = 0;
  let bc = 0;
  let be = 0;
  for (let r = 0; r < a.length; r++) {
    const x = a[r]!;
    const y = b[r]!;
    const z = c[r]!;
    const w = e[r]!;
    ac += x * z;
    ae += x * w;
    bc += y * z;
    be += y * w;
  }
  const set = (p: number, q: number, value: number): void => {
    if (p < d && q < d) products[p * d + q] = products[q * d + p] = value;
  };
  set(i, j, ac);
  set(i, j + 1, ae);
  set(i + 1, j, bc);
  set(i + 1, j + 1, be);
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r++) out[r] = values[rows[r]!]!;
  return out;
}
