import { InputError } from '@cfe/base';
import type {
  AbductInput,
  AbductionGradient,
  Executor,
  LikelihoodResult,
  StepInput,
  StepResult,
  TeacherInput,
} from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import type { Plan } from '../../plan.ts';
import { ancestralByOrder } from '../ancestral-by-order.ts';
import { gatesOf } from '../ancestral-pass.ts';
import { checkAbduct, checkTeacher, checkUpstream } from '../check-input.ts';
import { AbductionChunks } from './abduction-chunks.ts';
import { fusedAncestral } from './fused-ancestral.ts';
import type { CreateKernels } from './kernels.ts';
import { MechanismRunner } from './mechanism-runner.ts';
import { OptimizerChunk } from './optimizer-chunk.ts';
import { compilePlan } from './program.ts';
import { ResultArrays } from './result-arrays.ts';
import { TeacherChunks } from './teacher-chunks.ts';

/**
 * An executor whose hot loops are the kernels given, in float32. Everything around them is the same for all: memory
 * is laid out once, rows run in blocks and chunks that stay in the caches, and nothing is allocated per step.
 *
 * @param name - shown to people: which kernels these are
 * @param createKernels - called once, with the number of floats that the plan needs
 */
export function createFusedExecutor(plan: Plan, name: string, createKernels: CreateKernels): Executor {
  const program = compilePlan(plan);
  const kernels = createKernels(program.length);
  const { heap } = kernels;
  const runner = new MechanismRunner(program, kernels);
  const teacher = new TeacherChunks(plan, program, runner, kernels);
  const ancestral = ancestralByOrder(plan, 'float32', (ordered) =>
    fusedAncestral(ordered, program, runner, kernels, parametersIn),
  );
  const abduction = new AbductionChunks(plan, program, runner, kernels);
  const optimizer = new OptimizerChunk(program, kernels);
  const results = new ResultArrays();
  const gradientAt = (at: number): Float32Array => heap.subarray(at, at + program.parameters);
  const gradients = {
    likelihood: gradientAt(program.atGradient.likelihood),
    step: gradientAt(program.atGradient.step),
    abduction: gradientAt(program.atGradient.abduction),
  };
  const d = plan.variables;
  const sums = new Float64Array(d);
  const losses = { likelihood: new Float64Array(d), step: new Float64Array(d) };
  let free = program.atFree;
  let disposed = false;
  let lastAbduct: AbductInput | undefined;

  const alive = (): void => {
    if (disposed)
      throw new InputError('autograd/disposed', 'This executor was disposed of. Create a new one.');
  };

  /** Where parameters are in memory: their own place, or a copy. */
  function parametersIn(parameters: Floats): number {
    const place = placeOf(parameters);
    if (place >= 0) return place;
    for (let i = 0; i < parameters.length; i++) heap[program.atParameters + i] = parameters[i] as number;
    return program.atParameters;
  }

  function placeOf(array: Floats): number {
    return array.buffer === heap.buffer && array instanceof Float32Array ? array.byteOffset >> 2 : -1;
  }

  function teacherPass(
    input: TeacherInput,
    method: 'likelihood' | 'step',
    parameters: number,
  ): LikelihoodResult {
    const gates = gatesOf(input.gates, program.edges);
    const gradient = gradients[method];
    gradient.fill(0);
    const dGates = gates === undefined ? undefined : results.zeros(`${method} gates`, gates.values.length);
    sums.fill(0);
    const sink = {
      gradient: program.atGradient[method],
      gates: dGates,
      byVariable: sums,
      density: undefined,
    };
    teacher.run(input, parameters, gates, sink, 0, d);
    let loss = 0;
    for (let j = 0; j < d; j++) loss += sums[j] as number;
    const byVariable = losses[method];
    byVariable.set(sums);
    return { loss, byVariable, gradient: { parameters: gradient, gates: dGates } };
  }

  return {
    name,
    dtype: 'float32',
    plan,

    allocate(length) {
      alive();
      const start = free;
      const next = start + Math.ceil((length + 4) / 16) * 16;
      if (next > program.length) return new Float32Array(length); // works as well, and is copied at each call
      free = next;
      return heap.subarray(start, start + length);
    },

    forward(input) {
      alive();
      return ancestral.forward(input);
    },

    backward(upstream) {
      alive();
      return ancestral.backward(upstream);
    },

    logDensity(input) {
      alive();
      checkTeacher('logDensity', plan, input);
      const density = results.zeros('density', d * input.rows);
      const sink = { gradient: -1, gates: undefined, byVariable: undefined, density };
      teacher.run(input, parametersIn(input.parameters), gatesOf(input.gates, program.edges), sink, 0, d);
      return density;
    },

    likelihood(input) {
      alive();
      checkTeacher('likelihood', plan, input);
      return teacherPass(input, 'likelihood', parametersIn(input.parameters));
    },

    step(input: StepInput): StepResult {
      alive();
      checkTeacher('step', plan, input);
      const place = placeOf(input.parameters);
      const parameters = parametersIn(input.parameters);
      const { loss, byVariable, gradient } = teacherPass(input, 'step', parameters);
      const gradientNorm = optimizer.step(input, parameters, placeOf);
      if (place < 0 && Number.isFinite(gradientNorm)) {
        for (let i = 0; i < program.parameters; i++) input.parameters[i] = heap[parameters + i] as number;
      }
      return { loss, byVariable, gradientNorm, gates: gradient.gates };
    },

    abduct(input) {
      alive();
      checkAbduct(plan, input);
      lastAbduct = undefined;
      const noise = results.zeros('abducted', planNoise(plan, input));
      abduction.abduct(input, parametersIn(input.parameters), gatesOf(input.gates, program.edges), noise);
      lastAbduct = input;
      return noise;
    },

    backwardAbduction(upstream): AbductionGradient {
      alive();
      if (lastAbduct === undefined) {
        throw new InputError(
          'autograd/no-abduction',
          'backwardAbduction: there was no abduction to go back through. Call abduct first.',
        );
      }
      const input = lastAbduct;
      checkUpstream('backwardAbduction', upstream.length, planNoise(plan, input));
      const gates = gatesOf(input.gates, program.edges);
      gradients.abduction.fill(0);
      const sink = {
        gradient: program.atGradient.abduction,
        values: results.zeros('abduction values', d * input.rows),
        gates: gates === undefined ? undefined : results.zeros('abduction gates', gates.values.length),
      };
      abduction.backward(input, parametersIn(input.parameters), gates, upstream, sink);
      return { parameters: gradients.abduction, values: sink.values, gates: sink.gates };
    },

    dispose() {
      if (disposed) return;
      disposed = true;
      ancestral.dispose?.();
      lastAbduct = undefined;
      results.clear();
      kernels.dispose();
    },
  };
}

function planNoise(plan: Plan, { rows }: AbductInput): number {
  let columns = 0;
  for (const { head } of plan.mechanisms) columns += head.kind === 'categorical' ? head.levels : 1;
  return columns * rows;
}
