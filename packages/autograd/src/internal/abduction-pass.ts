import { InputError } from '@cfe/base';
import type { AbductInput, AbductionGradient, Executor } from '../executor.ts';
import { type Dtype, type Floats, floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import { type MechanismLayout, planLayout } from '../plan-layout.ts';
import { gatesOf } from './ancestral-pass.ts';
import { posteriorGumbel } from './categorical-pass.ts';
import { checkAbduct, checkUpstream } from './check-input.ts';
import { headPass } from './head-pass.ts';
import {
  backwardLayers,
  emptyTrace,
  forwardLayers,
  gatherInputs,
  markLive,
  scatterInputs,
} from './mechanism-pass.ts';

/** The noise behind complete rows, and the reverse sweep through that. */
export function abductionPass(
  plan: Plan,
  dtype: Dtype,
): { abduct: Executor['abduct']; backward: Executor['backwardAbduction'] } {
  const layout = planLayout(plan);
  const traces = plan.mechanisms.map(() => emptyTrace(dtype));
  let last: AbductInput | undefined;

  return {
    abduct(input) {
      checkAbduct(plan, input);
      last = undefined;
      const { rows, parameters, values } = input;
      const gates = gatesOf(input.gates, layout.edges);
      const noise = floats(dtype, layout.noiseColumns * rows);
      for (let j = 0; j < plan.variables; j++) {
        const mechanism = layout.mechanisms[j] as MechanismLayout;
        const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
        const trace = traces[j] as (typeof traces)[number];
        markLive(trace, rows, j, []);
        gatherInputs(plan, layout, j, values, rows, gates, trace, dtype);
        const o = forwardLayers(plan, j, mechanism, parameters, trace, dtype);
        const own = noise.subarray(mechanism.noise * rows);
        if (head.kind === 'categorical') {
          const uniforms = (input.uniforms as Floats).subarray(mechanism.noise * rows);
          for (let r = 0; r < rows; r++) {
            posteriorGumbel(o, rows, r, head.levels, values[j * rows + r] as number, uniforms, rows, r, own);
          }
          continue;
        }
        const pass = headPass(head);
        const logScale = mechanism.logScale < 0 ? 0 : (parameters[mechanism.logScale] as number);
        for (let r = 0; r < rows; r++)
          own[r] = pass.noise(o, rows, r, logScale, values[j * rows + r] as number);
      }
      last = input;
      return noise;
    },

    backward(upstream): AbductionGradient {
      if (last === undefined) {
        throw new InputError(
          'autograd/no-abduction',
          'backwardAbduction: there was no abduction to go back through. Call abduct first.',
        );
      }
      const { rows, parameters, values } = last;
      checkUpstream('backwardAbduction', upstream.length, layout.noiseColumns * rows);
      const gates = gatesOf(last.gates, layout.edges);
      const result = {
        parameters: floats(dtype, layout.parameters),
        values: floats(dtype, plan.variables * rows),
        gates: gates === undefined ? undefined : floats(dtype, gates.values.length),
      };
      for (let j = 0; j < plan.variables; j++) {
        const mechanism = layout.mechanisms[j] as MechanismLayout;
        const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
        if (head.kind === 'categorical') continue;
        const trace = traces[j] as (typeof traces)[number];
        const o = trace.layers[mechanism.layers.length - 1] as Floats;
        const dO = floats(dtype, mechanism.outputs * rows);
        const pass = headPass(head);
        const logScale = mechanism.logScale < 0 ? 0 : (parameters[mechanism.logScale] as number);
        let dLogScale = 0;
        for (let r = 0; r < rows; r++) {
          const at = j * rows + r;
          const du = upstream[mechanism.noise * rows + r] as number;
          const [dx, ds] = pass.noiseBackward(o, rows, r, logScale, values[at] as number, du, dO);
          result.values[at] = (result.values[at] as number) + dx;
          dLogScale += ds;
        }
        if (mechanism.logScale >= 0) result.parameters[mechanism.logScale] = dLogScale;
        const dInputs = backwardLayers(plan, j, mechanism, parameters, trace, dO, result.parameters, dtype);
        scatterInputs(plan, layout, j, values, rows, gates, trace, dInputs, result.values, result.gates);
      }
      return result;
    },
  };
}
