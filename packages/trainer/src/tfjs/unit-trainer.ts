import { doUnits, type LayeredModel } from '@cfe/autograd/tfjs';
import {
  breather,
  InputError,
  permutation,
  type RunOptions,
  rngFrom,
  type Seed,
  ShapeError,
} from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options.ts';
import { checkSchedule, type Schedule, scheduleValue } from '../schedule.ts';

/** The part of a model that is to hold one variable of the causal model that it should follow. */
export interface UnitAlignment {
  /** name of the layer */
  readonly layer: string;
  /** positions along the last axis of its output; default all */
  readonly units?: readonly number[] | undefined;
}

/** What a `tf.LayersModel` has; weights are moved in place. */
export interface TrainableModel extends LayeredModel {
  readonly trainableWeights: readonly { read(): tf.Tensor }[];
  getWeights(): tf.Tensor[];
  setWeights(weights: tf.Tensor[]): void;
}

/** How a unit trainer goes about it. */
export interface UnitTrainerOptions {
  readonly align: UnitAlignment;
  /** of TensorFlow.js, such as `tf.train.adam(1e-3)` */
  readonly optimizer: tf.Optimizer;
  /** share of a batch's rows whose aligned units are swapped, by step; default 0.3 */
  readonly interventionProbability?: Schedule | undefined;
  /** of the loss of swapped rows beside that of the task; default 1 */
  readonly counterfactualWeight?: number | undefined;
  /** a scalar of labels and predictions, both `[rows, …]`; default mean squared error */
  readonly loss?: ((labels: tf.Tensor, predictions: tf.Tensor) => tf.Scalar) | undefined;
  /** of the order of rows and the choice of swaps; default 0 */
  readonly seed?: Seed | undefined;
}

/** Rows, their labels, and what the causal model says of them. */
export interface UnitRows {
  /** `[rows, …]` */
  readonly inputs: tf.Tensor;
  /** `[rows, …]` */
  readonly labels: tf.Tensor;
  /**
   * What the label of each row `base[k]` would be, had the aligned variable the value that it has in row `source[k]`: `[k, …]`. The trainer
   * disposes of it.
   */
  readonly counterfactual: (base: Int32Array, source: Int32Array) => tf.Tensor;
}

/** One epoch. */
export interface UnitHistoryPoint {
  readonly step: number;
  /** mean over batches of task loss + weight · counterfactual loss */
  readonly loss: number;
  readonly task: number;
  readonly counterfactual: number;
  readonly seconds: number;
}

/** How one fit of a unit network goes. */
export interface UnitFitOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /** default 20 */
  readonly epochs?: number | undefined;
  /** default 32 */
  readonly batchSize?: number | undefined;
  /** called after every epoch; `'stop'` ends the fit */
  readonly onEpoch?: ((point: UnitHistoryPoint) => unknown) | undefined;
}

/** How a fit of a unit network ended. */
export interface UnitFitResult {
  /** `'diverged'`: a loss was not finite; the weights are those after the best epoch before */
  readonly status: 'max-steps' | 'stopped' | 'diverged';
  readonly message: string;
  readonly history: readonly UnitHistoryPoint[];
  readonly steps: number;
}

/** Fine-tunes one model. */
export interface UnitTrainer {
  /**
   * @throws {@link ShapeError} if inputs and labels differ in rows
   * @throws `signal.reason` on abort; the weights are then those after the last whole epoch
   */
  fit(rows: UnitRows, options?: UnitFitOptions): Promise<UnitFitResult>;
}

/**
 * A trainer for a TensorFlow.js model that makes some of its hidden units play the part of a variable of a causal model, while the
 * task goes on being learned: interchange intervention training.
 *
 * In each step some rows get the aligned units' activations from other rows of the batch (`doUnits` with `'swap'`), and the output is
 * compared with what the causal model says under the same interchange. Gradients flow into both rows, and never through a swapped unit of the row
 * that lost it.
 *
 * @throws {@link InputError} if an option is out of range
 * @throws {@link UnknownNameError} if the model has no such layer
 * @see Geiger, Wu, Lu, Rozner, Kreiss, Icard, Goodman and Potts (2022), Inducing causal structure for interpretable neural networks, ICML
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as layers from '@tensorflow/tfjs-layers';
 * import { createUnitTrainer } from '@cfe/trainer/tfjs';
 * const hidden = layers.layers.dense({ inputShape: [2], units: 2, name: 'hidden', kernelInitializer: layers.initializers.glorotUniform({ seed: 1 }) });
 * const out = layers.layers.dense({ units: 1, kernelInitializer: layers.initializers.glorotUniform({ seed: 2 }) });
 * const model = layers.sequential({ layers: [hidden, out] });
 * const x = [[0, 1], [1, 0], [1, 1], [0, 0]];
 * const rows = {
 *   inputs: tf.tensor2d(x),
 *   labels: tf.tensor2d(x.map(([a, b]) => [a + b])),
 *   counterfactual: (base, source) => tf.tensor2d(Array.from(base, (r, k) => [x[source[k]][0] + x[r][1]])), // a from elsewhere
 * };
 * const trainer = createUnitTrainer(model, { align: { layer: 'hidden', units: [0] }, optimizer: tf.train.adam(0.05), seed: 1 });
 * const { history } = await trainer.fit(rows, { epochs: 5, batchSize: 4 });
 * history.length; // → 5
 */
export function createUnitTrainer(model: TrainableModel, options: UnitTrainerOptions): UnitTrainer {
  const { align, optimizer, interventionProbability = 0.3, counterfactualWeight = 1, seed } = options;
  const lossOf =
    options.loss ?? ((labels, predictions) => tf.mean(tf.squaredDifference(labels, predictions)));
  checkSchedule('interventionProbability', interventionProbability, 0, 1);
  if (!(counterfactualWeight >= 0 && counterfactualWeight < Infinity)) {
    throw new InputError(
      'trainer/weight',
      `createUnitTrainer: 'counterfactualWeight' is ${counterfactualWeight}; it must be a number ≥ 0.`,
    );
  }
  doUnits(model, [{ ...align, kind: 'shift', by: 0 }]); // refuses a layer that is none
  return { fit };

  async function fit(rows: UnitRows, run: UnitFitOptions = {}): Promise<UnitFitResult> {
    checkOptions(run);
    const { epochs = 20, batchSize = 32, signal, onProgress, onEpoch } = run;
    const n = rows.inputs.shape[0] ?? 0;
    if (n === 0 || rows.labels.shape[0] !== n) {
      throw new ShapeError(
        'trainer/unit-rows',
        `fit: ${n} rows of inputs and ${rows.labels.shape[0] ?? 0} labels; give as many of each, at least one.`,
      );
    }
    signal?.throwIfAborted();
    const rng = rngFrom(seed).fork('unit trainer');
    const breathe = breather(signal);
    const began = performance.now();
    const history: UnitHistoryPoint[] = [];
    let kept = copies();
    let [steps, lowest] = [0, Number.POSITIVE_INFINITY];
    const ended = (status: UnitFitResult['status'], message: string): UnitFitResult => ({
      status,
      message,
      history,
      steps,
    });
    try {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const own = rng.fork(`epoch ${epoch}`);
        const order = permutation(own, n);
        const sums = { loss: 0, task: 0, counterfactual: 0 };
        let batches = 0;
        for (let from = 0; from < n; from += batchSize) {
          const batch = order.slice(from, from + batchSize);
          const share = scheduleValue(interventionProbability, steps);
          const swapped = [...batch.keys()].filter(() => own.uniform() < share);
          const source = Int32Array.from(batch, (_, k) =>
            swapped.includes(k) ? own.integer(batch.length) : k,
          );
          const [task, counterfactual] = await step(rows, batch, swapped, source);
          steps += 1;
          batches += 1;
          const loss = task + counterfactualWeight * counterfactual;
          if (!Number.isFinite(loss)) {
            restore();
            const where = `in batch ${batches} of epoch ${epoch}`;
            return ended(
              'diverged',
              `The ${Number.isFinite(task) ? 'counterfactual' : 'task'} loss stopped being finite ${where}, so the weights are those from before. Take smaller steps.`,
            );
          }
          sums.loss += loss;
          sums.task += task;
          sums.counterfactual += counterfactual;
          const wait = breathe();
          if (wait !== undefined) await wait;
          signal?.throwIfAborted();
        }
        const point = {
          step: epoch,
          loss: sums.loss / batches,
          task: sums.task / batches,
          counterfactual: sums.counterfactual / batches,
          seconds: (performance.now() - began) / 1000,
        };
        history.push(point);
        if (point.loss <= lowest) lowest = point.loss;
        keep();
        onProgress?.({ phase: 'fine-tuning', done: epoch, total: epochs, value: point.loss });
        if (onEpoch?.(point) === 'stop')
          return ended('stopped', `Fine-tuned for ${epoch} epochs, until it was asked to stop.`);
      }
      return ended('max-steps', `Fine-tuned ${n} rows for ${epochs} epochs.`);
    } catch (error) {
      restore();
      throw error;
    } finally {
      tf.dispose(kept);
    }

    function copies(): tf.Tensor[] {
      return model.getWeights().map((weight) => tf.clone(weight));
    }
    function keep(): void {
      tf.dispose(kept);
      kept = copies();
    }
    function restore(): void {
      model.setWeights(kept);
    }
  }

  /** One step: task loss of the batch, loss of its swapped rows. */
  async function step(
    { inputs, labels, counterfactual }: UnitRows,
    batch: Int32Array,
    swapped: readonly number[],
    source: Int32Array,
  ): Promise<[task: number, counterfactual: number]> {
    const parts: tf.Scalar[] = [];
    const total = tf.tidy(() => {
      const x = tf.gather(inputs, tf.tensor1d(batch, 'int32'));
      const y = tf.gather(labels, tf.tensor1d(batch, 'int32'));
      const rows = Int32Array.from(swapped);
      const expected =
        rows.length === 0
          ? undefined
          : counterfactual(
              Int32Array.from(rows, (k) => batch[k] as number),
              Int32Array.from(rows, (k) => batch[source[k] as number] as number),
            );
      const cost = optimizer.minimize(
        () => {
          const plain = lossOf(y, model.apply(x, { training: true }) as tf.Tensor);
          parts.push(tf.keep(plain.clone()));
          if (expected === undefined) return plain;
          const changed = doUnits(model, [{ ...align, kind: 'swap', from: source }])(x);
          const other = lossOf(expected, tf.gather(changed, tf.tensor1d(rows, 'int32')));
          parts.push(tf.keep(other.clone()));
          return tf.add(plain, tf.mul(counterfactualWeight, other)) as tf.Scalar;
        },
        true,
        variables(),
      );
      return cost as tf.Scalar;
    });
    const values = await Promise.all(parts.map(async (part) => (await part.data())[0] as number));
    tf.dispose([total, ...parts]);
    return [values[0] as number, values[1] ?? 0];
  }

  /** The model's own variables, so that others that exist stay as they are. */
  function variables(): tf.Variable[] | undefined {
    const own = model.trainableWeights.map((weight) => (weight as { readonly val?: unknown }).val);
    return own.every((value) => value instanceof tf.Variable) ? (own as tf.Variable[]) : undefined;
  }
}
