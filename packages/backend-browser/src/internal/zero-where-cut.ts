import type { ZeroWhereCutInputs } from '@cfe/autograd/tfjs';

type Tf = typeof import('@tensorflow/tfjs-core');
type TensorInfo = import('@tensorflow/tfjs-core').TensorInfo;

/** What TensorFlow.js's WebGL backend offers to programs. */
interface WebglBackend {
  runWebGLProgram(
    program: {
      readonly variableNames: string[];
      readonly outputShape: number[];
      readonly userCode: string;
    },
    inputs: readonly TensorInfo[],
    dtype: 'float32',
  ): TensorInfo;
}

const code = `
  void main() {
    ivec3 at = getOutputCoords();
    setOutput(getCut(at[0], at[2]) != 0.0 ? 0.0 : getX(at[0], at[1], at[2]));
  }`;

/**
 * Cuts mechanisms out of a layer by one WebGL program, which reads a mechanism's mark for all of its outputs. Composed of
 * operations it would take four passes over all of them (spread the mask, compare, make zeros, select).
 */
export function registerZeroWhereCut(tf: Tf, kernelName: string): void {
  if (tf.getKernel(kernelName, 'webgl') !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName: 'webgl',
    kernelFunc: ({ inputs, backend }) => {
      const { x, cut } = inputs as unknown as ZeroWhereCutInputs;
      const program = { variableNames: ['X', 'Cut'], outputShape: x.shape, userCode: code };
      return (backend as unknown as WebglBackend).runWebGLProgram(program, [x, cut], 'float32');
    },
  });
}
