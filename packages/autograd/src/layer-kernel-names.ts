/**
 * Under these names a backend plugin may register our layer as kernels of its own, with TensorFlow.js's `registerKernel`; on a backend
 * without them the layer is composed of TensorFlow.js's operations. Shapes are those of `LayerKernelInputs`.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { layerKernels } from '@cfe/autograd/tfjs';
 * tf.getKernel(layerKernels.forward, 'a backend without them') ?? 'composed'; // → 'composed'
 */
export const layerKernels: {
  readonly forward: string;
  readonly gradient: string;
  readonly zeroWhereCut: string;
} = {
  forward: 'CfeMechanismLayer',
  gradient: 'CfeMechanismLayerGradient',
  zeroWhereCut: 'CfeZeroWhereCut',
};
