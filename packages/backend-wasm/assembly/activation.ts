// Activations over a row of numbers: places in bytes here, since only kernels call them.

import { all, expm1Negative4, expNegative4, log1pUnit4, tanh4, tanhPair } from './vector';

/** Applies activation `code` to `bytes` from `from`. */
export function activate(code: i32, from: usize, bytes: usize): void {
  const to = from + bytes;
  if (code === 1) {
    for (; from + 32 <= to; from += 32) tanhPair(from);
    if (from < to) v128.store(from, tanh4(v128.load(from)));
  } else if (code === 2) {
    for (; from < to; from += 16) {
      const x = v128.load(from);
      v128.store(from, v128.and(x, f32x4.gt(x, all(0))));
    }
  } else if (code === 3) {
    for (; from < to; from += 16) {
      const x = v128.load(from);
      v128.store(from, v128.bitselect(x, expm1Negative4(x), f32x4.gt(x, all(0))));
    }
  } else if (code === 4) {
    for (; from < to; from += 16) {
      const x = v128.load(from);
      const z = expNegative4(f32x4.neg(f32x4.abs(x)));
      v128.store(from, f32x4.add(f32x4.pmax(x, all(0)), log1pUnit4(z)));
    }
  } else if (code === 5) {
    for (; from < to; from += 16) {
      const x = v128.load(from);
      const e = expNegative4(f32x4.neg(f32x4.abs(x)));
      const upper = v128.bitselect(all(1), e, f32x4.ge(x, all(0)));
      v128.store(from, f32x4.div(upper, f32x4.add(all(1), e)));
    }
  }
}

/** dy ·= φ′, read off φ's output y. Places in floats. */
export function activationBackward(code: i32, y: i32, dy: i32, width: i32, rows: i32): void {
  for (let i = 0; i < width; i++) {
    let a = (<usize>(y + i * 144)) << 2;
    let d = (<usize>(dy + i * 144)) << 2;
    const to = a + ((<usize>rows) << 2);
    if (code === 1) {
      for (; a < to; a += 16, d += 16) {
        const v = v128.load(a);
        v128.store(d, f32x4.mul(v128.load(d), f32x4.sub(all(1), f32x4.mul(v, v))));
      }
    } else if (code === 2) {
      for (; a < to; a += 16, d += 16) v128.store(d, v128.and(v128.load(d), f32x4.gt(v128.load(a), all(0))));
    } else if (code === 3) {
      for (; a < to; a += 16, d += 16) {
        const v = v128.load(a);
        const slope = v128.bitselect(all(1), f32x4.add(v, all(1)), f32x4.gt(v, all(0)));
        v128.store(d, f32x4.mul(v128.load(d), slope));
      }
    } else if (code === 4) {
      for (; a < to; a += 16, d += 16) {
        const slope = f32x4.neg(expm1Negative4(f32x4.neg(v128.load(a))));
        v128.store(d, f32x4.mul(v128.load(d), slope));
      }
    } else if (code === 5) {
      for (; a < to; a += 16, d += 16) {
        const v = v128.load(a);
        v128.store(d, f32x4.mul(v128.load(d), f32x4.mul(v, f32x4.sub(all(1), v))));
      }
    }
  }
}
