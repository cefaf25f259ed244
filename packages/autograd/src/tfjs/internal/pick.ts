import * as tf from '@tensorflow/tfjs-core';

/** Which rows of a tensor are taken, and, for the way back, where each row went; a missing row is −1 in both. */
export interface Picking {
  /** `[taken]`, rows of the source, or its length for a row of zeros */
  readonly take: tf.Tensor1D;
  /** `[source rows]`, positions in the result, or its length for a row that nobody took */
  readonly back: tf.Tensor1D;
}

/**
 * A picking of rows, each taken at most once; −1 takes a row of zeros. Its two tensors outlive every tidy, and the caller disposes of them.
 *
 * @param sourceRows - how many rows there are to take from
 */
export function picking(take: readonly number[], sourceRows: number): Picking {
  const back = new Int32Array(sourceRows).fill(take.length);
  for (const [position, row] of take.entries()) if (row >= 0) back[row] = position;
  return {
    take: tf.keep(
      tf.tensor1d(
        Int32Array.from(take, (row) => (row < 0 ? sourceRows : row)),
        'int32',
      ),
    ),
    back: tf.keep(tf.tensor1d(back, 'int32')),
  };
}

/** Takes rows. Since none is taken twice, the gradient is a picking too, which every backend can do. */
export function pickRows(x: tf.Tensor, { take, back }: Picking): tf.Tensor {
  const op = tf.customGrad((...inputs) => {
    const [source] = inputs as [tf.Tensor];
    return {
      value: taken(source, take),
      gradFunc: (dy) => taken(dy as tf.Tensor, back),
    };
  });
  return op(x);
}

function taken(x: tf.Tensor, rows: tf.Tensor1D): tf.Tensor {
  // tfjs-node checks each index of a gather in JavaScript, which is slow for as many as a plan has parameters.
  return x.rank === 1 && tf.getBackend() === 'tensorflow'
    ? tf.gatherND(withZeros(x), tf.reshape(rows, [-1, 1]))
    : tf.gather(withZeros(x), rows);
}

function withZeros(x: tf.Tensor): tf.Tensor {
  const zeros = tf.zeros([1, ...x.shape.slice(1)], x.dtype);
  return x.shape[0] === 0 ? zeros : tf.concat([x, zeros], 0);
}
