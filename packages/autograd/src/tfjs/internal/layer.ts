import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../../plan.ts';
import type { SaveTensors } from './select.ts';

/**
 * One layer of many mechanisms at once, features first: act(W·x + b), `[mechanisms, outputs, rows]`.
 *
 * Where `cut` is true the pre-activation is replaced by 0, and no gradient of that row and mechanism reaches
 * weights, bias or inputs, whatever the numbers there are. A caller who selects the outputs afterwards knows that `dy`
 * is 0 there already, and saves the second selection.
 *
 * @param x - `[inputs, rows]` that all mechanisms read, or `[mechanisms, inputs, rows]`, each its own
 * @param weights - `[mechanisms, outputs, inputs]`
 * @param bias - `[mechanisms, outputs, 1]`
 * @param cut - `[mechanisms, outputs, rows]` booleans
 * @param dyWhereCut - `'zero'` if whatever comes back to a cut entry is 0
 */
export function layer(
  x: tf.Tensor,
  weights: tf.Tensor,
  bias: tf.Tensor,
  activation: Activation,
  cut?: tf.Tensor | undefined,
  dyWhereCut: 'any' | 'zero' = 'any',
): tf.Tensor {
  const shared = x.rank === 2;
  const [m, out, inputs] = weights.shape as [number, number, number];
  const op = tf.customGrad((...args) => {
    const [xIn, w, b, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, SaveTensors];
    const rows = xIn.shape.at(-1) as number;
    const product = shared
      ? tf.reshape(tf.matMul(tf.reshape(w, [m * out, inputs]), xIn as tf.Tensor2D), [m, out, rows])
      : tf.matMul(w, xIn);
    const sum = tf.add(product, b);
    const z = cut === undefined ? sum : tf.where(cut, tf.zerosLike(sum), sum);
    const y = activate(activation, z);
    save(cut === undefined || dyWhereCut === 'zero' ? [xIn, w, y] : [xIn, w, y, cut]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [xS, wS, yS, cutS] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        const full = scaledBySlope(activation, yS, dy as tf.Tensor);
        const dz = cutS === undefined ? full : tf.where(cutS, tf.zerosLike(full), full);
        const flat = tf.reshape(dz, [m * out, rows]);
        const dw = shared
          ? tf.reshape(tf.matMul(flat, xS as tf.Tensor2D, false, true), [m, out, inputs])
          : tf.matMul(dz, xS, false, true);
        const dx = shared
          ? tf.matMul(tf.reshape(wS, [m * out, inputs]), flat, true, false)
          : tf.matMul(wS, dz, true, false);
        return [dx, dw, tf.sum(dz, -1, true)];
      },
    };
  });
  return op(x, weights, bias);
}

/**
 * A cut of each mechanism and row, `[mechanisms, rows]`, for all of its outputs: `[mechanisms, outputs, rows]` booleans.
 * A product with ones spreads it, since comparing across a broadcast is the slowest operation of the CPU backend.
 */
export function cutOfOutputs(cut: tf.Tensor, outputs: number): tf.Tensor {
  const [m, rows] = cut.shape as [number, number];
  const marks = tf.reshape(tf.cast(cut, 'float32'), [m, 1, rows]);
  return tf.greater(outputs === 1 ? marks : tf.matMul(tf.ones([m, outputs, 1]), marks), 0);
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
