import type { Executor, ForwardInput, PlanGradient } from '../executor.ts';
import { type Dtype, type Floats, floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import { type MechanismLayout, planLayout } from '../plan-layout.ts';
import { noForward } from './ancestral-by-order.ts';
import { chooseLevel } from './categorical-pass.ts';
import { checkForward, checkUpstream } from './check-input.ts';
import { headPass } from './head-pass.ts';
import {
  backwardLayers,
  emptyTrace,
  forwardLayers,
  type Gates,
  gatherInputs,
  markLive,
  scatterInputs,
} from './mechanism-pass.ts';

/** Forward from the noise, level by level, and the reverse sweep. */
export function ancestralPass(plan: Plan, dtype: Dtype): Pick<Executor, 'forward' | 'backward'> {
  const layout = planLayout(plan);
  const order = plan.levels.flatMap((level) => [...level]);
  const traces = plan.mechanisms.map(() => emptyTrace(dtype));
  let last:
    | { readonly input: ForwardInput; readonly values: Floats; readonly gates: Gates | undefined }
    | undefined;

  return {
    forward(input) {
      checkForward(plan, input);
      last = undefined;
      const { rows, parameters, noise, action } = input;
      const gates = gatesOf(input.gates, layout.edges);
      const values = floats(dtype, plan.variables * rows);
      for (const j of order) {
        const mechanism = layout.mechanisms[j] as MechanismLayout;
        const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
        const trace = traces[j] as (typeof traces)[number];
        const base = j * rows;
        markLive(trace, rows, j, [action?.cut]);
        gatherInputs(plan, layout, j, values, rows, gates, trace, dtype);
        const o = forwardLayers(plan, j, mechanism, parameters, trace, dtype);
        const { live, n } = trace;
        if (n < rows && action !== undefined) {
          for (let at = base; at < base + rows; at++)
            if (action.cut[at] === 1) values[at] = action.value[at] as number;
        }
        const u = noise.subarray(mechanism.noise * rows);
        if (head.kind === 'categorical') {
          for (let k = 0; k < n; k++) {
            const r = live[k] as number;
            values[base + r] = chooseLevel(o, n, k, head.levels, u, rows, r);
          }
          continue;
        }
        const pass = headPass(head);
        const logScale = mechanism.logScale < 0 ? 0 : (parameters[mechanism.logScale] as number);
        for (let k = 0; k < n; k++) {
          const r = live[k] as number;
          const at = base + r;
          const x = pass.value(o, n, k, logScale, (u[r] as number) * (action?.noiseFactor?.[at] ?? 1));
          values[at] = x * (action?.scale?.[at] ?? 1) + (action?.shift?.[at] ?? 0);
        }
      }
      last = { input, values, gates };
      return { values };
    },

    backward(upstream): PlanGradient {
      if (last === undefined) throw noForward();
      const { input, values, gates } = last;
      const { rows, parameters, noise, action } = input;
      checkUpstream('backward', upstream.length, plan.variables * rows);
      const size = plan.variables * rows;
      const like = (part: Floats | undefined): Floats | undefined =>
        part === undefined ? undefined : floats(dtype, part.length);
      const result = {
        parameters: floats(dtype, layout.parameters),
        noise: floats(dtype, layout.noiseColumns * rows),
        value: floats(dtype, size),
        shift: like(action?.shift),
        scale: like(action?.scale),
        noiseFactor: like(action?.noiseFactor),
        gates: like(gates?.values),
      };
      const lambda = floats(dtype, size);
      lambda.set(upstream);
      for (const j of order.toReversed()) {
        const mechanism = layout.mechanisms[j] as MechanismLayout;
        const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
        const trace = traces[j] as (typeof traces)[number];
        const base = j * rows;
        if (head.kind === 'categorical') continue;
        const { live, n } = trace;
        if (n < rows && action !== undefined) {
          for (let at = base; at < base + rows; at++)
            if (action.cut[at] === 1) result.value[at] = lambda[at] as number;
        }
        const o = trace.layers[mechanism.layers.length - 1] as Floats;
        const dO = floats(dtype, mechanism.outputs * n);
        const pass = headPass(head);
        const logScale = mechanism.logScale < 0 ? 0 : (parameters[mechanism.logScale] as number);
        let dLogScale = 0;
        for (let k = 0; k < n; k++) {
          const r = live[k] as number;
          const at = base + r;
          const factor = action?.noiseFactor?.[at] ?? 1;
          const scale = action?.scale?.[at] ?? 1;
          const noiseAt = mechanism.noise * rows + r;
          const u = noise[noiseAt] as number;
          const dx = lambda[at] as number;
          if (result.shift !== undefined) result.shift[at] = dx;
          if (result.scale !== undefined) result.scale[at] = dx * pass.value(o, n, k, logScale, u * factor);
          const [du, ds] = pass.valueBackward(o, n, k, logScale, u * factor, dx * scale, dO);
          result.noise[noiseAt] = du * factor;
          if (result.noiseFactor !== undefined) result.noiseFactor[at] = du * u;
          dLogScale += ds;
        }
        if (mechanism.logScale >= 0) result.parameters[mechanism.logScale] = dLogScale;
        const dInputs = backwardLayers(plan, j, mechanism, parameters, trace, dO, result.parameters, dtype);
        scatterInputs(plan, layout, j, values, rows, gates, trace, dInputs, lambda, result.gates);
      }
      return result;
    },
  };
}

/** Gates with the way they were given: `[edges]`, or `[edges * rows]`. */
export function gatesOf(values: Floats | undefined, edges: number): Gates | undefined {
  return values === undefined ? undefined : { values, perRow: values.length !== edges };
}
