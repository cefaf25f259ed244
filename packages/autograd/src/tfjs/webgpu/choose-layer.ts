import * as tf from '@tensorflow/tfjs-core';
import { layer } from '../internal/layer.ts';
import { registerLayerPrograms } from './layer-programs.ts';

/** How the mechanism layer is computed on the active WebGPU device, and why. */
export interface LayerChoice {
  /** `'programs'`: ours; `'composed'`: of TensorFlow.js's operations */
  readonly layer: 'programs' | 'composed';
  /** milliseconds of a layer with its gradient, at a size that the device computes in a few */
  readonly milliseconds?: { readonly programs: number; readonly composed: number } | undefined;
  /** a sentence */
  readonly reason: string;
}

/** Outputs of 16 mechanisms, inputs and rows: the larger one where the device is quick. */
const sizes = [
  { units: 8, inputs: 32, rows: 128 },
  { units: 64, inputs: 256, rows: 2048 },
] as const;
const mechanisms = 16;
/** A device that takes longer for the small size is not asked for the large one. */
const quickMilliseconds = 20;

/**
 * Computes a layer and its gradient by our WebGPU programs and by TensorFlow.js's operations, and leaves registered what is faster on
 * this device: the programs, if they also give the same numbers (a driver may refuse a program without an error).
 *
 * The `webgpu` backend of TensorFlow.js must be active. It takes some milliseconds on a graphics card.
 */
export async function chooseLayer(): Promise<LayerChoice> {
  let milliseconds: LayerChoice['milliseconds'];
  for (const size of sizes) {
    const composed = await timed(size);
    const unregister = registerLayerPrograms();
    const programs = await timed(size);
    unregister();
    if (!agree(composed.numbers, programs.numbers)) {
      return {
        layer: 'composed',
        reason: 'this driver computes our layer programs wrongly, so layers are composed of operations',
      };
    }
    milliseconds = { programs: programs.milliseconds, composed: composed.milliseconds };
    if (programs.milliseconds > quickMilliseconds) break;
  }
  const { programs, composed } = milliseconds as NonNullable<typeof milliseconds>;
  const pays = programs < composed;
  if (pays) registerLayerPrograms();
  const ratio = pays ? composed / programs : programs / composed;
  return {
    layer: pays ? 'programs' : 'composed',
    milliseconds,
    reason: `${pays ? 'our layer programs take' : 'layers composed of operations take'} ${ratio.toPrecision(2)} times less time than ${pays ? 'layers composed of operations' : 'our programs'} on this device`,
  };
}

interface Timed {
  readonly numbers: readonly Float32Array[];
  readonly milliseconds: number;
}

async function timed(size: (typeof sizes)[number]): Promise<Timed> {
  await once(size); // compiles
  return once(size);
}

async function once({ units, inputs, rows }: (typeof sizes)[number]): Promise<Timed> {
  const begun = performance.now();
  const tensors = tf.tidy(() => {
    const wave = (length: number, step: number): Float32Array =>
      Float32Array.from({ length }, (_, i) => Math.sin(step * i) / Math.sqrt(inputs));
    const x = tf.tensor2d(wave(inputs * rows, 0.37), [inputs, rows]);
    const weights = tf.tensor3d(wave(mechanisms * units * inputs, 0.71), [mechanisms, units, inputs]);
    const bias = tf.tensor3d(wave(mechanisms * units, 1.3), [mechanisms, units, 1]);
    const marks = Uint8Array.from({ length: mechanisms * rows }, (_, i) => (i % 7 === 0 ? 1 : 0));
    const cut = tf.tensor2d(marks, [mechanisms, rows], 'bool');
    const run = (...[w, b, xIn]: tf.Tensor[]): tf.Tensor =>
      layer(xIn as tf.Tensor, w as tf.Tensor, b as tf.Tensor, 'tanh', cut);
    const { value, grads } = tf.valueAndGrads(run)([weights, bias, x], tf.ones([mechanisms, units, rows]));
    return [value, ...grads];
  });
  try {
    const numbers = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
    return { numbers, milliseconds: performance.now() - begun };
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

/** Relative to the largest number of each array: rounding in sums of a few thousand terms is far below a thousandth. */
function agree(expected: readonly Float32Array[], actual: readonly Float32Array[]): boolean {
  return expected.every((numbers, k) => {
    const others = actual[k] as Float32Array;
    const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return numbers.every((value, i) => Math.abs(value - (others[i] as number)) <= 1e-3 * largest);
  });
}
