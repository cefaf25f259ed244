// Gates that all rows share are folded into the weights they multiply. Places in floats.

// @ts-ignore: decorator
@inline
function at(place: i32): usize {
  return (<usize>place) << 2;
}

/**
 * W∘g: each of `outputs` rows keeps its first `hidden` weights, then the `count` columns that `list` names times their
 * gates (`gates` by column).
 */
export function foldGates(to: i32, w: i32, outputs: i32, inputs: i32, hidden: i32, list: i32, count: i32, gates: i32): void {
  let target = at(to);
  for (let o = 0; o < outputs; o++) {
    const row = at(w + o * inputs);
    for (let i = 0; i < hidden; i++) {
      store<f32>(target, load<f32>(row + at(i)));
      target += 4;
    }
    const gated = row + at(hidden);
    for (let i = 0; i < count; i++) {
      const a = at(load<i32>(at(list + i)));
      store<f32>(target, load<f32>(gated + a) * load<f32>(at(gates) + a));
      target += 4;
    }
  }
}

/**
 * The gradient of W∘g, taken apart: dW += g ∘ d and, by column, dGates += Σ over outputs W ∘ d. A column whose gate is 0
 * adds nothing to dW, whatever d is there.
 */
export function unfoldGates(d: i32, w: i32, dw: i32, outputs: i32, inputs: i32, hidden: i32, gates: i32, dGates: i32): void {
  const columns = inputs - hidden;
  const vectors = columns & ~3;
  const zero = f32x4.splat(0);
  for (let o = 0; o < outputs; o++) {
    let from = at(d + o * inputs);
    let weight = at(w + o * inputs);
    let target = at(dw + o * inputs);
    for (let i = 0; i < hidden; i++) {
      store<f32>(target, load<f32>(target) + load<f32>(from));
      from += 4;
      target += 4;
    }
    weight += at(hidden);
    let gate = at(gates);
    let dGate = at(dGates);
    let a = 0;
    for (; a < vectors; a += 4) {
      const v = v128.load(from);
      const g = v128.load(gate);
      const part = v128.and(f32x4.mul(g, v), f32x4.ne(g, zero));
      v128.store(target, f32x4.add(v128.load(target), part));
      v128.store(dGate, f32x4.add(v128.load(dGate), f32x4.mul(v, v128.load(weight))));
      from += 16;
      gate += 16;
      target += 16;
      dGate += 16;
      weight += 16;
    }
    for (; a < columns; a++) {
      const v = load<f32>(from);
      const g = load<f32>(gate);
      if (g != 0) store<f32>(target, load<f32>(target) + g * v);
      store<f32>(dGate, load<f32>(dGate) + v * load<f32>(weight));
      from += 4;
      gate += 4;
      target += 4;
      dGate += 4;
      weight += 4;
    }
  }
}
