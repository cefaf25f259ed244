/**
 * Running sums for means and covariances of d columns, each pair over the rows where both are present.
 * `[d · d]`, row i, column j: `count` rows with both, `sum` Σ (x_i − shift_i) over them, `cross` Σ (x_i − shift_i)(x_j − shift_j).
 */
export interface MomentSums {
  readonly shift: Float64Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly cross: Float64Array;
}

const block = 256;

/** An accumulator that takes columns in blocks. The shift is the first value, so that sums do
 * not cancel, and a constant has no variance at all. */
export function createMomentSums(d: number): {
  /** Rows `from` … `to` − 1 of the columns, NaN where missing. */
  add(columns: readonly Float64Array[], from: number, to: number): void;
  readonly sums: MomentSums;
} {
  const shift = new Float64Array(d).fill(Number.NaN);
  const count = new Float64Array(d * d);
  const sum = new Float64Array(d * d);
  const cross = new Float64Array(d * d);
  const even = d + (d % 2); // products are taken four at a time
  const centred = Array.from({ length: even }, () => new Float64Array(block));
  const products = new Float64Array(even * even);
  const present = Array.from({ length: d }, () => new Float64Array(block));
  const gaps = new Uint8Array(d);
  const totals = new Float64Array(d);

  function load(columns: readonly Float64Array[], from: number, rows: number): void {
    for (let j = 0; j < d; j++) {
      const column = columns[j] as Float64Array;
      const z = centred[j] as Float64Array;
      const here = present[j] as Float64Array;
      if (Number.isNaN(shift[j])) shift[j] = firstPresent(column, from, from + rows);
      const centre = Number.isNaN(shift[j]) ? 0 : (shift[j] as number);
      let total = 0;
      let missing = 0;
      for (let r = 0; r < rows; r++) {
        const x = (column[from + r] as number) - centre;
        if (Number.isNaN(x)) {
          z[r] = 0;
          here[r] = 0;
          missing++;
        } else {
          z[r] = x;
          here[r] = 1;
          total += x;
        }
      }
      for (let r = rows; r < block; r++) z[r] = here[r] = 0;
      totals[j] = total;
      gaps[j] = missing > 0 ? 1 : 0;
    }
  }

  return {
    sums: { shift, count, sum, cross },
    add(columns, from, to) {
      for (let at = from; at < to; at += block) {
        const rows = Math.min(block, to - at);
        load(columns, at, rows);
        for (let i = 0; i < even; i += 2)
          for (let j = i; j < even; j += 2) fourDots(centred, i, j, products, even);
        for (let i = 0; i < d; i++) {
          const zi = centred[i] as Float64Array;
          for (let j = i; j < d; j++) {
            const zj = centred[j] as Float64Array;
            const ij = i * d + j;
            const ji = j * d + i;
            const product = products[i * even + j] as number;
            let both = rows;
            let si = totals[i] as number;
            let sj = totals[j] as number;
            if (gaps[i] === 1 || gaps[j] === 1) {
              const hi = present[i] as Float64Array;
              const hj = present[j] as Float64Array;
              both = dot(hi, hj);
              si = dot(zi, hj);
              sj = dot(zj, hi);
            }
            cross[ij] = (cross[ij] as number) + product;
            count[ij] = (count[ij] as number) + both;
            sum[ij] = (sum[ij] as number) + si;
            if (i === j) continue;
            cross[ji] = cross[ij] as number;
            count[ji] = count[ij] as number;
            sum[ji] = (sum[ji] as number) + sj;
          }
        }
      }
    },
  };
}

/** The sums about another shift. */
export function reshift(sums: MomentSums, shift: Float64Array): MomentSums {
  const d = shift.length;
  const sum = new Float64Array(d * d);
  const cross = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    const di = delta(sums.shift, shift, i);
    for (let j = 0; j < d; j++) {
      const dj = delta(sums.shift, shift, j);
      const ij = i * d + j;
      const n = sums.count[ij] as number;
      const si = sums.sum[ij] as number;
      const sj = sums.sum[j * d + i] as number;
      sum[ij] = si + n * di;
      cross[ij] = (sums.cross[ij] as number) + di * sj + dj * si + n * di * dj;
    }
  }
  return { shift, count: sums.count, sum, cross };
}

function delta(old: Float64Array, next: Float64Array, i: number): number {
  const difference = (old[i] as number) - (next[i] as number);
  return Number.isNaN(difference) ? 0 : difference; // a column without values has no sums to move
}

function firstPresent(column: Float64Array, from: number, to: number): number {
  for (let r = from; r < to; r++) if (!Number.isNaN(column[r])) return column[r] as number;
  return Number.NaN;
}

/** Products of columns i and i + 1 with j and j + 1: each value is loaded once for two of them. */
function fourDots(
  columns: readonly Float64Array[],
  i: number,
  j: number,
  products: Float64Array,
  stride: number,
): void {
  const a = columns[i] as Float64Array;
  const b = columns[i + 1] as Float64Array;
  const x = columns[j] as Float64Array;
  const y = columns[j + 1] as Float64Array;
  let ax = 0;
  let ay = 0;
  let bx = 0;
  let by = 0;
  for (let r = 0; r < block; r++) {
    const ar = a[r] as number;
    const br = b[r] as number;
    const xr = x[r] as number;
    const yr = y[r] as number;
    ax += ar * xr;
    ay += ar * yr;
    bx += br * xr;
    by += br * yr;
  }
  products[i * stride + j] = ax;
  products[i * stride + j + 1] = ay;
  products[(i + 1) * stride + j] = bx;
  products[(i + 1) * stride + j + 1] = by;
}

function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let r = 0; r < block; r += 4) {
    s0 += (a[r] as number) * (b[r] as number);
    s1 += (a[r + 1] as number) * (b[r + 1] as number);
    s2 += (a[r + 2] as number) * (b[r + 2] as number);
    s3 += (a[r + 3] as number) * (b[r + 3] as number);
  }
  return s0 + s1 + (s2 + s3);
}
