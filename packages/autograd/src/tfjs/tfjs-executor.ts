import { CfeError, InputError } from '@cfe/base';
import * as tf from '@tensorflow/tfjs-core';
import type { AbductInput, Executor, TeacherInput } from '../executor.ts';
import type { Floats } from '../floats.ts';
import { ancestralByOrder } from '../internal/ancestral-by-order.ts';
import { checkAbduct, checkTeacher, checkUpstream } from '../internal/check-input.ts';
import { stepWith } from '../internal/step-with.ts';
import type { Plan } from '../plan.ts';
import { planLayout } from '../plan-layout.ts';
import { contextIsLost } from './internal/device-loss.ts';
import { tfjsAncestral } from './internal/tfjs-ancestral.ts';
import { actionTensors, finite, gateTensor, mask, matrix, vector } from './internal/to-tensors.ts';
import { planOperations } from './tfjs-plan.ts';

/**
 * Runs a plan on the TensorFlow.js backend that is active now, through typed arrays: the executor for large batches on
 * a GPU backend, and the one that every tfjs backend has.
 *
 * Reads are synchronous, which the WebGPU backend does not offer: use `createTfjsPlan` there. A reverse sweep computes
 * the forward pass again, since TensorFlow.js keeps none. No tensor outlives a call, also when it throws.
 *
 * @throws {@link InputError} if no backend is active; from its methods if another one was activated since
 * @throws {@link CfeError} `autograd/device-lost` from its methods if a WebGL context was lost, which answers zeros
 * @example
 * import '@tensorflow/tfjs-backend-cpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { createDag } from '@cfe/graph';
 * import { createPlan } from '@cfe/autograd';
 * import { createTfjsExecutor } from '@cfe/autograd/tfjs';
 * await tf.setBackend('cpu');
 * const executor = createTfjsExecutor(createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }));
 * const action = { cut: Uint8Array.of(1, 0), value: Float32Array.of(5, 0) };
 * executor.forward({ rows: 1, parameters: Float32Array.of(0, 0, 2, 1, 0), noise: Float32Array.of(9, 0), action }).values; // → [5, 11]
 * executor.dispose();
 */
export function createTfjsExecutor(plan: Plan): Executor {
  const backend = tf.getBackend();
  if (backend === undefined) {
    throw new InputError(
      'autograd/no-backend',
      'createTfjsExecutor: no TensorFlow.js backend is active. Import one and await tf.ready().',
    );
  }
  const layout = planLayout(plan);
  const d = plan.variables;
  const ops = planOperations(plan);
  const ancestral = ancestralByOrder(plan, 'float32', (ordered) =>
    tfjsAncestral(ordered === plan ? ops : planOperations(ordered)),
  );
  let disposed = false;
  let abducted: AbductInput | undefined;

  /** Everything happens inside a tidy that hands out numbers alone. */
  const run = <T>(body: () => T): T => {
    if (disposed)
      throw new InputError('autograd/disposed', 'This executor was disposed of. Create a new one.');
    if (tf.getBackend() !== backend) {
      throw new InputError(
        'autograd/mixed-backends',
        `This executor was created on '${backend}', and '${tf.getBackend()}' is active now. Activate '${backend}' again, or create the executor anew.`,
        { created: backend, active: tf.getBackend() },
      );
    }
    const engine = tf.engine();
    engine.startScope();
    try {
      const found = body();
      if (contextIsLost()) {
        throw new CfeError(
          'autograd/device-lost',
          `The WebGL context was lost while this executor computed, and what was read is zeros. Create it anew on another backend, or use createDeviceExecutor, which goes on with the next one by itself.`,
        );
      }
      return found;
    } finally {
      engine.endScope();
    }
  };
  const gatesOf = (gates: Floats | undefined, rows: number): tf.Tensor | undefined =>
    gateTensor(gates, rows, layout.edges);
  const read = (tensor: tf.Tensor): Float32Array => tensor.dataSync<'float32'>();

  function density(
    input: TeacherInput,
    dTerm: Float32Array | undefined,
  ): { terms: Float32Array; grads: Float32Array[] } {
    const { rows } = input;
    const [parameters, gates] = [vector(input.parameters), gatesOf(input.gates, rows)];
    const given = {
      values: matrix(finite(input.values), rows),
      omit: input.omit && mask(input.omit, rows),
      action: actionTensors(input.action, rows),
    };
    const terms = (p: tf.Tensor, g?: tf.Tensor): tf.Tensor2D =>
      ops.logDensity({ ...given, parameters: p as tf.Tensor1D, gates: g ?? gates });
    if (dTerm === undefined) return { terms: read(terms(parameters)), grads: [] };
    const wanted = gates !== undefined && layout.edges > 0 ? [parameters, gates] : [parameters];
    const { value, grads } = tf.valueAndGrads(terms)(wanted, tf.tensor2d(dTerm, [d, rows]));
    return { terms: read(value), grads: grads.map(read) };
  }

  const likelihood: Executor['likelihood'] = (input) =>
    run(() => {
      checkTeacher('likelihood', plan, input);
      const { rows, rowWeights, gates } = input;
      const byVariable = new Float32Array(d);
      if (rows === 0 || d === 0) {
        return {
          loss: 0,
          byVariable,
          gradient: {
            parameters: new Float32Array(layout.parameters),
            gates: gates && new Float32Array(gates.length),
          },
        };
      }
      const weights = new Float32Array(d * rows).fill(-1 / rows);
      if (rowWeights !== undefined)
        for (let at = 0; at < weights.length; at++) weights[at] = -(rowWeights[at % rows] as number) / rows;
      const { terms, grads } = density(input, weights);
      let loss = 0;
      for (let j = 0; j < d; j++) {
        let sum = 0;
        for (let at = j * rows; at < (j + 1) * rows; at++)
          sum += (weights[at] as number) * (terms[at] as number);
        byVariable[j] = sum;
        loss += sum;
      }
      const [parameters, dGates] = grads as [Float32Array, Float32Array | undefined];
      return {
        loss,
        byVariable,
        gradient: { parameters, gates: gates && (dGates ?? new Float32Array(gates.length)) },
      };
    });

  return {
    name: `tfjs/${backend}`,
    dtype: 'float32',
    plan,
    allocate: (length) => new Float32Array(length),
    forward: (input) => run(() => ancestral.forward(input)),
    backward: (upstream) => run(() => ancestral.backward(upstream)),

    logDensity: (input) =>
      run(() => {
        checkTeacher('logDensity', plan, input);
        return input.rows === 0 || d === 0 ? new Float32Array(0) : density(input, undefined).terms;
      }),
    likelihood,
    step: (input) => stepWith(likelihood, input),

    abduct: (input) =>
      run(() => {
        checkAbduct(plan, input);
        abducted = undefined;
        const { rows } = input;
        if (rows === 0 || d === 0) {
          abducted = input;
          return new Float32Array(0);
        }
        const noise = ops.abduct({
          parameters: vector(input.parameters),
          values: matrix(input.values, rows),
          gates: gatesOf(input.gates, rows),
          uniforms: input.uniforms && matrix(input.uniforms, rows),
        });
        abducted = input;
        return read(noise);
      }),

    backwardAbduction: (upstream) =>
      run(() => {
        if (abducted === undefined) {
          throw new InputError(
            'autograd/no-abduction',
            'backwardAbduction: there was no abduction to go back through. Call abduct first.',
          );
        }
        const { rows, gates } = abducted;
        checkUpstream('backwardAbduction', upstream.length, layout.noiseColumns * rows);
        const zeros = {
          parameters: new Float32Array(layout.parameters),
          values: new Float32Array(d * rows),
          gates: gates && new Float32Array(gates.length),
        };
        if (rows === 0 || d === 0) return zeros;
        const uniforms = abducted.uniforms && matrix(abducted.uniforms, rows);
        const given = gatesOf(gates, rows);
        const inputs: tf.Tensor[] = [vector(abducted.parameters), matrix(abducted.values, rows)];
        if (given !== undefined && layout.edges > 0) inputs.push(given);
        const { grads } = tf.engine().gradients(
          () => {
            const [parameters, values] = inputs as [tf.Tensor1D, tf.Tensor2D];
            return ops.abduct({ parameters, values, gates: given, uniforms }) as tf.Tensor;
          },
          inputs,
          matrix(upstream, rows),
          true,
        );
        const [parameters, values, dGates] = grads.map((grad) => (grad ? read(grad) : undefined));
        return {
          parameters: parameters ?? zeros.parameters,
          values: values ?? zeros.values,
          gates: dGates ?? zeros.gates,
        };
      }),

    dispose() {
      if (disposed) return;
      ancestral.dispose?.();
      ops.dispose();
      disposed = true;
    },
  };
}
