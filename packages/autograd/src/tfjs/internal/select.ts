import * as tf from '@tensorflow/tfjs-core';

/** A gradient function as `tf.customGrad` calls it, with its inputs typed. */
export type SaveTensors = (tensors: tf.Tensor[]) => void;

/**
 * `on` where the mask is true, `off` elsewhere, all of one shape. Each side gets the gradient of its own entries and
 * 0 for the others by selection, not by a product, so that no NaN comes back from a side that was not taken.
 */
export function select<T extends tf.Tensor>(mask: tf.Tensor, on: T, off: T): T {
  const op = tf.customGrad((...inputs) => {
    const [a, b, save] = inputs as [tf.Tensor, tf.Tensor, SaveTensors];
    save([mask]);
    return {
      value: tf.where(mask, a, b),
      gradFunc: (dy, saved) => {
        const [chosen] = saved as [tf.Tensor];
        const nothing = tf.zerosLike(dy);
        return [tf.where(chosen, dy, nothing), tf.where(chosen, nothing, dy)];
      },
    };
  });
  return op(on, off) as T;
}

/** x with 0 where the mask is true, which passes no gradient on there, by selection as in {@link select}. */
export function zeroWhere<T extends tf.Tensor>(mask: tf.Tensor, x: T): T {
  const op = tf.customGrad((...inputs) => {
    const [own, save] = inputs as [tf.Tensor, SaveTensors];
    save([mask]);
    return {
      value: tf.where(mask, tf.zerosLike(own), own),
      gradFunc: (dy, saved) =>
        tf.where((saved as [tf.Tensor])[0], tf.zerosLike(dy as tf.Tensor), dy as tf.Tensor),
    };
  });
  return op(x) as T;
}

/** `value` computed from inputs that pass no gradient on. */
export function withoutGradient<T extends tf.Tensor>(inputs: readonly tf.Tensor[], value: () => T): T {
  if (inputs.length === 0) return value();
  // By shape, since the inputs themselves are gone by the time that gradients are computed.
  const shapes = inputs.map(({ shape }) => shape);
  const op = tf.customGrad(() => ({
    value: value(),
    gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
  }));
  return op(...inputs) as T;
}
