// Square float64 matrices, [d * d], for acyclicity. Places in bytes. Sums run in the order of the plain loops in
// @cfe/autograd, two columns at a time, so that what is exactly 0 there is here.

/** out = a · b. */
export function product64(a: usize, b: usize, out: usize, d: i32): void {
  const row = <usize>d << 3;
  const pairs = row & ~15;
  memory.fill(out, 0, row * d);
  for (let i = 0; i < d; i++, a += row, out += row) {
    let k = 0;
    for (; k + 4 <= d; k += 4) {
      const at = a + ((<usize>k) << 3);
      const x0 = load<f64>(at);
      const x1 = load<f64>(at, 8);
      const x2 = load<f64>(at, 16);
      const x3 = load<f64>(at, 24);
      if (x0 == 0 && x1 == 0 && x2 == 0 && x3 == 0) continue;
      const v0 = f64x2.splat(x0);
      const v1 = f64x2.splat(x1);
      const v2 = f64x2.splat(x2);
      const v3 = f64x2.splat(x3);
      const b0 = b + row * k;
      const b1 = b0 + row;
      const b2 = b1 + row;
      const b3 = b2 + row;
      let j: usize = 0;
      for (; j < pairs; j += 16) {
        let sum = f64x2.add(v128.load(out + j), f64x2.mul(v0, v128.load(b0 + j)));
        sum = f64x2.add(sum, f64x2.mul(v1, v128.load(b1 + j)));
        sum = f64x2.add(sum, f64x2.mul(v2, v128.load(b2 + j)));
        v128.store(out + j, f64x2.add(sum, f64x2.mul(v3, v128.load(b3 + j))));
      }
      if (j < row)
        store<f64>(
          out + j,
          load<f64>(out + j) + x0 * load<f64>(b0 + j) + x1 * load<f64>(b1 + j) + x2 * load<f64>(b2 + j) + x3 * load<f64>(b3 + j),
        );
    }
    for (; k < d; k++) addMultiple(out, b + row * k, load<f64>(a + ((<usize>k) << 3)), 0, row);
  }
}

/** M = L·U in place, L with a unit diagonal; 0 where a pivot is not positive, else 1. */
export function factorise64(m: usize, d: i32): i32 {
  const row = <usize>d << 3;
  for (let k = 0; k < d; k++) {
    const first = <usize>k << 3;
    const above = m + row * k;
    const pivot = load<f64>(above + first);
    if (!(pivot > 0)) return 0;
    for (let i = k + 1; i < d; i++) {
      const own = m + row * i;
      const below = load<f64>(own + first);
      if (below == 0) continue;
      const factor = below / pivot;
      store<f64>(own + first, factor);
      addMultiple(own, above, -factor, first + 8, row);
    }
  }
  return 1;
}

/** out = (L·U)⁻ᵀ from the factors in one array: Uᵀ from above, then Lᵀ from below, a whole row at a time. */
export function inverseTransposed64(lu: usize, out: usize, d: i32): void {
  const row = <usize>d << 3;
  memory.fill(out, 0, row * d);
  for (let i = 0; i < d; i++) {
    const own = out + row * i;
    store<f64>(own + ((<usize>i) << 3), 1);
    const end = <usize>(i + 1) << 3;
    for (let k = 0; k < i; k++)
      addMultiple(own, out + row * k, -load<f64>(lu + row * k + ((<usize>i) << 3)), 0, end);
    const pivot = load<f64>(lu + row * i + ((<usize>i) << 3));
    for (let at = own; at < own + end; at += 8) store<f64>(at, load<f64>(at) / pivot);
  }
  for (let i = d - 1; i >= 0; i--)
    for (let k = i + 1; k < d; k++)
      addMultiple(out + row * i, out + row * k, -load<f64>(lu + row * k + ((<usize>i) << 3)), 0, row);
}

/** to += x · from, between two offsets in bytes. */
function addMultiple(to: usize, from: usize, x: f64, begin: usize, end: usize): void {
  if (x == 0) return;
  const each = f64x2.splat(x);
  let at = begin;
  for (; at + 32 <= end; at += 32) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(each, v128.load(from + at))));
    v128.store(to + at, f64x2.add(v128.load(to + at, 16), f64x2.mul(each, v128.load(from + at, 16))), 16);
  }
  for (; at < end; at += 8) store<f64>(to + at, load<f64>(to + at) + x * load<f64>(from + at));
}
