import { CfeError, InputError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '../backend.ts';
import type {
  Executor,
  ForwardInput,
  ForwardResult,
  LikelihoodResult,
  StepInput,
  StepResult,
  TeacherInput,
} from '../executor.ts';
import { checkForward, checkTeacher } from '../internal/check-input.ts';
import { stepWith } from '../internal/step-with.ts';
import type { Plan } from '../plan.ts';
import { planLayout } from '../plan-layout.ts';
import {
  executorFor,
  type RejectedBackend,
  type SelectBackendOptions,
  selectBackend,
} from '../select-backend.ts';
import { contextIsLost, watchDevice } from './internal/device-loss.ts';
import { actionTensors, finite, gateTensor, mask, matrix, vector } from './internal/to-tensors.ts';
import { createTfjsPlan } from './tfjs-plan.ts';

/** Where a plan may run, and what to do when a device is lost. */
export interface DeviceExecutorOptions extends Pick<SelectBackendOptions, 'environment'> {
  /** tried in this order, at the start and again after a loss; end it with one that runs everywhere, such as `'cpu'` */
  readonly backends: readonly (string | Backend)[];
  /** told of each device that was lost, before the next backend takes over */
  readonly onLost?: ((lost: RejectedBackend) => void) | undefined;
}

/**
 * Runs a plan on a device whose reads are asynchronous. Parameters and optimiser stay in the caller's arrays, so that nothing is
 * lost with a device: what it was computing is computed again on the next backend.
 */
export interface DeviceExecutor {
  readonly plan: Plan;
  /** name of the backend that computes now */
  readonly backend: string;
  /** devices that were lost on the way, and backends that were passed over, each with its reason */
  readonly lost: readonly RejectedBackend[];
  /** As of an `Executor`: all variables from their noise. */
  forward(input: ForwardInput): Promise<ForwardResult>;
  /** As of an `Executor`: teacher-forced loss and gradient. */
  likelihood(input: TeacherInput): Promise<LikelihoodResult>;
  /** As of an `Executor`: `likelihood`, then one optimiser step on the caller's arrays, which are written only when both are done. */
  step(input: StepInput): Promise<StepResult>;
  dispose(): void;
}

/** A backend at work. */
interface Worker {
  readonly backend: Backend;
  forward(input: ForwardInput): Promise<ForwardResult>;
  likelihood(input: TeacherInput): Promise<LikelihoodResult>;
  step(input: StepInput): Promise<StepResult>;
  /** why its device is gone, or `undefined` */
  loss(): Promise<string | undefined>;
  dispose(): void;
}

/**
 * An executor for devices: it awaits what it reads, as WebGPU needs, and goes on with the next backend when a device is lost
 * (a driver that restarts, a laptop that changes its graphics card, a tab that used too much memory).
 *
 * A step is all or nothing: a gradient that never arrived leaves parameters and optimiser as they were, and is computed again.
 * Calls are made one after another; a second one waits for the first.
 *
 * @throws {@link CfeError} `autograd/no-backend` if no backend is available, from the start or after a loss
 * @throws {@link InputError} from its methods, as an `Executor`
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * import { createDeviceExecutor } from '@cfe/autograd/tfjs';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) });
 * const executor = await createDeviceExecutor(plan, { backends: ['cpu'] }); // in a page: [webgpuBackend(), webglBackend(), 'cpu']
 * const { values } = await executor.forward({ rows: 1, parameters: Float32Array.of(0, 0, 2, 1, 0), noise: Float32Array.of(5, 0) });
 * values; // → [5, 11]
 * executor.backend; // → 'cpu'
 * executor.dispose();
 */
export async function createDeviceExecutor(
  plan: Plan,
  { backends, environment, onLost }: DeviceExecutorOptions,
): Promise<DeviceExecutor> {
  const lost: RejectedBackend[] = [];
  const gone = new Set<string>();
  const nextWorker = async (): Promise<Worker> => {
    const left = backends.filter((entry) => !gone.has(typeof entry === 'string' ? entry : entry.name));
    if (left.length === 0) {
      throw new CfeError(
        'autograd/no-backend',
        `createDeviceExecutor: every device was lost (${lost.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}). Add 'cpu' at the end of the backends, which runs everywhere.`,
        { lost },
      );
    }
    const { backend, rejected } = await selectBackend(left, { environment });
    for (const entry of rejected) if (!gone.has(entry.name)) lost.push(entry);
    for (const { name } of rejected) gone.add(name);
    const { device, tfjs } = backend.capabilities;
    return device === 'gpu' && tfjs !== undefined ? deviceWorker(plan, backend) : hostWorker(plan, backend);
  };

  let worker = await nextWorker();
  let disposed = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function attempt<T>(call: (worker: Worker) => Promise<T>): Promise<T> {
    for (;;) {
      if (disposed)
        throw new InputError('autograd/disposed', 'This executor was disposed of. Create a new one.');
      try {
        return await call(worker);
      } catch (error) {
        const reason = error instanceof InputError ? undefined : await worker.loss();
        if (reason === undefined) throw error;
        const entry = { name: worker.backend.name, reason: `its device was lost: ${reason}` };
        gone.add(entry.name);
        lost.push(entry);
        onLost?.(entry);
        worker.dispose();
        worker = await nextWorker();
      }
    }
  }
  const inTurn = <T>(call: (worker: Worker) => Promise<T>): Promise<T> => {
    const result = turn.then(() => attempt(call));
    turn = result.catch(() => {});
    return result;
  };

  return {
    plan,
    get backend() {
      return worker.backend.name;
    },
    get lost() {
      return [...lost];
    },
    forward: (input) => inTurn((own) => own.forward(input)),
    likelihood: (input) => inTurn((own) => own.likelihood(input)),
    step: (input) => inTurn((own) => own.step(input)),
    dispose() {
      if (disposed) return;
      disposed = true;
      void turn.then(() => worker.dispose());
    },
  };
}

function hostWorker(plan: Plan, backend: Backend): Worker {
  const executor: Executor = executorFor(backend, plan);
  return {
    backend,
    forward: async (input) => executor.forward(input),
    likelihood: async (input) => executor.likelihood(input),
    step: async (input) => executor.step(input),
    loss: async () => undefined,
    dispose: () => executor.dispose(),
  };
}

function deviceWorker(plan: Plan, backend: Backend): Worker {
  const ops = createTfjsPlan(plan);
  const layout = planLayout(plan);
  const d = plan.variables;
  const device = watchDevice();

  /** Reads what `compute` hands out, and frees it. */
  async function read(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
    const tensors = tf.tidy(compute);
    try {
      const reads = Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
      const arrays = await Promise.race([reads, device.contextLost]);
      if (contextIsLost()) throw new Error('the context was lost while it was computing');
      return arrays;
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }

  async function likelihood(input: TeacherInput): Promise<LikelihoodResult> {
    checkTeacher('likelihood', plan, input);
    const { rows, rowWeights, gates } = input;
    const byVariable = new Float32Array(d);
    const none = gates && new Float32Array(gates.length);
    if (rows === 0 || d === 0)
      return {
        loss: 0,
        byVariable,
        gradient: { parameters: new Float32Array(layout.parameters), gates: none },
      };
    const [sums, parameters, ofGates] = (await read(() => {
      const given = gateTensor(gates, rows, layout.edges);
      const fixed = {
        values: matrix(finite(input.values), rows),
        omit: input.omit && mask(input.omit, rows),
        action: actionTensors(input.action, rows),
      };
      const weights = Float32Array.from({ length: rows }, (_, r) => -(rowWeights?.[r] ?? 1) / rows);
      const byTerm = (p: tf.Tensor, g?: tf.Tensor): tf.Tensor => {
        const terms = ops.logDensity({ ...fixed, parameters: p as tf.Tensor1D, gates: g ?? given });
        return tf.sum(tf.mul(terms, tf.tensor2d(weights, [1, rows])), 1);
      };
      const p = vector(input.parameters);
      const wanted = given !== undefined && layout.edges > 0 ? [p, given] : [p];
      const { value, grads } = tf.valueAndGrads(byTerm)(wanted, tf.ones([d]));
      return [value, ...grads];
    })) as [Float32Array, Float32Array, Float32Array | undefined];
    return {
      loss: sums.reduce((sum, own) => sum + own, 0),
      byVariable: sums,
      gradient: { parameters, gates: gates && (ofGates ?? none) },
    };
  }

  return {
    backend,
    likelihood,
    async forward(input) {
      checkForward(plan, input);
      const { rows, parameters, noise, gates, action } = input;
      if (rows === 0 || d === 0) return { values: new Float32Array(d * rows) };
      const [values] = (await read(() => [
        ops.forward({
          parameters: vector(parameters),
          noise: matrix(finite(noise), rows),
          gates: gateTensor(gates, rows, layout.edges),
          action: actionTensors(action, rows),
        }),
      ])) as [Float32Array];
      return { values };
    },
    async step(input) {
      const found = await likelihood(input);
      return stepWith(() => found, input);
    },
    loss: device.loss,
    dispose() {
      device.dispose();
      ops.dispose();
    },
  };
}
