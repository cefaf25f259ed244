/**
 * What causality costs: forward and backward of one network with a mask in which a share of the entries is set, beside
 * the same with an empty mask and without an action, in turns; and a plain MLP with the same multiplications.
 * Ratios below 1 are savings: what is cut is not computed. The last line is the large case: 200 variables, 100 of them set
 * at once in every row, batch 4096.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { bench, describe } from 'vitest';
import { createCpuExecutor, createReferenceExecutor, type Executor, type PlanAction } from '../src/index.ts';
import { createTfjsExecutor } from '../src/tfjs/index.ts';
import { interleaved } from './support/interleaved.ts';
import { plainMlp } from './support/plain-mlp.ts';
import { setAtRandom, type Workload, workload } from './support/workload.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
await tf.setBackend('cpu');

const executors: Record<string, (plan: Workload['plan']) => Executor> = {
  'reference float64': createReferenceExecutor,
  'reference float32': (plan) => createReferenceExecutor(plan, { dtype: 'float32' }),
  'fused cpu': createCpuExecutor,
  'tfjs cpu': createTfjsExecutor,
};

const pass = (executor: Executor, load: Workload, action: PlanAction | undefined) => (): void => {
  const { rows, parameters, noise, upstream } = load;
  executor.forward({ rows, parameters, noise, action });
  executor.backward(upstream);
};

/** Bytes of typed arrays that an executor and what it returned hold after a pass. */
async function bytes(
  create: (plan: Workload['plan']) => Executor,
  load: Workload,
  action: PlanAction,
): Promise<number> {
  const settled = async (): Promise<number> => {
    for (let k = 0; k < 3; k++) {
      collect();
      await new Promise((done) => setTimeout(done, 20)); // memory is given back in the background
    }
    return process.memoryUsage().arrayBuffers;
  };
  const before = await settled();
  const executor = create(load.plan);
  const { rows, parameters, noise, upstream } = load;
  const held = [executor.forward({ rows, parameters, noise, action }), executor.backward(upstream)];
  const used = (await settled()) - before;
  executor.dispose();
  return held.length === 2 ? used : Number.NaN;
}

const ratio = (a: number, b: number): string => (a / b).toFixed(2);
const ms = (seconds: number): string => `${(1000 * seconds).toFixed(2)} ms`;

console.log(`node ${process.version}, ${process.arch}; forward + backward, float32 unless it says otherwise`);
for (const [d, rows] of [
  [10, 32],
  [10, 4096],
  [50, 256],
  [200, 4096],
] as const) {
  const load = workload(d, rows);
  const empty = setAtRandom(load, 0);
  const some = setAtRandom(load, 0.2);
  const mlp = plainMlp(load);
  for (const [name, create] of Object.entries(executors)) {
    // Half a minute a pass on one CPU core; the GPU backends are for this size.
    if (name === 'tfjs cpu' && d === 200 && process.env.CFE_FULL !== '1') continue;
    const executor = create(load.plan);
    const { masked, unmasked, plain, bare } = interleaved({
      masked: pass(executor, load, some),
      unmasked: pass(executor, load, empty),
      bare: pass(executor, load, undefined),
      plain: mlp,
    });
    executor.dispose();
    const memory = ratio(await bytes(create, load, some), await bytes(create, load, empty));
    console.log(
      `${d} variables × ${rows} rows, ${name}: a fifth set / empty mask ${ratio(masked, unmasked)}, ` +
        `empty mask / no action ${ratio(unmasked, bare)}, no action / plain MLP ${ratio(bare, plain)}; ` +
        `memory ${memory}; ${ms(masked)} (plain MLP ${ms(plain)})`,
    );
  }
}

const large = workload(200, 4096);
const hundred: PlanAction = {
  cut: Uint8Array.from({ length: 200 * 4096 }, (_, at) => (Math.floor(at / 4096) % 2 === 1 ? 1 : 0)),
  value: new Float32Array(200 * 4096).fill(0.5),
};
for (const name of ['reference float32', 'fused cpu'] as const) {
  const executor = (executors[name] as (typeof executors)[string])(large.plan);
  const { set, free } = interleaved({
    set: pass(executor, large, hundred),
    free: pass(executor, large, undefined),
  });
  console.log(`200 variables × 4096 rows, 100 set at once, ${name}: ${ms(set)}; none set ${ms(free)}`);
  executor.dispose();
}

describe('forward and backward, 50 variables × 256 rows, a fifth set', () => {
  const load = workload(50, 256);
  const executor = createReferenceExecutor(load.plan, { dtype: 'float32' });
  bench('reference float32', pass(executor, load, setAtRandom(load, 0.2)), { time: 500 });
});
