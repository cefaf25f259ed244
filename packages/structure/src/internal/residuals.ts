/** What is left of each column after least squares on its parents, `[n]` each. Columns are centred. */
export function residualsOf(
  columns: readonly Float64Array[],
  parents: readonly ArrayLike<number>[],
): Float64Array[] {
  return columns.map((values, v) => {
    const left = values.slice();
    const basis: Float64Array[] = [];
    for (const w of Array.from(parents[v]!)) {
      const direction = columns[w]!.slice();
      // twice, so that rounding leaves nothing behind
      for (let pass = 0; pass < 2; pass++) for (const q of basis) subtract(direction, q, dot(direction, q));
      const norm = Math.sqrt(dot(direction, direction));
      if (norm < 1e-10 * Math.sqrt(direction.length)) continue;
      for (let r = 0; r < direction.length; r++) direction[r] = direction[r]! / norm;
      basis.push(direction);
      subtract(left, direction, dot(left, direction));
    }
    return left;
  });
}

function subtract(x: Float64Array, y: Float64Array, weight: number): void {
  for (let r = 0; r < x.length; r++) x[r] = x[r]! - weight * y[r]!;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < x.length; r++) sum += x[r]! * y[r]!;
  return sum;
}
