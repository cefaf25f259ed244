import type { ZeroWhereCutInputs } from '@cfe/autograd/tfjs';

type Tf = typeof import('@tensorflow/tfjs-core');
type TensorInfo = import('@tensorflow/tfjs-core').TensorInfo;

/** What TensorFlow.js's WASM backend shows of its memory. */
interface WasmMemory {
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Uint8Array;
  incRef(dataId: TensorInfo['dataId']): void;
}

/**
 * Cuts mechanisms out of a layer where its sums lie in the backend's memory: only what is cut is written. Composed of
 * operations it would take four passes over all of them (spread the mask, compare, make zeros, select).
 */
export function registerZeroWhereCut(tf: Tf, kernelName: string): void {
  if (tf.getKernel(kernelName, 'wasm') !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { x, cut } = inputs as unknown as ZeroWhereCutInputs;
      const memory = backend as WasmMemory;
      zeroWhereCut(memory.typedArrayFromHeap(x) as Float32Array, memory.typedArrayFromHeap(cut), x.shape);
      memory.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
}

function zeroWhereCut(x: Float32Array, cut: ArrayLike<number>, shape: readonly number[]): void {
  const [mechanisms, outputs, rows] = shape as [number, number, number];
  for (let j = 0; j < mechanisms; j++)
    for (let r = 0; r < rows; r++) {
      if (cut[j * rows + r] === 0) continue;
      const from = j * outputs * rows + r;
      for (let at = from; at < from + outputs * rows; at += rows) x[at] = 0;
    }
}
