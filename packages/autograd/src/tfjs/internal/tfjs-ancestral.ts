import * as tf from '@tensorflow/tfjs-core';
import type { ForwardInput, PlanGradient } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import { type AncestralPass, noForward } from '../../internal/ancestral-by-order.ts';
import { checkForward, checkUpstream } from '../../internal/check-input.ts';
import { planLayout } from '../../plan-layout.ts';
import type { PlanOperations } from '../tfjs-plan.ts';
import { actionTensors, finite, gateTensor, matrix, vector } from './to-tensors.ts';

/** Ancestral passes through typed arrays, inside a scope of the caller's. The reverse sweep goes forward again. */
export function tfjsAncestral(ops: PlanOperations): AncestralPass {
  const { plan, against } = ops;
  const layout = planLayout(plan);
  const d = plan.variables;
  let last: { readonly input: ForwardInput; readonly values: Float32Array } | undefined;

  return {
    forward(input) {
      checkForward(plan, input);
      last = undefined;
      const { rows } = input;
      const values =
        rows === 0 || d === 0
          ? new Float32Array(d * rows)
          : ops
              .forward({
                parameters: vector(input.parameters),
                noise: matrix(finite(input.noise), rows),
                gates: gateTensor(input.gates, rows, layout.edges),
                action: actionTensors(input.action, rows),
              })
              .dataSync<'float32'>();
      last = { input, values };
      return { values };
    },

    backward(upstream): PlanGradient {
      if (last === undefined) throw noForward();
      const { rows, parameters, noise, gates, action } = last.input;
      checkUpstream('backward', upstream.length, d * rows);
      const like = (part: Floats | undefined): Float32Array | undefined =>
        part && new Float32Array(part.length);
      const zeros = {
        parameters: new Float32Array(layout.parameters),
        noise: new Float32Array(layout.noiseColumns * rows),
        value: new Float32Array(d * rows),
        shift: like(action?.shift),
        scale: like(action?.scale),
        noiseFactor: like(action?.noiseFactor),
        gates: like(gates),
      };
      if (rows === 0 || d === 0) return zeros;
      const acted = actionTensors(action, rows);
      const given = gateTensor(gates, rows, layout.edges);
      const behind = against ? matrix(last.values, rows) : undefined;
      const inputs = {
        parameters: vector(parameters) as tf.Tensor,
        noise: matrix(finite(noise), rows) as tf.Tensor,
        value: acted?.value,
        shift: acted?.shift,
        scale: acted?.scale,
        noiseFactor: acted?.noiseFactor,
        gates: layout.edges > 0 ? given : undefined,
      };
      const wanted = Object.entries(inputs).filter(
        (entry): entry is [string, tf.Tensor2D] => entry[1] !== undefined,
      );
      // Some inputs may reach nothing (a shift on categories alone): their gradient is 0, not an error.
      const { grads } = tf.engine().gradients(
        () => {
          const { parameters: p, noise: u, value } = inputs;
          return ops.forward({
            parameters: p as tf.Tensor1D,
            noise: u as tf.Tensor2D,
            gates: given,
            action: acted && { ...acted, value: value as tf.Tensor2D },
            behind,
          }) as tf.Tensor;
        },
        wanted.map(([, tensor]) => tensor),
        matrix(upstream, rows),
        true,
      );
      const found = Object.fromEntries(
        wanted.flatMap(([name], k) => (grads[k] ? [[name, grads[k].dataSync<'float32'>()]] : [])),
      );
      return { ...zeros, ...found };
    },

    dispose() {
      last = undefined;
      ops.dispose();
    },
  };
}
