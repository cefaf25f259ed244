// One layer over a chunk of rows, forwards and backwards. Places are in floats; rows a multiple of 4; rows of numbers
// in scratch memory are 144 floats apart.
//
// Both factors are packed before they are multiplied: weights in panels [a][4 outputs], inputs in panels [a][8 rows].
// The inner loop then reads two streams at constant offsets, and keeps 8 sums, 2 inputs and a product in the 16 vector registers
// of x86.

import { activate } from './activation';
import { all, multiplyAdd } from './vector';

/** Distance of rows of numbers in scratch memory, in bytes. */
export const STRIDE: usize = 576;

/** Where the packed panels begin, in bytes; constants lie before. */
const PACKED: usize = 1024;

// @ts-ignore: decorator
@inline
function at(place: i32): usize {
  return (<usize>place) << 2;
}

// @ts-ignore: decorator
@inline
function biasOr0(bias: i32, o: i32): v128 {
  return bias < 0 ? all(0) : v128.load32_splat(at(bias + o));
}

/** out[o][k] = φ(bias[o] + Σₐ w[o·wOut + a·wIn] · in[a][k]), where in[a] is at the place that `table` lists. */
export function layer(
  out: i32,
  w: i32,
  wOut: i32,
  wIn: i32,
  bias: i32,
  table: i32,
  outputs: i32,
  inputs: i32,
  rows: i32,
  activation: i32,
): void {
  const whole = outputs & ~3;
  if (whole > 0) {
    packWeights(w, wOut, wIn, whole, inputs);
    const packed = PACKED + at(whole * inputs);
    const rows8 = rows & ~7;
    for (let k = 0; k < rows8; k += 8) {
      packInputs8(packed, table, inputs, at(k));
      layerPanel8(at(out) + at(k), bias, whole, inputs, packed);
    }
    if (rows8 < rows) layerPanel4(at(out) + at(rows8), bias, whole, inputs, table, at(rows8));
  }
  for (let o = whole; o < outputs; o++) layerSingle(at(out) + <usize>o * STRIDE, at(w + o * wOut), at(wIn), biasOr0(bias, o), table, inputs, rows);
  if (activation !== 0) for (let o = 0; o < outputs; o++) activate(activation, at(out) + <usize>o * STRIDE, at(rows));
}

/** Panels of 4 outputs, [a][4], one after another. */
function packWeights(w: i32, wOut: i32, wIn: i32, outputs: i32, inputs: i32): void {
  let to = PACKED;
  for (let o = 0; o < outputs; o += 4) {
    if (wOut === 1) {
      let from = at(w + o);
      const step = at(wIn);
      for (let a = 0; a < inputs; a++) {
        v128.store(to, v128.load(from));
        from += step;
        to += 16;
      }
      continue;
    }
    let p0 = at(w + o * wOut);
    let p1 = p0 + at(wOut);
    let p2 = p1 + at(wOut);
    let p3 = p2 + at(wOut);
    let a = 0;
    for (; a + 4 <= inputs; a += 4) {
      const r0 = v128.load(p0);
      const r1 = v128.load(p1);
      const r2 = v128.load(p2);
      const r3 = v128.load(p3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(t0, t1, 0, 2));
      v128.store(to, v128.shuffle<f64>(t0, t1, 1, 3), 16);
      v128.store(to, v128.shuffle<f64>(t2, t3, 0, 2), 32);
      v128.store(to, v128.shuffle<f64>(t2, t3, 1, 3), 48);
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      to += 64;
    }
    for (; a < inputs; a++) {
      store<f32>(to, load<f32>(p0));
      store<f32>(to, load<f32>(p1), 4);
      store<f32>(to, load<f32>(p2), 8);
      store<f32>(to, load<f32>(p3), 12);
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      to += 16;
    }
  }
}

/** 8 rows of every input, [a][8]. */
function packInputs8(to: usize, table: i32, inputs: i32, row: usize): void {
  const tableTo = at(table + inputs);
  for (let t = at(table); t < tableTo; t += 4) {
    const from = (<usize>load<u32>(t) << 2) + row;
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
  }
}

export function layerPanel8(out: usize, bias: i32, outputs: i32, inputs: i32, packed: usize): void {
  let weight = PACKED;
  const end = packed + (at(inputs) << 3);
  for (let o = 0; o < outputs; o += 4) {
    let s00 = biasOr0(bias, o);
    let s01 = s00;
    let s10 = biasOr0(bias, o + 1);
    let s11 = s10;
    let s20 = biasOr0(bias, o + 2);
    let s21 = s20;
    let s30 = biasOr0(bias, o + 3);
    let s31 = s30;
    // Not unrolled: the engine's own scheduling of a longer body is slower.
    for (let x = packed; x < end; x += 32) {
      const x0 = v128.load(x);
      const x1 = v128.load(x, 16);
      let wo = v128.load32_splat(weight);
      s00 = multiplyAdd(wo, x0, s00);
      s01 = multiplyAdd(wo, x1, s01);
      wo = v128.load32_splat(weight, 4);
      s10 = multiplyAdd(wo, x0, s10);
      s11 = multiplyAdd(wo, x1, s11);
      wo = v128.load32_splat(weight, 8);
      s20 = multiplyAdd(wo, x0, s20);
      s21 = multiplyAdd(wo, x1, s21);
      wo = v128.load32_splat(weight, 12);
      s30 = multiplyAdd(wo, x0, s30);
      s31 = multiplyAdd(wo, x1, s31);
      weight += 16;
    }
    v128.store(out, s00);
    v128.store(out, s01, 16);
    v128.store(out, s10, 576);
    v128.store(out, s11, 592);
    v128.store(out, s20, 1152);
    v128.store(out, s21, 1168);
    v128.store(out, s30, 1728);
    v128.store(out, s31, 1744);
    out += 4 * STRIDE;
  }
}

/** The last 4 rows. */
export function layerPanel4(out: usize, bias: i32, outputs: i32, inputs: i32, table: i32, row: usize): void {
  let weight = PACKED;
  const tableFrom = at(table);
  const tableTo = at(table + inputs);
  for (let o = 0; o < outputs; o += 4) {
    let s0 = biasOr0(bias, o);
    let s1 = biasOr0(bias, o + 1);
    let s2 = biasOr0(bias, o + 2);
    let s3 = biasOr0(bias, o + 3);
    for (let t = tableFrom; t < tableTo; t += 4) {
      const x = v128.load((<usize>load<u32>(t) << 2) + row);
      s0 = multiplyAdd(v128.load32_splat(weight), x, s0);
      s1 = multiplyAdd(v128.load32_splat(weight, 4), x, s1);
      s2 = multiplyAdd(v128.load32_splat(weight, 8), x, s2);
      s3 = multiplyAdd(v128.load32_splat(weight, 12), x, s3);
      weight += 16;
    }
    v128.store(out, s0);
    v128.store(out, s1, 576);
    v128.store(out, s2, 1152);
    v128.store(out, s3, 1728);
    out += 4 * STRIDE;
  }
}

/** One output, 16 rows at a time. */
export function layerSingle(target: usize, weights: usize, stepIn: usize, b: v128, table: i32, inputs: i32, rows: i32): void {
  const tableFrom = at(table);
  const tableTo = at(table + inputs);
  let k = 0;
  for (; k + 16 <= rows; k += 16) {
    const row = at(k);
    let s0 = b;
    let s1 = b;
    let s2 = b;
    let s3 = b;
    let weight = weights;
    for (let t = tableFrom; t < tableTo; t += 4) {
      const from = (<usize>load<u32>(t) << 2) + row;
      const wo = v128.load32_splat(weight);
      s0 = multiplyAdd(wo, v128.load(from), s0);
      s1 = multiplyAdd(wo, v128.load(from, 16), s1);
      s2 = multiplyAdd(wo, v128.load(from, 32), s2);
      s3 = multiplyAdd(wo, v128.load(from, 48), s3);
      weight += stepIn;
    }
    v128.store(target + row, s0);
    v128.store(target + row, s1, 16);
    v128.store(target + row, s2, 32);
    v128.store(target + row, s3, 48);
  }
  for (; k < rows; k += 4) {
    const row = at(k);
    let s = b;
    let weight = weights;
    for (let t = tableFrom; t < tableTo; t += 4) {
      s = multiplyAdd(v128.load32_splat(weight), v128.load((<usize>load<u32>(t) << 2) + row), s);
      weight += stepIn;
    }
    v128.store(target + row, s);
  }
}
