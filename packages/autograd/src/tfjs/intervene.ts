import { ShapeError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import { select } from './internal/select.ts';

/** A hard intervention on a batch. */
export interface HardIntervention {
  /** booleans in the shape of what is intervened on: true where the value is replaced */
  readonly targets: tf.Tensor;
  /** in the same shape, or one value for each variable, `[variables]` */
  readonly values: tf.Tensor;
}

/**
 * do(X = value) as a differentiable operation: where `targets` is true the value takes the place of x.
 *
 * The gradient of an entry that was replaced goes to the value that replaced it, and exactly 0 to what computed x, by
 * selection: a NaN behind a replaced entry stays there. Each row is on its own; a parent of a replaced variable keeps
 * what reaches it by other paths.
 *
 * @param x - `[rows, variables]`, or any shape
 * @returns a new tensor, which the caller owns as everything that `tf` returns
 * @throws {@link ShapeError} if the shapes do not fit
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { intervene } from '@cfe/autograd/tfjs';
 * const targets = tf.tensor2d([[1, 0], [0, 0]], [2, 2], 'bool');
 * const loss = (x: tf.Tensor) => tf.sum(tf.square(intervene(x, { targets, values: tf.tensor1d([5, 0]) })));
 * tf.grad(loss)(tf.tensor2d([[1, 2], [3, 4]])).arraySync(); // → [[0, 4], [6, 8]]
 */
export function intervene<T extends tf.Tensor>(x: T, { targets, values }: HardIntervention): T {
  const shared = values.rank === 1 && x.rank > 1;
  const fits = shared ? values.shape[0] === x.shape.at(-1) : same(values.shape, x.shape);
  if (!fits || !same(targets.shape, x.shape)) {
    throw new ShapeError(
      'autograd/intervene-shape',
      `intervene: x is [${x.shape}], targets [${targets.shape}], values [${values.shape}]. Targets take the shape of x, values too or [${x.shape.at(-1)}].`,
      { x: x.shape, targets: targets.shape, values: values.shape },
    );
  }
  return tf.tidy(() => {
    const mask = targets.dtype === 'bool' ? targets : tf.cast(targets, 'bool');
    const replacing = shared ? tf.add(tf.zeros(x.shape), values) : values;
    return select(mask, replacing as T, x);
  });
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
