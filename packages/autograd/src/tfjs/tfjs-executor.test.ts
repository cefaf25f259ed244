import '@tensorflow/tfjs-backend-cpu';
import { executorConformance } from '@cfe/autograd/conformance';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, test } from 'vitest';
import { createTfjsExecutor } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** CFE_FULL=1: the 36 plans that go round everything; otherwise 6, since the CPU backend takes its time. */
const cases = process.env.CFE_FULL === '1' ? 36 : 6;

for (const { name, run, knownGap } of executorConformance((plan) => createTfjsExecutor(plan), { cases })) {
  test(name, (ctx) => {
    if (knownGap !== undefined) ctx.skip(knownGap);
    run();
  });
}
