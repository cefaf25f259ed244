import type { LayerKernelAttributes, LayerKernelInputs } from '@cfe/autograd/tfjs';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

type Tf = typeof import('@tensorflow/tfjs-core');
type Names = { readonly forward: string; readonly gradient: string };

/** What the TensorFlow backend of tfjs-node offers beside the kernels of TensorFlow.js: any operation of TensorFlow's. */
interface TensorFlowBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_FLOAT: number;
  };
  executeSingleOutput(
    name: string,
    attributes: readonly { readonly name: string; readonly type: number; readonly value: unknown }[],
    inputs: readonly TensorInfo[],
  ): Tensor;
}

/**
 * Our layer as TensorFlow's own operations: the bias is one more column of the product, an activation's slope is one
 * operation, and what is cut is selected by a mask that is spread as it is read.
 */
export function registerLayerKernels(tf: Tf, names: Names): void {
  if (tf.getKernel(names.forward, 'tensorflow') !== undefined) return;
  const add = (
    kernelName: string,
    run: (ops: Ops, inputs: LayerKernelInputs, attributes: LayerKernelAttributes) => Tensor | Tensor[],
  ): void =>
    tf.registerKernel({
      kernelName,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(
          operations(tf, backend as TensorFlowBackend),
          inputs as unknown as LayerKernelInputs,
          attrs as unknown as LayerKernelAttributes,
        ),
    });
  add(names.forward, forward);
  add(names.gradient, gradient);
}

interface Ops {
  readonly tf: Tf;
  /** an operation of TensorFlow on float32 */
  run(name: string, inputs: readonly TensorInfo[], flags?: Readonly<Record<string, boolean>>): Tensor;
}

function operations(tf: Tf, backend: TensorFlowBackend): Ops {
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  return {
    tf,
    run: (name, inputs, flags = {}) =>
      backend.executeSingleOutput(
        name,
        [
          { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
          ...Object.entries(flags).map(([flag, value]) => ({ name: flag, type: TF_ATTR_BOOL, value })),
        ],
        inputs,
      ),
  };
}

function forward(
  ops: Ops,
  { x, weights, bias, cut }: LayerKernelInputs,
  { activation }: LayerKernelAttributes,
): Tensor {
  const { tf, run } = ops;
  return tf.tidy(() => {
    const [w, b, xIn] = [weights, bias, x] as [Tensor, Tensor, Tensor];
    const [m, out, inputs] = w.shape as [number, number, number];
    const rows = xIn.shape.at(-1) as number;
    let z: Tensor;
    if (xIn.rank === 2) {
      const wide = tf.concat([tf.reshape(w, [m * out, inputs]), tf.reshape(b, [m * out, 1])], 1);
      z = tf.reshape(product(ops, wide, withOnes(tf, xIn), 'none'), [m, out, rows]);
    } else z = run('AddV2', [batched(ops, w, xIn, 'none'), b]);
    if (cut !== undefined) z = zeroWhere(ops, cut as Tensor, z);
    switch (activation) {
      case 'identity':
        return z;
      case 'tanh':
        return run('Tanh', [z]);
      case 'relu':
        return run('Relu', [z]);
      case 'elu':
        return run('Elu', [z]);
      case 'softplus':
        return run('Softplus', [z]);
      case 'sigmoid':
        return run('Sigmoid', [z]);
    }
  });
}

function gradient(
  ops: Ops,
  { x, weights, y, dy, cut }: LayerKernelInputs,
  { activation, inputs: wanted }: LayerKernelAttributes,
): Tensor[] {
  const { tf } = ops;
  return tf.tidy(() => {
    const [w, xIn] = [weights, x] as [Tensor, Tensor];
    const [m, out, inputs] = w.shape as [number, number, number];
    let dz = scaledBySlope(ops, activation, y as Tensor, dy as Tensor);
    if (cut !== undefined) dz = zeroWhere(ops, cut as Tensor, dz);
    if (xIn.rank === 3) {
      const all = [batched(ops, dz, xIn, 'second'), tf.sum(dz, -1, true)];
      return wanted === true ? [...all, batched(ops, w, dz, 'first')] : all;
    }
    const flat = tf.reshape(dz, [m * out, -1]);
    const wide = product(ops, flat, withOnes(tf, xIn), 'second');
    const [dw, db] = tf.split(wide, [inputs, 1], 1) as [Tensor, Tensor];
    const all = [tf.reshape(dw, [m, out, inputs]), tf.reshape(db, [m, out, 1])];
    return wanted === true ? [...all, product(ops, tf.reshape(w, [m * out, inputs]), flat, 'first')] : all;
  });
}

/** dy times the activation's slope, read off its own output. */
function scaledBySlope(
  { tf, run }: Ops,
  kind: LayerKernelAttributes['activation'],
  y: Tensor,
  dy: Tensor,
): Tensor {
  switch (kind) {
    case 'identity':
      return dy.clone();
    case 'tanh':
      return run('TanhGrad', [y, dy]);
    case 'relu':
      return run('ReluGrad', [dy, y]);
    case 'elu':
      return run('EluGrad', [dy, y]);
    case 'softplus':
      return tf.mul(dy, tf.neg(tf.expm1(tf.neg(y))));
    case 'sigmoid':
      return run('SigmoidGrad', [y, dy]);
  }
}

function zeroWhere({ tf, run }: Ops, cut: Tensor, z: Tensor): Tensor {
  const [m, rows] = cut.shape as [number, number];
  return run('SelectV2', [tf.reshape(tf.cast(cut, 'bool'), [m, 1, rows]), tf.zeros([1, 1, 1]), z]);
}

function withOnes(tf: Tf, x: Tensor): Tensor {
  return tf.concat([x, tf.ones([1, x.shape[1] as number])], 0);
}

type Transposed = 'none' | 'first' | 'second';

function product({ run }: Ops, a: Tensor, b: Tensor, transposed: Transposed): Tensor {
  return run('MatMul', [a, b], { transpose_a: transposed === 'first', transpose_b: transposed === 'second' });
}

function batched({ run }: Ops, a: Tensor, b: Tensor, transposed: Transposed): Tensor {
  return run('BatchMatMulV2', [a, b], { adj_x: transposed === 'first', adj_y: transposed === 'second' });
}
