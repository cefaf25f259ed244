/** The shape of a mechanism's function of its features: linear, plus a tanh network where `hidden` is not empty. */
export interface ResponseShape {
  readonly features: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** Number of parameters: linear weights `[outputs][features]`, bias `[outputs]`, then the network's layers. */
export function responseSize({ features, hidden, outputs }: ResponseShape): number {
  let size = outputs * (features + 1);
  if (features === 0) return size;
  let width = features;
  for (const h of hidden) {
    size += h * (width + 1);
    width = h;
  }
  return hidden.length === 0 ? size : size + outputs * width;
}

/** Outputs `[outputs][rows]` and the activations of each hidden layer, kept for the reverse pass. */
export interface ResponseTrace {
  readonly outputs: Float64Array[];
  readonly layers: readonly (readonly Float64Array[])[];
}

export function evaluateResponse(
  shape: ResponseShape,
  parameters: Float64Array,
  features: readonly Float64Array[],
  rows: number,
): ResponseTrace {
  const { outputs: k } = shape;
  const outputs = Array.from({ length: k }, (_, o) => {
    const out = new Float64Array(rows).fill(parameters[k * shape.features + o] as number);
    accumulate(out, features, parameters, o * shape.features);
    return out;
  });
  const layers: Float64Array[][] = [];
  if (shape.features === 0) return { outputs, layers };
  let at = k * (shape.features + 1);
  let input = features;
  for (const h of shape.hidden) {
    const start = at;
    const width = input.length;
    const read = input;
    const layer = Array.from({ length: h }, (_, unit) => {
      const out = new Float64Array(rows).fill(parameters[start + h * width + unit] as number);
      accumulate(out, read, parameters, start + unit * width);
      for (let r = 0; r < rows; r++) out[r] = Math.tanh(out[r] as number);
      return out;
    });
    at += h * (width + 1);
    layers.push(layer);
    input = layer;
  }
  if (layers.length > 0) {
    for (const [o, out] of outputs.entries()) accumulate(out, input, parameters, at + o * input.length);
  }
  return { outputs, layers };
}

/**
 * The reverse pass of Σ upstream ∘ outputs.
 *
 * @returns gradients with respect to the parameters and to the features, `[features][rows]`
 */
export function responseBackward(
  shape: ResponseShape,
  parameters: Float64Array,
  features: readonly Float64Array[],
  trace: ResponseTrace,
  upstream: readonly Float64Array[],
): { readonly parameters: Float64Array; readonly features: Float64Array[] } {
  const rows = upstream[0]?.length ?? 0;
  const gradient = new Float64Array(parameters.length);
  const toFeatures = features.map(() => new Float64Array(rows));
  const k = shape.outputs;
  for (const [o, up] of upstream.entries()) {
    backLinear(up, features, parameters, gradient, o * shape.features, toFeatures);
    gradient[k * shape.features + o] = sum(up);
  }
  if (trace.layers.length === 0) return { parameters: gradient, features: toFeatures };
  const starts: number[] = [];
  let at = k * (shape.features + 1);
  let width = shape.features;
  for (const h of shape.hidden) {
    starts.push(at);
    at += h * (width + 1);
    width = h;
  }
  const last = trace.layers.at(-1) as readonly Float64Array[];
  let above = last.map(() => new Float64Array(rows));
  for (const [o, up] of upstream.entries()) backLinear(up, last, parameters, gradient, at + o * width, above);
  for (let l = trace.layers.length - 1; l >= 0; l--) {
    const layer = trace.layers[l] as readonly Float64Array[];
    const input = l === 0 ? features : (trace.layers[l - 1] as readonly Float64Array[]);
    const below = l === 0 ? toFeatures : input.map(() => new Float64Array(rows));
    const start = starts[l] as number;
    for (const [unit, y] of layer.entries()) {
      const delta = above[unit] as Float64Array;
      for (let r = 0; r < rows; r++) delta[r] = (delta[r] as number) * (1 - (y[r] as number) ** 2);
      backLinear(delta, input, parameters, gradient, start + unit * input.length, below);
      gradient[start + layer.length * input.length + unit] = sum(delta);
    }
    above = below;
  }
  return { parameters: gradient, features: toFeatures };
}

function accumulate(
  out: Float64Array,
  input: readonly Float64Array[],
  parameters: Float64Array,
  at: number,
): void {
  for (let i = 0; i < input.length; i++) {
    const w = parameters[at + i] as number;
    const column = input[i] as Float64Array;
    for (let r = 0; r < out.length; r++) out[r] = (out[r] as number) + w * (column[r] as number);
  }
}

function backLinear(
  up: Float64Array,
  input: readonly Float64Array[],
  parameters: Float64Array,
  gradient: Float64Array,
  at: number,
  below: readonly Float64Array[],
): void {
  for (let i = 0; i < input.length; i++) {
    const w = parameters[at + i] as number;
    const column = input[i] as Float64Array;
    const back = below[i] as Float64Array;
    let total = 0;
    for (let r = 0; r < up.length; r++) {
      const u = up[r] as number;
      total += u * (column[r] as number);
      back[r] = (back[r] as number) + w * u;
    }
    gradient[at + i] = total;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const v of values) total += v;
  return total;
}
