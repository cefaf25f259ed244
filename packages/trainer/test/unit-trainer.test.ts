import '@tensorflow/tfjs-backend-cpu';
import { doUnits } from '@cfe/autograd/tfjs';
import { createRng } from '@cfe/base';
import { createUnitTrainer, type UnitRows, type UnitTrainerOptions } from '@cfe/trainer/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';

// y = (a + b) · c, whose sum the first four of eight hidden units are to hold
const n = 64;
const rng = createRng(1).fork('rows');
const data = Array.from(
  { length: n },
  () => [0, 1, 2].map(() => 2 * rng.uniform() - 1) as [number, number, number],
);
const sum = (r: number): number => (data[r]?.[0] as number) + (data[r]?.[1] as number);
const rows: UnitRows = {
  inputs: tf.tensor2d(data),
  labels: tf.tensor2d(data.map(([, , c], r) => [sum(r) * c])),
  counterfactual: (base, source) =>
    tf.tensor2d(Array.from(base, (r, k) => [sum(source[k] as number) * (data[r]?.[2] as number)])),
};
const align = { layer: 'hidden', units: [0, 1, 2, 3] };

function create(): layers.Sequential {
  const init = (seed: number): ReturnType<typeof layers.initializers.glorotUniform> =>
    layers.initializers.glorotUniform({ seed });
  const dense = (units: number, seed: number, more: object): layers.layers.Layer =>
    layers.layers.dense({ units, kernelInitializer: init(seed), ...more });
  return layers.sequential({
    layers: [
      dense(8, 1, { inputShape: [3], activation: 'tanh', name: 'hidden' }),
      dense(16, 2, { activation: 'tanh' }),
      dense(1, 3, {}),
    ],
  });
}

/** Root mean squared error of all rows with the sum of the next row. */
function interchangeError(model: layers.Sequential): number {
  return tf.tidy(() => {
    const base = Int32Array.from({ length: n }, (_, r) => r);
    const from = base.map((r) => (r + 1) % n);
    const swapped = doUnits(model, [{ ...align, kind: 'swap', from }])(rows.inputs);
    const error = tf.mean(tf.squaredDifference(swapped, rows.counterfactual(base, from)));
    return Math.sqrt(error.dataSync()[0] as number);
  });
}

async function tuned(
  change: Partial<UnitTrainerOptions>,
): Promise<{ model: layers.Sequential; task: number }> {
  const model = create();
  const trainer = createUnitTrainer(model, { align, optimizer: tf.train.adam(0.03), seed: 1, ...change });
  const { history } = await trainer.fit(rows, { epochs: 150, batchSize: n });
  return { model, task: history.at(-1)?.task as number };
}

describe('fine-tuning a TensorFlow.js model with interchange interventions', () => {
  test('puts the variable into the units, which learning the task alone does not', {
    timeout: 120_000,
  }, async () => {
    const [with_, without] = [
      await tuned({ interventionProbability: 0.6 }),
      await tuned({ interventionProbability: 0 }),
    ];
    expect(without.task).toBeLessThan(0.01); // the labels have variance 0.2
    expect(with_.task).toBeLessThan(0.01);
    expect(interchangeError(without.model)).toBeGreaterThan(0.3);
    expect(interchangeError(with_.model)).toBeLessThan(0.12);
  });
  test('the same seed gives the same weights, and no tensor is left behind', async () => {
    const model = create();
    const optimizer = tf.train.sgd(0.05);
    const fit = (of: layers.Sequential): Promise<unknown> =>
      createUnitTrainer(of, { align, optimizer, seed: 2 }).fit(rows, { epochs: 2 });
    await fit(model);
    const again = create();
    const before = tf.memory().numTensors;
    await fit(again);
    expect(tf.memory().numTensors).toBe(before);
    const [a, b] = [model, again].map((one) =>
      one.getWeights().map((weight) => Array.from(weight.dataSync())),
    );
    expect(a).toEqual(b);
  });
  test('a loss that is not finite ends it, says where, and gives the weights back', async () => {
    const model = create();
    const before = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    let calls = 0;
    const trainer = createUnitTrainer(model, {
      align,
      optimizer: tf.train.sgd(0.05),
      interventionProbability: 0,
      loss: (labels, predictions) => {
        calls += 1;
        const mean = tf.mean(tf.squaredDifference(labels, predictions)) as tf.Scalar;
        return calls === 2 ? (tf.div(mean, 0) as tf.Scalar) : mean;
      },
    });
    const result = await trainer.fit(rows, { epochs: 3, batchSize: 32 });
    expect(result.status).toBe('diverged');
    expect(result.message).toMatch(/task loss .* in batch 2 of epoch 1/);
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(before);
  });
  test('can be stopped and aborted', async () => {
    const trainer = createUnitTrainer(create(), { align, optimizer: tf.train.sgd(0.05) });
    const stopped = await trainer.fit(rows, { onEpoch: ({ step }) => (step === 2 ? 'stop' : undefined) });
    expect([stopped.status, stopped.history.length]).toEqual(['stopped', 2]);
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error('enough'));
    await expect(trainer.fit(rows, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
  });
  test('what does not fit is refused', async () => {
    const optimizer = tf.train.sgd(0.05);
    const make = (change: object) => () => createUnitTrainer(create(), { align, optimizer, ...change });
    expect(make({ align: { layer: 'hiden' } })).toThrow(/hidden/);
    expect(make({ interventionProbability: 2 })).toThrow(/holds 2/);
    expect(make({ counterfactualWeight: -1 })).toThrow(/-1; it must be a number ≥ 0/);
    const few = { ...rows, labels: tf.zeros([3, 1]) };
    await expect(make({})().fit(few)).rejects.toThrow(/64 rows of inputs and 3 labels/);
    await expect(make({})().fit(rows, { batchSize: 0 })).rejects.toThrow(/'batchSize' is 0/);
  });
});
