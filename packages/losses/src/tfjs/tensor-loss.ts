import type { Executor } from '@cfe/autograd';
import * as tf from '@tensorflow/tfjs-core';
import type { Loss, LossBatch } from '../loss.ts';

/** A loss as a TensorFlow.js operation: a scalar that `tf.grad`, `tf.variableGrads` and optimisers can differentiate. */
export type TensorLoss = (
  batch: LossBatch,
  parameters: tf.Tensor,
  gates?: tf.Tensor | undefined,
) => tf.Scalar;

/**
 * Any loss of this package, or one of a user's own, inside TensorFlow.js: its value, and its own gradient by parameters and gates.
 *
 * What it computes runs on `executor`: the reference in float64, or `createTfjsExecutor(plan)` of `@cfe/autograd/tfjs` on the
 * active backend. Parameters are read synchronously, which the WebGPU backend does not offer. The scalar belongs to the caller,
 * or to the tidy around the call.
 *
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createPlan, createReferenceExecutor } from '@cfe/autograd';
 * import { createDag } from '@cfe/graph';
 * import { interventionalLikelihood } from '@cfe/losses';
 * import { tensorLoss } from '@cfe/losses/tfjs';
 * await tf.setBackend('cpu');
 * const executor = createReferenceExecutor(createPlan({ graph: createDag(['x'], []) })); // x = b + σu, log σ
 * const loss = tensorLoss(interventionalLikelihood(), executor);
 * const batch = { rows: 1, values: Float64Array.of(3) };
 * tf.grad((parameters) => loss(batch, parameters))(tf.tensor1d([1, 0])).arraySync(); // → [-2, -3]
 */
export function tensorLoss(loss: Loss, executor: Executor): TensorLoss {
  return (batch, parameters, gates) => {
    const op = tf.customGrad((...inputs) => {
      // customGrad hands over a function that saves tensors after the inputs
      const [at, soft] = inputs as [tf.Tensor, tf.Tensor | undefined];
      const { value, gradient } = loss.evaluate({
        executor,
        parameters: at.dataSync<'float32'>(),
        gates: gates === undefined ? undefined : soft?.dataSync<'float32'>(),
        batch,
      });
      return {
        value: tf.scalar(value),
        gradFunc: (upstream: tf.Tensor) => {
          const back = (slope: Float64Array | undefined, like: tf.Tensor): tf.Tensor =>
            tf.mul(upstream, tf.tensor(Float32Array.from(slope ?? new Float64Array(like.size)), like.shape));
          const ofParameters = back(gradient.parameters, parameters);
          return gates === undefined ? ofParameters : [ofParameters, back(gradient.gates, gates)];
        },
      };
    });
    return (gates === undefined ? op(parameters) : op(parameters, gates)) as tf.Scalar;
  };
}
