import { ShapeError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../plan.ts';
import { layer } from './internal/layer.ts';

/** The mechanisms of all variables: one layer of each. */
export interface MechanismLayer {
  /**
   * `[variables, variables]`, `[i][j]` for i → j: 0 and 1, or soft gates; `[rows, variables, variables]` gives each row
   * a graph of its own. For a layer above the first leave it out
   */
  readonly gates?: tf.Tensor | undefined;
  /** `[variables, inputs, units]`: for each mechanism the weights of a dense layer of its own */
  readonly weights: tf.Tensor3D;
  /** `[variables, units]` */
  readonly bias: tf.Tensor2D;
  /** default `'tanh'` */
  readonly activation?: Activation | undefined;
  /** `[rows, variables]` booleans: true where a mechanism is replaced in that row */
  readonly cut?: tf.Tensor2D | undefined;
}

/**
 * One layer of the structural mechanisms of all variables, in one operation: hidden units h_j = act((A[:,j] ∘ x) W_j
 * + b_j) for every variable j at once. No unit is shared between mechanisms, so nothing but gated inputs reaches one.
 *
 * Stack it: the first layer reads x through the gates, each further one reads the units of its own mechanism. All
 * mechanisms read what x holds (a teacher-forced pass); values that follow from noise come from `createTfjsPlan`.
 *
 * Where `cut` is true the units are act(0), and the row passes exactly no gradient to gates, weights, bias and x of that
 * mechanism, even where its numbers overflow.
 *
 * @param x - `[rows, variables]` with gates, `[rows, variables, inputs]` without
 * @returns `[rows, variables, units]`
 * @throws {@link ShapeError} if the shapes do not fit
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { mechanismLayer } from '@cfe/autograd/tfjs';
 * const gates = tf.tensor2d([[0, 1], [0, 0]]); // x0 → x1
 * const weights = tf.ones([2, 2, 1]) as tf.Tensor3D;
 * const units = (x: tf.Tensor2D) => mechanismLayer(x, { gates, weights, bias: tf.zeros([2, 1]), activation: 'identity' });
 * units(tf.tensor2d([[3, 4]])).arraySync(); // → [[[0], [3]]]
 */
export function mechanismLayer(
  x: tf.Tensor,
  { gates, weights, bias, activation = 'tanh', cut }: MechanismLayer,
): tf.Tensor3D {
  const [variables, inputs, units] = weights.shape;
  checkShapes(x, gates, weights, bias, cut);
  return tf.tidy(() => {
    const w = tf.transpose(weights, [0, 2, 1]);
    const b = tf.reshape(bias, [variables, units, 1]);
    const mask = cut && tf.transpose(cut);
    let out: tf.Tensor;
    if (gates === undefined) out = layer(tf.transpose(x, [1, 2, 0]), w, b, activation, mask);
    else if (gates.rank === 2) {
      const gated = tf.mul(w, tf.reshape(tf.transpose(gates), [variables, 1, inputs]));
      out = layer(tf.transpose(x), gated, b, activation, mask);
    } else {
      // [rows, i, j] ∘ x[rows, i], for each mechanism j
      const own = tf.mul(tf.transpose(gates, [2, 1, 0]), tf.transpose(x));
      out = layer(own, w, b, activation, mask);
    }
    return tf.transpose(out, [2, 0, 1]) as tf.Tensor3D;
  });
}

function checkShapes(
  x: tf.Tensor,
  gates: tf.Tensor | undefined,
  weights: tf.Tensor3D,
  bias: tf.Tensor2D,
  cut: tf.Tensor2D | undefined,
): void {
  const [d, inputs, units] = weights.shape;
  const [rows] = x.shape;
  const expected: readonly [name: string, tensor: tf.Tensor | undefined, shapes: (number | undefined)[][]][] =
    [
      ['x', x, [gates === undefined ? [rows, d, inputs] : [rows, d]]],
      [
        'gates',
        gates,
        [
          [d, d],
          [rows, d, d],
        ],
      ],
      ['weights', weights, gates === undefined ? [[d, inputs, units]] : [[d, d, units]]],
      ['bias', bias, [[d, units]]],
      ['cut', cut, [[rows, d]]],
    ];
  for (const [name, tensor, shapes] of expected) {
    if (tensor === undefined || shapes.some((shape) => shape.join() === tensor.shape.join())) continue;
    throw new ShapeError(
      'autograd/mechanism-layer-shape',
      `mechanismLayer: ${name} is [${tensor.shape}]; beside x [${x.shape}] and weights [${weights.shape}] it must be ${shapes.map((shape) => `[${shape}]`).join(' or ')}.`,
      { name, shape: tensor.shape },
    );
  }
}
