import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../../plan.ts';
import {
  hasLayerKernels,
  type LayerKernelAttributes,
  type LayerKernelInputs,
  runLayer,
  runLayerGradient,
  selectUncut,
  zeroWhereCut,
} from './layer-kernels.ts';
import type { SaveTensors } from './select.ts';

/** What makes a layer cheaper. */
export interface LayerHints {
  /** `'zero'` if whatever comes back to a cut entry is 0: a caller who selects the outputs afterwards. Default `'any'` */
  readonly dyWhereCut?: 'any' | 'zero' | undefined;
  /** `'constant'` if nobody wants the gradient of x, which is a product as large as the layer's own. Default `'differentiable'` */
  readonly inputs?: 'constant' | 'differentiable' | undefined;
}

/**
 * One layer of many mechanisms at once, features first: act(W·x + b), `[mechanisms, outputs, rows]`.
 *
 * Where `cut` is true the pre-activation is replaced by 0, and no gradient of that row and mechanism reaches
 * weights, bias or inputs, whatever the numbers there are.
 *
 * @param x - `[inputs, rows]` that all mechanisms read, or `[mechanisms, inputs, rows]`, each its own
 * @param weights - `[mechanisms, outputs, inputs]`
 * @param bias - `[mechanisms, outputs, 1]`
 * @param cut - `[mechanisms, rows]` booleans
 */
export function layer(
  x: tf.Tensor,
  weights: tf.Tensor,
  bias: tf.Tensor,
  activation: Activation,
  cut?: tf.Tensor | undefined,
  { dyWhereCut = 'any', inputs = 'differentiable' }: LayerHints = {},
): tf.Tensor {
  const own = hasLayerKernels();
  const forward = own ? runLayer : composedLayer;
  const gradient = own ? runLayerGradient : composedGradient;
  const constant = inputs === 'constant';
  const cutOfDy = dyWhereCut === 'zero' ? undefined : cut;
  const op = tf.customGrad((...args) => {
    const save = args.pop() as unknown as SaveTensors;
    const [w, b, xIn = x] = args as [tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    const y = forward({ x: xIn, weights: w, bias: b, ...(cut && { cut }) }, { activation });
    save([xIn, w, y, ...(cutOfDy === undefined ? [] : [cutOfDy])]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [xS, wS, yS, cutS] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        const from = { x: xS, weights: wS, y: yS, dy: dy as tf.Tensor, ...(cutS && { cut: cutS }) };
        return gradient(from, { activation, inputs: !constant });
      },
    };
  });
  return constant ? op(weights, bias) : op(weights, bias, x);
}

function composedLayer(
  { x, weights, bias, cut }: LayerKernelInputs,
  { activation }: LayerKernelAttributes,
): tf.Tensor {
  const [w, xIn] = [weights, x] as [tf.Tensor, tf.Tensor];
  const [m, out, inputs] = w.shape as [number, number, number];
  const rows = xIn.shape.at(-1) as number;
  const product =
    xIn.rank === 2
      ? tf.reshape(tf.matMul(tf.reshape(w, [m * out, inputs]), xIn as tf.Tensor2D), [m, out, rows])
      : tf.matMul(w, xIn);
  const sum = tf.add(product, bias as tf.Tensor);
  return activate(activation, cut === undefined ? sum : zeroWhereCut(sum, cut as tf.Tensor));
}

function composedGradient(
  { x, weights, y, dy, cut }: LayerKernelInputs,
  { activation, inputs: wanted }: LayerKernelAttributes,
): tf.Tensor[] {
  const [w, xIn] = [weights, x] as [tf.Tensor, tf.Tensor];
  const [m, out, inputs] = w.shape as [number, number, number];
  const full = scaledBySlope(activation, y as tf.Tensor, dy as tf.Tensor);
  const dz = cut === undefined ? full : selectUncut(full, cut as tf.Tensor);
  const bias = tf.sum(dz, -1, true);
  if (xIn.rank === 3) {
    const dw = tf.matMul(dz, xIn, false, true);
    return wanted === true ? [dw, bias, tf.matMul(w, dz, true, false)] : [dw, bias];
  }
  const flat: tf.Tensor2D = tf.reshape(dz, [m * out, -1]);
  const dw = tf.reshape(tf.matMul(flat, xIn as tf.Tensor2D, false, true), [m, out, inputs]);
  if (wanted !== true) return [dw, bias];
  return [dw, bias, tf.matMul(tf.reshape(w, [m * out, inputs]), flat, true, false)];
}

function activate(kind: Activation, z: tf.Tensor): tf.Tensor {
  switch (kind) {
    case 'identity':
      return z.clone();
    case 'tanh':
      return tf.tanh(z);
    case 'relu':
      return tf.relu(z);
    case 'elu':
      return tf.elu(z);
    case 'softplus':
      // max(z, 0) + log(1 + e^−|z|)
      return tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
    case 'sigmoid':
      return tf.sigmoid(z);
  }
}

/** dy times the activation's slope, read off its own output. */
function scaledBySlope(kind: Activation, y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  switch (kind) {
    case 'identity':
      return dy.clone();
    case 'tanh':
      return tf.mul(dy, tf.sub(1, tf.square(y)));
    case 'relu':
      return tf.where(tf.greater(y, 0), dy, tf.zerosLike(dy));
    case 'elu':
      return tf.mul(dy, tf.where(tf.greater(y, 0), tf.onesLike(y), tf.add(y, 1)));
    case 'softplus':
      return tf.mul(dy, tf.neg(tf.expm1(tf.neg(y))));
    case 'sigmoid':
      return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  }
}
