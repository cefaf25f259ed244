import * as tf from '@tensorflow/tfjs-core';
import { layerKernels } from '../../layer-kernel-names.ts';
import type { Activation } from '../../plan.ts';

/**
 * What the kernel `zeroWhereCut` gets, which the composed layer asks for on its own: it returns x with 0 wherever `cut` is
 * true, and may write to x, which nobody else reads.
 */
export interface ZeroWhereCutInputs {
  /** `[mechanisms, outputs, rows]` */
  readonly x: tf.TensorInfo;
  /** `[mechanisms, rows]` booleans */
  readonly cut: tf.TensorInfo;
}

/**
 * What the forward kernel gets; it returns act(W·x + b), `[mechanisms, outputs, rows]`, with act(0) wherever `cut` is not 0. The
 * gradient kernel gets `dy` and the output `y` in place of the bias, and returns the gradients of weights, bias and, where its attribute
 * `inputs` is true, x, with exactly nothing from rows that are cut.
 */
export interface LayerKernelInputs {
  /** `[inputs, rows]` that all mechanisms read, or `[mechanisms, inputs, rows]` */
  readonly x: tf.TensorInfo;
  /** `[mechanisms, outputs, inputs]` */
  readonly weights: tf.TensorInfo;
  /** `[mechanisms, outputs, 1]`, not in the gradient */
  readonly bias?: tf.TensorInfo;
  /** `[mechanisms, rows]` booleans, in the gradient only where `dy` may be other than 0 in a row that is cut */
  readonly cut?: tf.TensorInfo;
  /** `[mechanisms, outputs, rows]`, in the gradient only */
  readonly y?: tf.TensorInfo;
  readonly dy?: tf.TensorInfo;
}

/** How the kernels are asked to compute. */
export interface LayerKernelAttributes {
  readonly activation: Activation;
  /** in the gradient: whether that of x is wanted */
  readonly inputs?: boolean;
}

/** Whether the active backend brings the layer as kernels of its own. */
export function hasLayerKernels(): boolean {
  return tf.getKernel(layerKernels.forward, tf.getBackend()) !== undefined;
}

/** x with 0 wherever `cut` is true. */
export function selectUncut(x: tf.Tensor, cut: tf.Tensor): tf.Tensor {
  return tf.where(cutOfOutputs(cut, x.shape[1] as number), tf.zerosLike(x), x);
}

/** The same of an x that nobody else reads: where the backend can, in x itself. */
export function zeroWhereCut(x: tf.Tensor, cut: tf.Tensor): tf.Tensor {
  const own = tf.getKernel(layerKernels.zeroWhereCut, tf.getBackend()) !== undefined;
  return own ? tf.engine().runKernel(layerKernels.zeroWhereCut, { x, cut }) : selectUncut(x, cut);
}

/**
 * A cut of each mechanism and row, `[mechanisms, rows]`, for all of its outputs: `[mechanisms, outputs, rows]` booleans.
 * A product with ones spreads it, since comparing across a broadcast is the slowest operation of the CPU backend.
 */
function cutOfOutputs(cut: tf.Tensor, outputs: number): tf.Tensor {
  const [m, rows] = cut.shape as [number, number];
  const marks = tf.reshape(tf.cast(cut, 'float32'), [m, 1, rows]);
  return tf.greater(outputs === 1 ? marks : tf.matMul(tf.ones([m, outputs, 1]), marks), 0);
}

export function runLayer(inputs: LayerKernelInputs, attributes: LayerKernelAttributes): tf.Tensor {
  return tf.engine().runKernel(layerKernels.forward, given(inputs), { ...attributes });
}

/** `[weights, bias]` or `[weights, bias, x]`. */
export function runLayerGradient(inputs: LayerKernelInputs, attributes: LayerKernelAttributes): tf.Tensor[] {
  return tf.engine().runKernel(layerKernels.gradient, given(inputs), { ...attributes });
}

function given(inputs: LayerKernelInputs): tf.NamedTensorMap {
  const some = Object.entries(inputs).filter(([, tensor]) => tensor !== undefined);
  return Object.fromEntries(some) as tf.NamedTensorMap;
}
