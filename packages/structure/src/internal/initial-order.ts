/**
 * A first order from a covariance matrix: the most correlated pair, then always the variable with the smallest
 * share of its variance left given those already placed. O(d³), deterministic.
 *
 * @param matrix - row-major `[d · d]`
 */
export function initialOrder(matrix: Float64Array, d: number): Int32Array {
  const order = new Int32Array(d);
  const placed = new Uint8Array(d);
  const left = Float64Array.from({ length: d }, (_, i) => matrix[i * d + i]!);
  const own = left.slice();
  const rows: Float64Array[] = [];
  let next = d > 1 ? firstOfStrongestPair(matrix, d) : 0;
  for (let at = 0; at < d; at++) {
    order[at] = next;
    placed[next] = 1;
    const row = new Float64Array(d);
    const pivot = left[next]!;
    if (pivot > 1e-10 * own[next]!) {
      for (let r = 0; r < d; r++) row[r] = matrix[next * d + r]!;
      for (const before of rows) {
        const weight = before[next]!;
        if (weight === 0) continue;
        for (let r = 0; r < d; r++) row[r] = row[r]! - weight * before[r]!;
      }
      const scale = 1 / Math.sqrt(pivot);
      for (let r = 0; r < d; r++) {
        row[r] = row[r]! * scale;
        left[r] = left[r]! - row[r]! * row[r]!;
      }
      rows.push(row);
    }
    let smallest = Number.POSITIVE_INFINITY;
    for (let r = 0; r < d; r++) {
      const share = left[r]! / own[r]!;
      if (placed[r] === 0 && share < smallest) {
        smallest = share;
        next = r;
      }
    }
  }
  return order;
}

function firstOfStrongestPair(matrix: Float64Array, d: number): number {
  let strongest = -1;
  let first = 0;
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const r2 = matrix[i * d + j]! ** 2 / (matrix[i * d + i]! * matrix[j * d + j]!);
      if (r2 > strongest) {
        strongest = r2;
        first = i;
      }
    }
  }
  return first;
}
