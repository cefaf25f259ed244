import type { Dtype, Floats } from '../floats.ts';
import { floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import type { MechanismLayout, PlanLayout } from '../plan-layout.ts';
import { activate, activateBackward } from './activation.ts';

/**
 * What a mechanism computed for its live rows, kept for the reverse sweep. Rows that are cut or left out are not
 * among them: what is never computed cannot leak, not even as 0 · NaN.
 */
export interface Trace {
  /** numbers of the live rows, of which the first `n` count */
  live: Int32Array;
  n: number;
  /** gated inputs, `[inputs * n]` */
  inputs: Floats;
  /** outputs of each layer after activation, `[width * n]` */
  layers: Floats[];
}

/** Gates as given: one per edge, or one per edge and row. */
export interface Gates {
  readonly values: Floats;
  readonly perRow: boolean;
}

/** An empty trace, whose buffers grow to what they are used for. */
export function emptyTrace(dtype: Dtype): Trace {
  return { live: new Int32Array(0), n: 0, inputs: floats(dtype, 0), layers: [] };
}

/** The buffer itself if it is long enough, or a longer one. */
function grown(buffer: Floats | undefined, length: number, dtype: Dtype): Floats {
  return buffer !== undefined && buffer.length >= length ? buffer : floats(dtype, length);
}

/** Fills `trace.live` with the rows that `blocked` (an array by variable) leaves to mechanism j. */
export function markLive(
  trace: Trace,
  rows: number,
  j: number,
  blocked: readonly (Uint8Array | undefined)[],
): void {
  if (trace.live.length < rows) trace.live = new Int32Array(rows);
  const [a, b] = blocked;
  let n = 0;
  for (let r = 0; r < rows; r++) {
    if (a?.[j * rows + r] === 1 || b?.[j * rows + r] === 1) continue;
    trace.live[n++] = r;
  }
  trace.n = n;
}

/** Gathers the gated values of j's parents for its live rows; a category becomes a one-hot block. */
export function gatherInputs(
  plan: Plan,
  layout: PlanLayout,
  j: number,
  values: Floats,
  rows: number,
  gates: Gates | undefined,
  trace: Trace,
  dtype: Dtype,
): void {
  const { live, n } = trace;
  const mechanism = layout.mechanisms[j] as MechanismLayout;
  trace.inputs = grown(trace.inputs, mechanism.inputs * n, dtype);
  const { inputs } = trace;
  for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
    const i = plan.parents.items[e] as number;
    const width = plan.widths[i] as number;
    const column = layout.edgeColumns[e] as number;
    for (let k = 0; k < n; k++) {
      const r = live[k] as number;
      const gate = gates === undefined ? 1 : (gates.values[gates.perRow ? e * rows + r : e] as number);
      const x = values[i * rows + r] as number;
      if (width === 1) inputs[column * n + k] = gate === 0 ? 0 : gate * x;
      else for (let c = 0; c < width; c++) inputs[(column + c) * n + k] = x === c ? gate : 0;
    }
  }
}

/** Runs the layers over the live rows; returns the outputs, `[outputs * n]`. */
export function forwardLayers(
  plan: Plan,
  j: number,
  mechanism: MechanismLayout,
  parameters: Floats,
  trace: Trace,
  dtype: Dtype,
): Floats {
  const { n } = trace;
  const { activation } = plan.mechanisms[j] as Plan['mechanisms'][number];
  let below = trace.inputs;
  let width = mechanism.inputs;
  for (const [l, layer] of mechanism.layers.entries()) {
    const out = grown(trace.layers[l], layer.outputs * n, dtype);
    trace.layers[l] = out;
    for (let o = 0; o < layer.outputs; o++) {
      const start = o * n;
      const bias = parameters[layer.bias + o] as number;
      for (let k = 0; k < n; k++) out[start + k] = bias;
      for (let i = 0; i < layer.inputs; i++) {
        const w = parameters[layer.weights + o * layer.inputs + i] as number;
        const source = i < width ? below : trace.inputs; // past the hidden units: a skip
        const from = (i < width ? i : i - width) * n;
        for (let k = 0; k < n; k++)
          out[start + k] = (out[start + k] as number) + w * (source[from + k] as number);
      }
    }
    if (l < mechanism.layers.length - 1) activate(activation, out, layer.outputs * n);
    below = out;
    width = layer.outputs;
  }
  return below;
}

/**
 * The reverse sweep through the layers. Adds to `gradient` and returns the derivative of the gated inputs,
 * `[inputs * n]`. `dOut` is overwritten.
 */
export function backwardLayers(
  plan: Plan,
  j: number,
  mechanism: MechanismLayout,
  parameters: Floats,
  trace: Trace,
  dOut: Floats,
  gradient: Floats,
  dtype: Dtype,
): Floats {
  const { n } = trace;
  const { activation } = plan.mechanisms[j] as Plan['mechanisms'][number];
  let dy = dOut;
  let dSkip: Floats | undefined;
  for (let l = mechanism.layers.length - 1; l >= 0; l--) {
    const layer = mechanism.layers[l] as MechanismLayout['layers'][number];
    const below = l === 0 ? trace.inputs : (trace.layers[l - 1] as Floats);
    const width = l === 0 ? mechanism.inputs : (mechanism.layers[l - 1]?.outputs as number);
    const dBelow = floats(dtype, width * n);
    if (layer.inputs > width) dSkip = floats(dtype, mechanism.inputs * n);
    for (let o = 0; o < layer.outputs; o++) {
      const start = o * n;
      let dBias = 0;
      for (let k = 0; k < n; k++) dBias += dy[start + k] as number;
      gradient[layer.bias + o] = (gradient[layer.bias + o] as number) + dBias;
      for (let i = 0; i < layer.inputs; i++) {
        const at = layer.weights + o * layer.inputs + i;
        const w = parameters[at] as number;
        const source = i < width ? below : trace.inputs;
        const target = i < width ? dBelow : (dSkip as Floats);
        const from = (i < width ? i : i - width) * n;
        let dWeight = 0;
        for (let k = 0; k < n; k++) {
          const d = dy[start + k] as number;
          dWeight += d * (source[from + k] as number);
          target[from + k] = (target[from + k] as number) + w * d;
        }
        gradient[at] = (gradient[at] as number) + dWeight;
      }
    }
    if (l > 0) activateBackward(activation, below, dBelow, width * n);
    dy = dBelow;
  }
  if (dSkip !== undefined)
    for (let i = 0; i < dSkip.length; i++) dy[i] = (dy[i] as number) + (dSkip[i] as number);
  return dy;
}

/** Hands the derivative of j's gated inputs on to its parents' values and to the gates, where these are wanted. */
export function scatterInputs(
  plan: Plan,
  layout: PlanLayout,
  j: number,
  values: Floats,
  rows: number,
  gates: Gates | undefined,
  trace: Trace,
  dInputs: Floats,
  dValues: Floats | undefined,
  dGates: Floats | undefined,
): void {
  const { live, n } = trace;
  for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
    const i = plan.parents.items[e] as number;
    const width = plan.widths[i] as number;
    const column = layout.edgeColumns[e] as number;
    for (let k = 0; k < n; k++) {
      const r = live[k] as number;
      const g = gates?.perRow === true ? e * rows + r : e;
      const x = values[i * rows + r] as number;
      const d = dInputs[(width === 1 ? column : column + x) * n + k] as number;
      if (dValues !== undefined && width === 1) {
        const gate = gates === undefined ? 1 : (gates.values[g] as number);
        if (gate !== 0) dValues[i * rows + r] = (dValues[i * rows + r] as number) + gate * d;
      }
      if (dGates !== undefined) dGates[g] = (dGates[g] as number) + d * (width === 1 ? x : 1);
    }
  }
}
