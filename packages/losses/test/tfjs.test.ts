import '@tensorflow/tfjs-backend-cpu';
import { createPlan, createReferenceExecutor, initialParameters } from '@cfe/autograd';
import { createRng, standardNormal } from '@cfe/base';
import { createDag } from '@cfe/graph';
import {
  acyclicityPenalty,
  contrastiveCounterfactual,
  interventionalLikelihood,
  invariantRisk,
  type Loss,
  type LossBatch,
  pairedCounterfactual,
  predictionLikelihood,
  riskExtrapolation,
  sparsity,
  squaredError,
  weightedSum,
} from '@cfe/losses';
import { tensorLoss } from '@cfe/losses/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

const rows = 8;
const graph = createDag(
  ['x', 'm', 'y'],
  [
    ['x', 'm'],
    ['m', 'y'],
    ['x', 'y'],
  ],
);
const losses: readonly Loss[] = [
  interventionalLikelihood(),
  predictionLikelihood({ targets: ['y'] }),
  squaredError({ targets: ['m', 'y'] }),
  sparsity(),
  acyclicityPenalty({ kind: 'polynomial' }),
  pairedCounterfactual(),
  contrastiveCounterfactual(),
  riskExtrapolation({ target: 'y' }),
  invariantRisk({ target: 'y' }),
  weightedSum([{ loss: squaredError({ targets: ['m'] }) }, { loss: sparsity(), weight: 0.3 }]),
];
const rng = createRng(1);
const batch: LossBatch = {
  rows,
  values: standardNormal(rng.fork('values'), 3 * rows),
  environments: Int32Array.from({ length: rows }, (_, r) => r % 2),
  pairs: {
    action: {
      cut: Uint8Array.from({ length: 3 * rows }, (_, at) => (at < rows ? 1 : 0)),
      value: standardNormal(rng.fork('set'), 3 * rows),
    },
    values: standardNormal(rng.fork('after'), 3 * rows),
  },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(losses.map((loss) => [loss.name, loss] as const))('%s as an operation', (_, loss) => {
  test.each(['none', 'edges'] as const)(
    'gates: %s: value and gradient are the loss’s own, through a chain of operations',
    (gated) => {
      const plan = createPlan({ graph, mechanism: { hidden: [3], skip: 'linear' }, gates: gated });
      const executor = createReferenceExecutor(plan);
      const parameters = Float32Array.from(initialParameters(plan, { seed: 2 }));
      const gates = Float32Array.of(0.3, 0.6, 0.9);
      const own = loss.evaluate({ executor, parameters, ...(gated === 'edges' ? { gates } : {}), batch });
      const op = tensorLoss(loss, executor);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const inputs = [tf.tensor1d(parameters), ...(gated === 'edges' ? [tf.tensor1d(gates)] : [])];
        // what comes from above, 3, has to be passed on
        const { value, grads } = tf.valueAndGrads((...at: tf.Tensor[]) =>
          op(batch, at[0] as tf.Tensor, at[1]),
        )(inputs, tf.scalar(3));
        expect(value.dataSync()[0]).toBeCloseTo(own.value, 3);
        for (const [k, slope] of [own.gradient.parameters, own.gradient.gates].entries()) {
          if (slope === undefined) continue;
          for (const [i, g] of (grads[k] as tf.Tensor).dataSync().entries())
            expect(Math.abs(g - 3 * (slope[i] as number))).toBeLessThan(1e-4 * (1 + Math.abs(g)));
        }
      });
      expect(tf.memory().numTensors).toBe(before);
      executor.dispose();
    },
  );
});

test('the temperature of the contrast has to be positive', () => {
  expect(() => contrastiveCounterfactual({ temperature: 0 })).toThrow('above 0');
});
