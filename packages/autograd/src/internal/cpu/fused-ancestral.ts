import type { ForwardInput, PlanGradient } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { type AncestralPass, noForward } from '../ancestral-by-order.ts';
import { gatesOf } from '../ancestral-pass.ts';
import { checkForward, checkUpstream } from '../check-input.ts';
import { AncestralChunks } from './ancestral-chunks.ts';
import type { KernelInstance } from './kernels.ts';
import type { MechanismRunner } from './mechanism-runner.ts';
import type { FusedProgram } from './program.ts';
import { ResultArrays } from './result-arrays.ts';

/** Ancestral passes in the order of a plan's levels, in the memory that all passes of an executor share. */
export function fusedAncestral(
  plan: Plan,
  program: FusedProgram,
  runner: MechanismRunner,
  kernels: KernelInstance,
  parametersIn: (parameters: Floats) => number,
): AncestralPass {
  const chunks = new AncestralChunks(plan, program, runner, kernels);
  const results = new ResultArrays();
  const from = program.atGradient.ancestral;
  const gradient = kernels.heap.subarray(from, from + program.parameters);
  const d = plan.variables;
  let last: { readonly input: ForwardInput; readonly values: Floats } | undefined;

  return {
    forward(input) {
      checkForward(plan, input);
      last = undefined;
      const values = results.zeros('values', d * input.rows);
      chunks.forward(input, parametersIn(input.parameters), gatesOf(input.gates, program.edges), values);
      last = { input, values };
      return { values };
    },

    backward(upstream): PlanGradient {
      if (last === undefined) throw noForward();
      const { input, values } = last;
      const { rows, action } = input;
      checkUpstream('backward', upstream.length, d * rows);
      const gates = gatesOf(input.gates, program.edges);
      const like = (name: string, part: Floats | undefined): Floats | undefined =>
        part === undefined ? undefined : results.zeros(name, part.length);
      gradient.fill(0);
      const result = {
        parameters: gradient,
        noise: results.zeros('noise', input.noise.length),
        value: results.zeros('value', d * rows),
        shift: like('shift', action?.shift),
        scale: like('scale', action?.scale),
        noiseFactor: like('noiseFactor', action?.noiseFactor),
        gates: like('gates', gates?.values),
      };
      chunks.backward(input, parametersIn(input.parameters), gates, values, upstream, from, result);
      return result;
    },

    dispose() {
      last = undefined;
      results.clear();
    },
  };
}
