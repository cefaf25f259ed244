/** Activations by number, as kernels take them. */
export const activationCodes = {
  identity: 0,
  tanh: 1,
  relu: 2,
  elu: 3,
  softplus: 4,
  sigmoid: 5,
} as const;

/** Rows that go through a mechanism together: its traces stay in the first or second cache. */
export const chunkRows = 128;

/**
 * Distance between rows of numbers in scratch memory: an odd number of cache lines, since columns at a power of two
 * apart all fall into the same few lines of a cache.
 */
export const chunkStride = 144;

/** Where memory begins in which kernels may work; before it they may keep constants. How much follows from a plan's largest layer. */
export const kernelScratch = 256;

/**
 * The hot loops of a fused executor, over one float32 memory that never moves or grows. All places are positions in
 * `heap` (floats, not bytes); `table` is a position in `tables` (the same memory as int32) where positions of rows of
 * numbers are listed. `rows` is a multiple of 4 in every call; outputs and derivatives are rows of numbers, `chunkStride` apart.
 *
 * A backend plugin brings these in WASM; the plain ones are in TypeScript.
 */
export interface KernelInstance {
  /** what computes: shown by `doctorReport` and in an executor's name */
  readonly name: string;
  readonly heap: Float32Array;
  readonly tables: Int32Array;
  /**
   * One layer: out[o][k] = φ(bias[o] + Σₐ w[o·wOut + a·wIn] · heap[tables[table + a] + k]); no bias where it is −1.
   * Backwards the same with the weights transposed.
   */
  layer(
    out: number,
    w: number,
    wOut: number,
    wIn: number,
    bias: number,
    table: number,
    outputs: number,
    inputs: number,
    rows: number,
    activation: number,
  ): void;
  /** Multiplies dy by φ′, read off φ's own output y; both `[width]` rows of numbers. */
  activationBackward(activation: number, y: number, dy: number, width: number, rows: number): void;
  /**
   * Gradient of a layer's weights: dW[o·dwStride + a] += Σₖ dy[o][k] · heap[tables[table + a] + k], and
   * dBias[o] += Σₖ dy[o][k].
   */
  layerGradient(
    dw: number,
    dwStride: number,
    dBias: number,
    dy: number,
    table: number,
    outputs: number,
    inputs: number,
    rows: number,
  ): void;
  /** Adds rows of numbers to others: heap[tables[targets + i] + k] += heap[tables[sources + i] + k] for i < count. */
  accumulateRows(targets: number, sources: number, count: number, rows: number): void;
  /**
   * W∘g for gates that all rows share: each of `outputs` rows keeps its first `hidden` weights, then come the `count`
   * columns that `list` (in `tables`) names, times their gates, `[columns]` from `gates`.
   */
  foldGates(
    to: number,
    w: number,
    outputs: number,
    inputs: number,
    hidden: number,
    list: number,
    count: number,
    gates: number,
  ): void;
  /** The gradient d of W∘g taken apart: dW += g ∘ d where g ≠ 0, and by column dGates += Σ over outputs W ∘ d. */
  unfoldGates(
    d: number,
    w: number,
    dw: number,
    outputs: number,
    inputs: number,
    hidden: number,
    gates: number,
    dGates: number,
  ): void;
  /** g += extra (unless −1); the squared Euclidean length of the result. */
  addAndSquare(g: number, extra: number, length: number): number;
  /** Adam and AdamW on all parameters: see `optimizerStep` for the meaning of each. */
  adam(
    x: number,
    g: number,
    first: number,
    second: number,
    length: number,
    scale: number,
    coupled: number,
    shrink: number,
    beta1: number,
    beta2: number,
    stepSize: number,
    correction2: number,
    epsilon: number,
  ): void;
  /** Gives the memory back. */
  dispose(): void;
}

/** Makes an instance with so many floats, all zero. */
export type CreateKernels = (floats: number) => KernelInstance;
