// Float32 vectors of four: elementary functions, good to a few units in the last place.

/** a · b + c, rounded once where the engine has relaxed SIMD and the processor FMA. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function all(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
export function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * Constants of the functions below, in memory: reading one takes an instruction, building one from its bits takes
 * three, each time it is used.
 */
const constants = memory.data<f32>([
  7.905,
  -7.905,
  -2.76076847742355e-16,
  2.00018790482477e-13,
  -8.60467152213735e-11,
  5.12229709037114e-8,
  1.48572235717979e-5,
  6.37261928875436e-4,
  4.89352455891786e-3,
  1.19825839466702e-6,
  1.18534705686654e-4,
  2.2684346324390e-3,
  4.8935251855438e-3,
  -87.3,
  <f32>Math.LOG2E,
  -0.693359375,
  2.12194440e-4,
  1.9875691500e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
  1,
  2,
  1.0 / 13.0,
  1.0 / 11.0,
  1.0 / 9.0,
  1.0 / 7.0,
  1.0 / 5.0,
  1.0 / 3.0,
]);

// @ts-ignore: decorator
@inline
function c(offset: usize): v128 {
  return v128.load32_splat(constants + offset);
}

/**
 * tanh as a ratio of polynomials, odd of degree 13 over even of degree 6, on |x| ≤ 7.9 (the one that Eigen and XNNPACK
 * use). Below 6 units in the last place. NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const y = f32x4.pmax(f32x4.pmin(x, c(0)), c(4));
  const s = f32x4.mul(y, y);
  let p = multiplyAdd(s, c(8), c(12));
  p = multiplyAdd(p, s, c(16));
  p = multiplyAdd(p, s, c(20));
  p = multiplyAdd(p, s, c(24));
  p = multiplyAdd(p, s, c(28));
  p = multiplyAdd(p, s, c(32));
  let q = multiplyAdd(s, c(36), c(40));
  q = multiplyAdd(q, s, c(44));
  q = multiplyAdd(q, s, c(48));
  return f32x4.div(f32x4.mul(y, p), q);
}

/** {@link tanh4} on 8 numbers in memory, so that each constant is read once for two vectors. */
// @ts-ignore: decorator
@inline
export function tanhPair(at: usize): void {
  let k = c(0);
  let l = c(4);
  const y0 = f32x4.pmax(f32x4.pmin(v128.load(at), k), l);
  const y1 = f32x4.pmax(f32x4.pmin(v128.load(at, 16), k), l);
  const s0 = f32x4.mul(y0, y0);
  const s1 = f32x4.mul(y1, y1);
  k = c(8);
  l = c(12);
  let p0 = multiplyAdd(s0, k, l);
  let p1 = multiplyAdd(s1, k, l);
  k = c(16);
  p0 = multiplyAdd(p0, s0, k);
  p1 = multiplyAdd(p1, s1, k);
  k = c(20);
  p0 = multiplyAdd(p0, s0, k);
  p1 = multiplyAdd(p1, s1, k);
  k = c(24);
  p0 = multiplyAdd(p0, s0, k);
  p1 = multiplyAdd(p1, s1, k);
  k = c(28);
  p0 = multiplyAdd(p0, s0, k);
  p1 = multiplyAdd(p1, s1, k);
  k = c(32);
  p0 = multiplyAdd(p0, s0, k);
  p1 = multiplyAdd(p1, s1, k);
  k = c(36);
  l = c(40);
  let q0 = multiplyAdd(s0, k, l);
  let q1 = multiplyAdd(s1, k, l);
  k = c(44);
  q0 = multiplyAdd(q0, s0, k);
  q1 = multiplyAdd(q1, s1, k);
  k = c(48);
  q0 = multiplyAdd(q0, s0, k);
  q1 = multiplyAdd(q1, s1, k);
  v128.store(at, f32x4.div(f32x4.mul(y0, p0), q0));
  v128.store(at, f32x4.div(f32x4.mul(y1, p1), q1), 16);
}

/**
 * exp(x) − 1 for x ≤ 0 (Cephes' polynomial for the fraction, 2ⁿ through the exponent's bits), right to a few units in
 * the last place of the result near 0 and of 1 elsewhere.
 */
// @ts-ignore: decorator
@inline
export function expm1Negative4(x: v128): v128 {
  const y = f32x4.pmax(x, c(52));
  const n = f32x4.nearest(f32x4.mul(y, c(56)));
  let r = multiplyAdd(n, c(60), y);
  r = multiplyAdd(n, c(64), r);
  let p = multiplyAdd(r, c(68), c(72));
  p = multiplyAdd(p, r, c(76));
  p = multiplyAdd(p, r, c(80));
  p = multiplyAdd(p, r, c(84));
  p = multiplyAdd(p, r, c(88));
  const q = multiplyAdd(f32x4.mul(r, r), p, r);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  // 2ⁿ·(q + 1) − 1, without cancelling where n = 0. NaN passes through q.
  return f32x4.add(f32x4.mul(power, q), f32x4.sub(power, c(92)));
}

/** exp(x) for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function expNegative4(x: v128): v128 {
  return f32x4.add(expm1Negative4(x), c(92));
}

/** log(1 + z) for 0 ≤ z ≤ 1, as 2·artanh(z / (2 + z)). */
// @ts-ignore: decorator
@inline
export function log1pUnit4(z: v128): v128 {
  const s = f32x4.div(z, f32x4.add(z, c(96)));
  const t = f32x4.mul(s, s);
  let p = multiplyAdd(t, c(100), c(104));
  p = multiplyAdd(p, t, c(108));
  p = multiplyAdd(p, t, c(112));
  p = multiplyAdd(p, t, c(116));
  p = multiplyAdd(p, t, c(120));
  p = multiplyAdd(p, t, c(92));
  return f32x4.mul(f32x4.add(s, s), p);
}
