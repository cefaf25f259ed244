// The gradient of a layer's weights: tiles of 4 outputs by 2 inputs, summed over the rows of the chunk in vectors.

import { STRIDE } from './layer';
import { all, multiplyAdd, sum } from './vector';

// @ts-ignore: decorator
@inline
function at(place: i32): usize {
  return (<usize>place) << 2;
}

// @ts-ignore: decorator
@inline
function rowOf(table: i32, a: i32): usize {
  return (<usize>load<u32>(at(table + a))) << 2;
}

/** dW[o·dwStride + a] += Σₖ dy[o][k] · in[a][k]; dBias[o] += Σₖ dy[o][k]. */
export function layerGradient(
  dw: i32,
  dwStride: i32,
  dBias: i32,
  dy: i32,
  table: i32,
  outputs: i32,
  inputs: i32,
  rows: i32,
): void {
  const bytes = at(rows);
  const strideW = at(dwStride);
  let o = 0;
  let y = at(dy);
  for (; o + 4 <= outputs; o += 4) {
    const target = at(dw + o * dwStride);
    let a = 0;
    for (; a + 2 <= inputs; a += 2) gradientTile(target + at(a), strideW, y, rowOf(table, a), rowOf(table, a + 1), bytes);
    if (a < inputs) gradientColumn(target + at(a), strideW, y, rowOf(table, a), bytes);
    y += 4 * STRIDE;
  }
  for (; o < outputs; o++) {
    const target = at(dw + o * dwStride);
    let a = 0;
    for (; a + 4 <= inputs; a += 4) gradientRow(target + at(a), y, table, a, bytes);
    for (; a < inputs; a++) {
      const x = rowOf(table, a);
      let s = all(0);
      for (let k: usize = 0; k < bytes; k += 16) s = multiplyAdd(v128.load(y + k), v128.load(x + k), s);
      const to = target + at(a);
      store<f32>(to, load<f32>(to) + sum(s));
    }
    y += STRIDE;
  }
  y = at(dy);
  for (o = 0; o < outputs; o++) {
    let s = all(0);
    for (let k: usize = 0; k < bytes; k += 16) s = f32x4.add(s, v128.load(y + k));
    const to = at(dBias + o);
    store<f32>(to, load<f32>(to) + sum(s));
    y += STRIDE;
  }
}

export function gradientTile(to: usize, strideW: usize, y: usize, xa: usize, xb: usize, bytes: usize): void {
  let s00 = all(0);
  let s01 = all(0);
  let s10 = all(0);
  let s11 = all(0);
  let s20 = all(0);
  let s21 = all(0);
  let s30 = all(0);
  let s31 = all(0);
  for (const end = y + bytes; y < end; y += 16) {
    const va = v128.load(xa);
    const vb = v128.load(xb);
    let d = v128.load(y);
    s00 = multiplyAdd(d, va, s00);
    s01 = multiplyAdd(d, vb, s01);
    d = v128.load(y, 576);
    s10 = multiplyAdd(d, va, s10);
    s11 = multiplyAdd(d, vb, s11);
    d = v128.load(y, 1152);
    s20 = multiplyAdd(d, va, s20);
    s21 = multiplyAdd(d, vb, s21);
    d = v128.load(y, 1728);
    s30 = multiplyAdd(d, va, s30);
    s31 = multiplyAdd(d, vb, s31);
    xa += 16;
    xb += 16;
  }
  addPair(to, s00, s01);
  to += strideW;
  addPair(to, s10, s11);
  to += strideW;
  addPair(to, s20, s21);
  to += strideW;
  addPair(to, s30, s31);
}

export function gradientColumn(to: usize, strideW: usize, y: usize, x: usize, bytes: usize): void {
  let s0 = all(0);
  let s1 = all(0);
  let s2 = all(0);
  let s3 = all(0);
  for (const end = x + bytes; x < end; x += 16, y += 16) {
    const v = v128.load(x);
    s0 = multiplyAdd(v128.load(y), v, s0);
    s1 = multiplyAdd(v128.load(y, 576), v, s1);
    s2 = multiplyAdd(v128.load(y, 1152), v, s2);
    s3 = multiplyAdd(v128.load(y, 1728), v, s3);
  }
  store<f32>(to, load<f32>(to) + sum(s0));
  to += strideW;
  store<f32>(to, load<f32>(to) + sum(s1));
  to += strideW;
  store<f32>(to, load<f32>(to) + sum(s2));
  to += strideW;
  store<f32>(to, load<f32>(to) + sum(s3));
}

export function gradientRow(to: usize, y: usize, table: i32, a: i32, bytes: usize): void {
  let x0 = rowOf(table, a);
  let x1 = rowOf(table, a + 1);
  let x2 = rowOf(table, a + 2);
  let x3 = rowOf(table, a + 3);
  let s0 = all(0);
  let s1 = all(0);
  let s2 = all(0);
  let s3 = all(0);
  for (const end = y + bytes; y < end; y += 16) {
    const d = v128.load(y);
    s0 = multiplyAdd(d, v128.load(x0), s0);
    s1 = multiplyAdd(d, v128.load(x1), s1);
    s2 = multiplyAdd(d, v128.load(x2), s2);
    s3 = multiplyAdd(d, v128.load(x3), s3);
    x0 += 16;
    x1 += 16;
    x2 += 16;
    x3 += 16;
  }
  addPair(to, s0, s1);
  addPair(to + 8, s2, s3);
}

/** Adds two sums over lanes to two neighbours in memory. */
// @ts-ignore: decorator
@inline
function addPair(to: usize, a: v128, b: v128): void {
  const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const both = f32x4.add(low, high); // a02 b02 a13 b13
  const total = f32x4.add(both, v128.shuffle<f32>(both, both, 2, 3, 0, 1));
  v128.store64_lane(to, f32x4.add(total, v128.load64_zero(to)), 0);
}
