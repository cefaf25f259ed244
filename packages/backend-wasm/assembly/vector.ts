// Float32 vectors of four: elementary functions, good to a few units in the last place.

/** a · b + c, rounded once where the engine has relaxed SIMD and the processor FMA. */
// @ts-expect-error: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-expect-error: decorator
@inline
export function all(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-expect-error: decorator
@inline
export function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * tanh as a ratio of polynomials, odd of degree 13 over even of degree 6, on |x| ≤ 7.9 (the one that Eigen and XNNPACK
 * use). Below 6 units in the last place. NaN stays NaN.
 */
// @ts-expect-error: decorator
@inline
export function tanh4(x: v128): v128 {
  const y = f32x4.pmax(f32x4.pmin(x, all(7.905)), all(-7.905));
  const s = f32x4.mul(y, y);
  let p = multiplyAdd(s, all(-2.76076847742355e-16), all(2.00018790482477e-13));
  p = multiplyAdd(p, s, all(-8.60467152213735e-11));
  p = multiplyAdd(p, s, all(5.12229709037114e-8));
  p = multiplyAdd(p, s, all(1.48572235717979e-5));
  p = multiplyAdd(p, s, all(6.37261928875436e-4));
  p = multiplyAdd(p, s, all(4.89352455891786e-3));
  let q = multiplyAdd(s, all(1.19825839466702e-6), all(1.18534705686654e-4));
  q = multiplyAdd(q, s, all(2.2684346324390e-3));
  q = multiplyAdd(q, s, all(4.8935251855438e-3));
  return f32x4.div(f32x4.mul(y, p), q);
}

/**
 * exp(x) − 1 for x ≤ 0 (Cephes' polynomial for the fraction, 2ⁿ through the exponent's bits), right to a few units in
 * the last place of the result near 0 and of 1 elsewhere.
 */
// @ts-expect-error: decorator
@inline
export function expm1Negative4(x: v128): v128 {
  const y = f32x4.pmax(x, all(-87.3));
  const n = f32x4.nearest(f32x4.mul(y, all(<f32>Math.LOG2E)));
  let r = multiplyAdd(n, all(-0.693359375), y);
  r = multiplyAdd(n, all(2.12194440e-4), r);
  let p = multiplyAdd(r, all(1.9875691500e-4), all(1.3981999507e-3));
  p = multiplyAdd(p, r, all(8.3334519073e-3));
  p = multiplyAdd(p, r, all(4.1665795894e-2));
  p = multiplyAdd(p, r, all(1.6666665459e-1));
  p = multiplyAdd(p, r, all(5.0000001201e-1));
  const q = multiplyAdd(f32x4.mul(r, r), p, r);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  // 2ⁿ·(q + 1) − 1, without cancelling where n = 0. NaN passes through q.
  return f32x4.add(f32x4.mul(power, q), f32x4.sub(power, all(1)));
}

/** exp(x) for x ≤ 0. */
// @ts-expect-error: decorator
@inline
export function expNegative4(x: v128): v128 {
  return f32x4.add(expm1Negative4(x), all(1));
}

/** log(1 + z) for 0 ≤ z ≤ 1, as 2·artanh(z / (2 + z)). */
// @ts-expect-error: decorator
@inline
export function log1pUnit4(z: v128): v128 {
  const s = f32x4.div(z, f32x4.add(z, all(2)));
  const t = f32x4.mul(s, s);
  let p = multiplyAdd(t, all(1.0 / 13.0), all(1.0 / 11.0));
  p = multiplyAdd(p, t, all(1.0 / 9.0));
  p = multiplyAdd(p, t, all(1.0 / 7.0));
  p = multiplyAdd(p, t, all(1.0 / 5.0));
  p = multiplyAdd(p, t, all(1.0 / 3.0));
  p = multiplyAdd(p, t, all(1));
  return f32x4.mul(f32x4.add(s, s), p);
}
