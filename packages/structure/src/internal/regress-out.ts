/** What is left of a column after its least-squares fit on others and an intercept, and how many of them counted. */
export interface Remainder {
  readonly values: Float64Array;
  /** sum of squares */
  readonly left: number;
  readonly used: number;
}

/** Takes an intercept and columns out of `y`; a column that repeats those before it is not used. */
export function regressOut(columns: readonly Float64Array[], y: Float64Array): Remainder {
  const kept: Float64Array[] = [];
  for (const column of columns) {
    const direction = centred(column);
    const before = Math.sqrt(dot(direction, direction));
    // twice, since once loses digits where columns are nearly alike
    for (let pass = 0; pass < 2; pass++) for (const q of kept) takeOut(direction, q);
    const norm = Math.sqrt(dot(direction, direction));
    if (norm <= 1e-7 * before) continue;
    for (let r = 0; r < direction.length; r++) direction[r] = direction[r]! / norm;
    kept.push(direction);
  }
  const values = centred(y);
  for (const q of kept) takeOut(values, q);
  return { values, left: dot(values, values), used: kept.length };
}

function takeOut(column: Float64Array, direction: Float64Array): void {
  const share = dot(column, direction);
  for (let r = 0; r < column.length; r++) column[r] = column[r]! - share * direction[r]!;
}

function centred(column: Float64Array): Float64Array {
  let sum = 0;
  for (let r = 0; r < column.length; r++) sum += column[r]!;
  const mean = sum / column.length;
  return column.map((value) => value - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += a[r]! * b[r]!;
  return sum;
}
