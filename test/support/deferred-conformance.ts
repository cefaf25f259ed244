import { createReferenceExecutor, type Executor, type Plan } from '@cfe/autograd';
import { type ConformanceCheck, executorConformance } from '@cfe/autograd/conformance';
import { createTfjsExecutor } from '@cfe/autograd/tfjs';
import * as tf from '@tensorflow/tfjs-core';

type Method =
  | 'forward'
  | 'backward'
  | 'logDensity'
  | 'likelihood'
  | 'step'
  | 'abduct'
  | 'backwardAbduction'
  | 'dispose';
const methods: readonly Method[] = [
  'forward',
  'backward',
  'logDensity',
  'likelihood',
  'step',
  'abduct',
  'backwardAbduction',
  'dispose',
];

/** A call that a check made, and later what the device answered. */
interface Call {
  readonly executor: number;
  readonly plan: Plan;
  readonly method: Method;
  readonly input: unknown;
  answer?: { readonly value?: unknown; readonly error?: unknown; readonly changed?: Changed };
}

/** What a step writes to. */
interface Changed {
  readonly parameters: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
  readonly steps: number;
}

/**
 * The conformance suite for a device that cannot be read synchronously. Each check runs twice: first its calls are
 * answered by the reference and written down, then the executor of TensorFlow.js computes them on the device, and the check
 * runs again on its answers.
 *
 * @returns the names of the checks that passed, and the messages of those that did not
 */
export async function deferredConformance(options: { readonly cases: number }): Promise<{
  readonly passed: readonly string[];
  readonly failures: readonly string[];
}> {
  const passed: string[] = [];
  const failures: string[] = [];
  const names = executorConformance(() => undefined, options).map(({ name }) => name);
  for (const name of names) {
    const calls: Call[] = [];
    const check = (create: (plan: Plan) => Executor): ConformanceCheck =>
      executorConformance(create, options).find((one) => one.name === name) as ConformanceCheck;
    let created = 0;
    check((plan) => writingDown(plan, created++, calls)).run();
    await answer(calls);
    let next = 0;
    try {
      check((plan) => answering(plan, () => calls[next++] as Call)).run();
      passed.push(name);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { passed, failures };
}

function writingDown(plan: Plan, executor: number, calls: Call[]): Executor {
  const reference = createReferenceExecutor(plan, { dtype: 'float32' });
  return facade(plan, (method, input) => {
    calls.push({ executor, plan, method, input: copied(input) });
    return (reference[method] as (input: unknown) => unknown)(input);
  });
}

function answering(plan: Plan, next: () => Call): Executor {
  return facade(plan, (_method, input) => {
    const { value, error, changed } = next().answer as NonNullable<Call['answer']>;
    if (error !== undefined) throw error;
    if (changed !== undefined) {
      const { parameters, optimizer } = input as Written;
      parameters.set(changed.parameters);
      optimizer.first.set(changed.first);
      optimizer.second.set(changed.second);
      optimizer.steps = changed.steps;
    }
    return value;
  });
}

function facade(plan: Plan, run: (method: Method, input: unknown) => unknown): Executor {
  const calls = Object.fromEntries(methods.map((method) => [method, (input: unknown) => run(method, input)]));
  return {
    name: `tfjs/${tf.getBackend()}`,
    dtype: 'float32',
    plan,
    allocate: (length: number) => new Float32Array(length),
    ...calls,
  } as unknown as Executor;
}

/** Computes what was written down, in its order, on executors of their own. */
async function answer(calls: readonly Call[]): Promise<void> {
  const executors = new Map<number, Executor>();
  for (const call of calls) {
    const own = executors.get(call.executor) ?? createTfjsExecutor(call.plan);
    executors.set(call.executor, own);
    const run = own[call.method] as (input: unknown) => unknown;
    try {
      const { value, input } = await readLater(() => {
        const given = copied(call.input);
        return { value: run(given), input: given };
      });
      const stepped = call.method === 'step' ? (input as Written) : undefined;
      call.answer = {
        value: copied(value),
        ...(stepped && { changed: { parameters: stepped.parameters, ...stepped.optimizer } }),
      };
    } catch (error) {
      call.answer = { error };
    }
  }
  for (const executor of executors.values()) executor.dispose();
}

/** Runs twice: the first time every read answers zeros and is noted, the second time with what was read meanwhile. */
async function readLater<T>(run: () => T): Promise<T> {
  const prototype = tf.Tensor.prototype as unknown as { dataSync(this: tf.Tensor): unknown };
  const { dataSync } = prototype;
  const noted: tf.Tensor[] = [];
  try {
    prototype.dataSync = function () {
      noted.push(tf.keep(this.clone()));
      return new Float32Array(this.size);
    };
    run();
  } finally {
    prototype.dataSync = dataSync;
  }
  const read = await Promise.all(noted.map((tensor) => tensor.data()));
  for (const tensor of noted) tensor.dispose();
  let next = 0;
  try {
    prototype.dataSync = () => read[next++];
    return run();
  } finally {
    prototype.dataSync = dataSync;
  }
}

interface Written {
  readonly parameters: Float32Array;
  readonly optimizer: { readonly first: Float32Array; readonly second: Float32Array; steps: number };
}

/** A deep copy; what is no data (a function) stays what it is. */
function copied<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return (value as unknown as Float32Array).slice() as unknown as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied) as T;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copied(part)])) as T;
}
