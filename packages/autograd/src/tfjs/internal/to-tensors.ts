import * as tf from '@tensorflow/tfjs-core';
import type { Floats } from '../../floats.ts';
import type { PlanAction } from '../../plan-action.ts';
import type { TfjsAction } from '../tfjs-plan.ts';

/** `[length]`, float32. */
export function vector(part: Floats): tf.Tensor1D {
  return tf.tensor1d(part instanceof Float32Array ? part : Float32Array.from(part));
}

/** `[length / rows, rows]`, float32. */
export function matrix(part: Floats, rows: number): tf.Tensor2D {
  const data = part instanceof Float32Array ? part : Float32Array.from(part);
  return tf.tensor2d(data, [part.length / rows, rows]);
}

/** Gates as they were given: `[edges]`, or `[edges, rows]`. */
export function gateTensor(gates: Floats | undefined, rows: number, edges: number): tf.Tensor | undefined {
  return gates && (gates.length === edges ? vector(gates) : matrix(gates, rows));
}

/** `[length / rows, rows]` booleans. */
export function mask(part: Uint8Array, rows: number): tf.Tensor2D {
  return tf.tensor2d(part, [part.length / rows, rows], 'bool');
}

/** An intervention; values are read where they are set, and nowhere else. */
export function actionTensors(action: PlanAction | undefined, rows: number): TfjsAction | undefined {
  return (
    action && {
      cut: mask(action.cut, rows),
      value: matrix(readWhere(action.value, action.cut), rows),
      shift: action.shift && matrix(action.shift, rows),
      scale: action.scale && matrix(action.scale, rows),
      noiseFactor: action.noiseFactor && matrix(action.noiseFactor, rows),
    }
  );
}

/** What is read nowhere may be NaN, and Gumbel noise may be infinite; on the device both would meet other numbers. */
export function finite(numbers: Floats): Float32Array {
  const out = new Float32Array(numbers.length);
  for (let at = 0; at < out.length; at++) {
    const x = numbers[at] as number;
    out[at] = Number.isNaN(x) ? 0 : Math.max(-1e30, Math.min(1e30, x));
  }
  return out;
}

function readWhere(numbers: Floats, cut: Uint8Array): Float32Array {
  const out = new Float32Array(numbers.length);
  for (let at = 0; at < out.length; at++) if (cut[at] === 1) out[at] = numbers[at] as number;
  return out;
}
