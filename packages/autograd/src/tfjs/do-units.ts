import { InputError, ShapeError, throwUnknownName } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import { select } from './internal/select.ts';

/** What happens to units of a hidden layer; where two apply to one unit and row, the later one acts on what the earlier left. */
export type UnitIntervention = {
  /** name of the layer whose output is intervened on */
  readonly layer: string;
  /** positions along the last axis of the output; default all */
  readonly units?: readonly number[] | undefined;
  /** `[rows]`: true or 1 for the rows of the batch that it applies to; default all */
  readonly rows?: ArrayLike<number | boolean> | undefined;
} & (
  | {
      /** the unit takes this value; what computed it gets no gradient */
      readonly kind: 'fix';
      /** one for all units, one per unit `[units]`, or in the shape of the units' output; a tensor gets its gradient */
      readonly value: number | tf.Tensor;
    }
  | {
      /** this is added; the gradient flows on */
      readonly kind: 'shift';
      /** as `value` */
      readonly by: number | tf.Tensor;
    }
  | {
      /** the unit takes the activation that another row of the batch has: an interchange intervention */
      readonly kind: 'swap';
      /** `[rows]`, for each row the number of the row that it takes from */
      readonly from: ArrayLike<number>;
    }
);

/** What `doUnits` needs of a model: a `tf.LayersModel`, functional or sequential, has it. */
export interface LayeredModel {
  readonly layers: readonly { readonly name: string }[];
  apply(inputs: tf.Tensor | tf.Tensor[], options?: { training?: boolean }): unknown;
}

interface CallableLayer {
  readonly name: string;
  call(inputs: tf.Tensor | tf.Tensor[], options: Readonly<Record<string, unknown>>): tf.Tensor | tf.Tensor[];
}

/**
 * A trained TensorFlow.js model as a causal model of its own units: the function that it computes while hidden units are
 * fixed, shifted, or given the activations of another input. Everything after them is computed anew.
 *
 * The result is differentiable, with respect to inputs, to the values set and to the model's weights, so that a model
 * can be probed and fine-tuned under interventions: a fixed or swapped unit passes exactly 0 to what computed it in
 * that row, and the row that it was swapped in from gets that gradient.
 *
 * The model itself is as before after each call, also when it throws.
 *
 * @throws {@link UnknownNameError} if the model has no such layer
 * @throws {@link InputError} if a unit or row is none, or the layer has several outputs
 * @throws {@link ShapeError} if values or rows do not fit the layer's output
 * @see Geiger, Lu, Icard and Potts (2021), Causal abstractions of neural networks, for interchange interventions
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as layers from '@tensorflow/tfjs-layers';
 * import { doUnits } from '@cfe/autograd/tfjs';
 * const hidden = layers.layers.dense({ inputShape: [1], units: 2, kernelInitializer: 'ones', name: 'hidden' });
 * const sum = layers.layers.dense({ units: 1, kernelInitializer: 'ones' });
 * const model = layers.sequential({ layers: [hidden, sum] }); // y = x + x
 * const without = doUnits(model, [{ layer: 'hidden', units: [0], kind: 'fix', value: 10 }]);
 * without(tf.tensor2d([[3]])).dataSync(); // → [13]
 * tf.grad((x) => without(x))(tf.tensor2d([[3]])).dataSync(); // → [1]
 */
export function doUnits(
  model: LayeredModel,
  interventions: readonly UnitIntervention[],
): (inputs: tf.Tensor | tf.Tensor[]) => tf.Tensor {
  const names = model.layers.map(({ name }) => name);
  for (const { layer } of interventions)
    if (!names.includes(layer)) throwUnknownName('doUnits', 'layer', layer, names);
  return (inputs) => {
    const patched = new Map<CallableLayer, PropertyDescriptor | undefined>();
    try {
      for (const layer of model.layers as readonly CallableLayer[]) {
        const own = interventions.filter((intervention) => intervention.layer === layer.name);
        if (own.length === 0) continue;
        patched.set(layer, Object.getOwnPropertyDescriptor(layer, 'call'));
        const call = layer.call.bind(layer);
        layer.call = (given, options) => acted(layer.name, call(given, options), own);
      }
      const output = model.apply(inputs, { training: false });
      if (!(output instanceof tf.Tensor)) {
        throw new InputError(
          'autograd/units-output',
          'doUnits: the model has several outputs. Build a model with one.',
        );
      }
      return output;
    } finally {
      for (const [layer, before] of patched) {
        if (before === undefined) Reflect.deleteProperty(layer, 'call');
        else Object.defineProperty(layer, 'call', before);
      }
    }
  };
}

function acted(
  name: string,
  output: tf.Tensor | tf.Tensor[],
  interventions: readonly UnitIntervention[],
): tf.Tensor {
  const single = Array.isArray(output) ? output[0] : output;
  if (single === undefined || (Array.isArray(output) && output.length > 1)) {
    throw new InputError('autograd/units-layer', `doUnits: the layer '${name}' has several outputs.`, {
      layer: name,
    });
  }
  return tf.tidy(() => interventions.reduce((x, intervention) => act(x, intervention), single));
}

function act(x: tf.Tensor, intervention: UnitIntervention): tf.Tensor {
  const mask = maskOf(x, intervention);
  switch (intervention.kind) {
    case 'fix':
      return select(mask, spread(intervention.value, x, intervention), x);
    case 'shift':
      return tf.add(x, select(mask, spread(intervention.by, x, intervention), tf.zerosLike(x)));
    case 'swap':
      return select(mask, tf.gather(x, rowsOf(x, intervention)), x);
  }
}

/** True at the units and rows that an intervention is about. */
function maskOf(x: tf.Tensor, { layer, units, rows }: UnitIntervention): tf.Tensor {
  const width = x.shape.at(-1) as number;
  const count = x.shape[0] as number;
  const wrong = units?.find((unit) => !(Number.isInteger(unit) && unit >= 0 && unit < width));
  if (wrong !== undefined) {
    throw new InputError(
      'autograd/units',
      `doUnits: '${layer}' has no unit ${wrong}; its units are 0 to ${width - 1}.`,
      { layer, unit: wrong },
    );
  }
  if (rows !== undefined && rows.length !== count) {
    throw new ShapeError(
      'autograd/units-rows',
      `doUnits: ${rows.length} rows were marked for '${layer}', and the batch has ${count}.`,
      { layer, rows: rows.length },
    );
  }
  const ofUnits = Float32Array.from({ length: width }, (_, unit) =>
    (units?.includes(unit) ?? true) ? 1 : 0,
  );
  const ofRows = Float32Array.from({ length: count }, (_, row) => (rows === undefined || rows[row] ? 1 : 0));
  const shape = x.shape.map((_, axis) => (axis === 0 ? count : 1));
  const marks = tf.mul(tf.reshape(tf.tensor1d(ofRows), shape), tf.tensor1d(ofUnits));
  return tf.greater(tf.add(tf.zeros(x.shape), marks), 0);
}

/** A number, or values per unit, or of the whole output, in the shape of the output. */
function spread(value: number | tf.Tensor, x: tf.Tensor, { layer, units }: UnitIntervention): tf.Tensor {
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new InputError('autograd/units-value', `doUnits: the value for '${layer}' is ${value}.`, {
        layer,
        value,
      });
    return tf.fill(x.shape, value);
  }
  if (value.shape.join() === x.shape.join()) return value;
  const width = x.shape.at(-1) as number;
  const chosen = units ?? Array.from({ length: width }, (_, unit) => unit);
  if (value.rank === 0) return tf.add(tf.zeros(x.shape), value);
  if (value.rank !== 1 || value.shape[0] !== chosen.length) {
    throw new ShapeError(
      'autograd/units-shape',
      `doUnits: the value for '${layer}' is [${value.shape}]; give a number, [${chosen.length}] or [${x.shape}].`,
      { layer, shape: value.shape },
    );
  }
  const place = tf.tensor2d(
    chosen.map((unit) => Array.from({ length: width }, (_, k) => (k === unit ? 1 : 0))),
  );
  const row = tf.reshape(tf.matMul(tf.reshape(value, [1, chosen.length]), place), [width]);
  return tf.add(tf.zeros(x.shape), row);
}

function rowsOf(x: tf.Tensor, intervention: UnitIntervention & { readonly kind: 'swap' }): tf.Tensor1D {
  const { from, layer } = intervention;
  const count = x.shape[0] as number;
  if (from.length !== count) {
    throw new ShapeError(
      'autograd/units-rows',
      `doUnits: ${from.length} rows to swap in for '${layer}', and the batch has ${count}.`,
      { layer, rows: from.length },
    );
  }
  const wrong = Array.from(from).find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
  if (wrong !== undefined) {
    throw new InputError(
      'autograd/units-rows',
      `doUnits: there is no row ${wrong} to swap in for '${layer}'.`,
      {
        layer,
        row: wrong,
      },
    );
  }
  return tf.tensor1d(Int32Array.from(from), 'int32');
}
