import type { Executor, TeacherInput } from '../executor.ts';
import { type Dtype, type Floats, floats } from '../floats.ts';
import type { Plan } from '../plan.ts';
import { type MechanismLayout, planLayout } from '../plan-layout.ts';
import { gatesOf } from './ancestral-pass.ts';
import { levelNll, levelNllBackward } from './categorical-pass.ts';
import { checkTeacher } from './check-input.ts';
import { type HeadPass, headPass } from './head-pass.ts';
import {
  backwardLayers,
  emptyTrace,
  forwardLayers,
  gatherInputs,
  markLive,
  scatterInputs,
} from './mechanism-pass.ts';

/** Likelihoods of complete rows: every mechanism reads what its parents really were. */
export function teacherPass(plan: Plan, dtype: Dtype): Pick<Executor, 'logDensity' | 'likelihood'> {
  const layout = planLayout(plan);
  const trace = emptyTrace(dtype);
  const passes = plan.mechanisms.map(({ head }) =>
    head.kind === 'categorical' ? undefined : headPass(head),
  );

  /** The outputs of mechanism j over the rows whose term counts; `trace` holds the rest. */
  function outputsOf(j: number, input: TeacherInput): Floats {
    const { rows, values, parameters, omit, action } = input;
    markLive(trace, rows, j, [omit, action?.cut]);
    gatherInputs(plan, layout, j, values, rows, gatesOf(input.gates, layout.edges), trace, dtype);
    return forwardLayers(plan, j, layout.mechanisms[j] as MechanismLayout, parameters, trace, dtype);
  }

  /** What the mechanism itself made, before the action's shift and scale. */
  function ownValue(j: number, input: TeacherInput, row: number): number {
    const at = j * input.rows + row;
    const { action } = input;
    return ((input.values[at] as number) - (action?.shift?.[at] ?? 0)) / (action?.scale?.[at] ?? 1);
  }

  /** Each kept term: its live row k, row r and negative log density. */
  function eachTerm(
    j: number,
    input: TeacherInput,
    o: Floats,
    visit: (k: number, row: number, nll: number) => void,
  ): void {
    const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
    const { logScale } = layout.mechanisms[j] as MechanismLayout;
    const sigma = logScale < 0 ? 0 : (input.parameters[logScale] as number);
    const pass = passes[j];
    const { live, n } = trace;
    for (let k = 0; k < n; k++) {
      const r = live[k] as number;
      if (pass === undefined) {
        visit(k, r, levelNll(o, n, k, levelsOf(head), input.values[j * input.rows + r] as number));
        continue;
      }
      const at = j * input.rows + r;
      const scale = Math.abs(input.action?.scale?.[at] ?? 1);
      const factor = input.action?.noiseFactor?.[at] ?? 1;
      visit(k, r, pass.nll(o, n, k, sigma, ownValue(j, input, r), factor) + Math.log(scale));
    }
  }

  return {
    logDensity(input) {
      checkTeacher('logDensity', plan, input);
      const result = floats(dtype, plan.variables * input.rows);
      for (let j = 0; j < plan.variables; j++) {
        const o = outputsOf(j, input);
        eachTerm(j, input, o, (_k, row, nll) => {
          result[j * input.rows + row] = -nll;
        });
      }
      return result;
    },

    likelihood(input) {
      checkTeacher('likelihood', plan, input);
      const { rows, parameters, values, rowWeights, action } = input;
      const gates = gatesOf(input.gates, layout.edges);
      const gradient = {
        parameters: floats(dtype, layout.parameters),
        gates: gates === undefined ? undefined : floats(dtype, gates.values.length),
      };
      const byVariable = floats(dtype, plan.variables);
      let loss = 0;
      for (let j = 0; j < plan.variables; j++) {
        const mechanism = layout.mechanisms[j] as MechanismLayout;
        const { head } = plan.mechanisms[j] as Plan['mechanisms'][number];
        const o = outputsOf(j, input);
        const { n } = trace;
        const dO = floats(dtype, mechanism.outputs * n);
        const sigma = mechanism.logScale < 0 ? 0 : (parameters[mechanism.logScale] as number);
        let sum = 0;
        let dLogScale = 0;
        eachTerm(j, input, o, (k, row, nll) => {
          const weight = (rowWeights?.[row] ?? 1) / rows;
          sum += weight * nll;
          if (head.kind === 'categorical') {
            levelNllBackward(o, n, k, head.levels, values[j * rows + row] as number, weight, dO);
            return;
          }
          const factor = action?.noiseFactor?.[j * rows + row] ?? 1;
          dLogScale += (passes[j] as HeadPass).nllBackward(
            o,
            n,
            k,
            sigma,
            ownValue(j, input, row),
            factor,
            weight,
            dO,
          );
        });
        if (mechanism.logScale >= 0) gradient.parameters[mechanism.logScale] = dLogScale;
        const dInputs = backwardLayers(plan, j, mechanism, parameters, trace, dO, gradient.parameters, dtype);
        if (gates !== undefined) {
          scatterInputs(plan, layout, j, values, rows, gates, trace, dInputs, undefined, gradient.gates);
        }
        byVariable[j] = sum;
        loss += sum;
      }
      return { loss, byVariable, gradient };
    },
  };
}

function levelsOf(head: Plan['mechanisms'][number]['head']): number {
  return head.kind === 'categorical' ? head.levels : 0;
}
