import * as tf from '@tensorflow/tfjs-core';
import { layerKernels } from '../../layer-kernel-names.ts';
import type { LayerKernelAttributes, LayerKernelInputs } from '../internal/layer-kernels.ts';
import {
  biasGradientProgram,
  type Call,
  forwardProgram,
  inputGradientProgram,
  type Program,
  type Sizes,
  slopeProgram,
  weightGradientProgram,
} from './internal/programs.ts';

/** What TensorFlow.js's WebGPU backend offers to programs. */
interface WebgpuBackend {
  runWebGPUProgram(
    program: Program,
    inputs: readonly tf.TensorInfo[],
    dtype: 'float32',
    uniforms: Call['uniforms'],
  ): tf.TensorInfo;
  disposeData(dataId: object): boolean;
}

/**
 * Registers the mechanism layer as WebGPU programs of its own for TensorFlow.js's `webgpu` backend: product, bias, cut and
 * activation in one program, and its gradient in three or four. Nothing is loaded or run before the first layer is computed.
 *
 * Tiles are held in registers, without memory that a group of threads shares, which also suits software renderers.
 *
 * @returns a function that takes them out again, so that layers are composed of TensorFlow.js's operations
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { layerKernels, registerLayerPrograms } from '@cfe/autograd/tfjs';
 * const unregister = registerLayerPrograms();
 * tf.getKernel(layerKernels.forward, 'webgpu') !== undefined; // → true
 * unregister();
 */
export function registerLayerPrograms(): () => void {
  const kernels = { [layerKernels.forward]: forward, [layerKernels.gradient]: gradient };
  for (const [kernelName, run] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'webgpu') !== undefined) tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(
          backend as unknown as WebgpuBackend,
          inputs as unknown as LayerKernelInputs,
          attrs as unknown as LayerKernelAttributes,
        ),
    });
  }
  return () => {
    for (const kernelName of Object.keys(kernels))
      if (tf.getKernel(kernelName, 'webgpu') !== undefined) tf.unregisterKernel(kernelName, 'webgpu');
  };
}

function forward(
  backend: WebgpuBackend,
  { x, weights, bias, cut }: LayerKernelInputs,
  { activation }: LayerKernelAttributes,
): tf.TensorInfo {
  const { sizes, shape } = sizesOf(x, weights);
  return run(backend, forwardProgram(x, weights, bias as tf.TensorInfo, cut, activation, sizes, shape));
}

function gradient(
  backend: WebgpuBackend,
  { x, weights, cut, y, dy }: LayerKernelInputs,
  { activation, inputs: wanted }: LayerKernelAttributes,
): tf.TensorInfo[] {
  const { sizes } = sizesOf(x, weights);
  const [m, out] = weights.shape as [number, number];
  const plain = activation === 'identity' && cut === undefined;
  const dz = plain
    ? (dy as tf.TensorInfo)
    : run(backend, slopeProgram(dy as tf.TensorInfo, y as tf.TensorInfo, cut, activation, sizes));
  const all = [
    run(backend, weightGradientProgram(dz, x, sizes, weights.shape)),
    run(backend, biasGradientProgram(dz, sizes, [m, out, 1])),
  ];
  if (wanted === true) all.push(run(backend, inputGradientProgram(dz, weights, sizes, x.shape)));
  if (!plain) backend.disposeData(dz.dataId);
  return all;
}

/** Mechanisms that read one and the same x are one product of many outputs. */
function sizesOf(
  x: tf.TensorInfo,
  weights: tf.TensorInfo,
): { readonly sizes: Sizes; readonly shape: number[] } {
  const [m, out, inputs] = weights.shape as [number, number, number];
  const rows = x.shape.at(-1) as number;
  const shared = x.shape.length === 2;
  const sizes = {
    batches: shared ? 1 : m,
    outputs: shared ? m * out : out,
    inputs,
    rows,
    unitsPerMechanism: out,
    xStride: shared ? 0 : inputs * rows,
  };
  return { sizes, shape: [m, out, rows] };
}

function run(backend: WebgpuBackend, { program, inputs, uniforms }: Call): tf.TensorInfo {
  return backend.runWebGPUProgram(program, inputs, 'float32', uniforms);
}
