// What happens to all parameters at once. Places are in floats; arrays may be read and written up to the next 4.

import { all } from './vector';

/** g += extra (unless −1); the squared length of the result, summed in float64. */
export function addAndSquare(g: i32, extra: i32, length: i32): f64 {
  let at = (<usize>g) << 2;
  const to = at + ((<usize>length) << 2);
  let other = (<usize>extra) << 2;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; at + 16 <= to; at += 16, other += 16) {
    let v = v128.load(at);
    if (extra >= 0) {
      v = f32x4.add(v, v128.load(other));
      v128.store(at, v);
    }
    const a = f64x2.promote_low_f32x4(v);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  low = f64x2.add(low, high);
  let square = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; at < to; at += 4, other += 4) {
    let v = load<f32>(at);
    if (extra >= 0) {
      v += load<f32>(other);
      store<f32>(at, v);
    }
    square += <f64>v * <f64>v;
  }
  return square;
}

/** Adam and AdamW. Lanes past the end are computed and not stored. */
export function adam(
  x: i32,
  g: i32,
  first: i32,
  second: i32,
  length: i32,
  scale: f64,
  coupled: f64,
  shrink: f64,
  beta1: f64,
  beta2: f64,
  stepSize: f64,
  correction2: f64,
  epsilon: f64,
): void {
  const vScale = all(<f32>scale);
  const vCoupled = all(<f32>coupled);
  const vShrink = all(<f32>shrink);
  const b1 = all(<f32>beta1);
  const c1 = all(<f32>(1 - beta1));
  const b2 = all(<f32>beta2);
  const c2 = all(<f32>(1 - beta2));
  const size = all(<f32>stepSize);
  const inverse = all(<f32>(1 / correction2));
  const eps = all(<f32>epsilon);
  for (let i = 0; i < length; i += 4) {
    const xAt = (<usize>(x + i)) << 2;
    const mAt = (<usize>(first + i)) << 2;
    const vAt = (<usize>(second + i)) << 2;
    const xi = v128.load(xAt);
    const gi = f32x4.add(f32x4.mul(vScale, v128.load((<usize>(g + i)) << 2)), f32x4.mul(vCoupled, xi));
    const m = f32x4.add(f32x4.mul(b1, v128.load(mAt)), f32x4.mul(c1, gi));
    const v = f32x4.add(f32x4.mul(b2, v128.load(vAt)), f32x4.mul(c2, f32x4.mul(gi, gi)));
    const step = f32x4.div(f32x4.mul(size, m), f32x4.add(f32x4.mul(f32x4.sqrt(v), inverse), eps));
    const next = f32x4.sub(f32x4.mul(xi, vShrink), step);
    if (i + 4 <= length) {
      v128.store(mAt, m);
      v128.store(vAt, v);
      v128.store(xAt, next);
    } else {
      const rest = length - i;
      storeSome(mAt, m, rest);
      storeSome(vAt, v, rest);
      storeSome(xAt, next, rest);
    }
  }
}

// @ts-ignore: decorator
@inline
function storeSome(to: usize, v: v128, count: i32): void {
  store<f32>(to, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(v, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(v, 2), 8);
}
