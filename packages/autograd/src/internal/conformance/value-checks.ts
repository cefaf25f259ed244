import type { Executor, PlanGradient, TeacherInput } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import { createOptimizer, type OptimizerSpec } from '../../optimizer.ts';
import { planLayout } from '../../plan-layout.ts';
import { byMechanism, byNoise, byVariable, expectAgreement, relativeBound } from './agreement.ts';
import { inDtype, type RandomCase } from './random-case.ts';

/** A check of one executor against the reference on one case. */
export type CaseCheck = (own: Executor, reference: Executor, from: RandomCase) => void;

/** Values of the ancestral pass and every gradient of it. */
export const ancestral: CaseCheck = (own, reference, from) => {
  const { plan, rows, parameters, noise, openGates: gates, action, upstream } = from;
  const bound = relativeBound(plan, rows, own.dtype);
  const input = { rows, parameters, noise, gates, action };
  const blocks = byVariable(plan, rows);
  const values = own.forward(input).values;
  expectAgreement('values', values, reference.forward(input).values, bound, blocks);
  const a = own.backward(upstream);
  const e = reference.backward(upstream);
  expectAgreement('gradient of the parameters', a.parameters, e.parameters, bound, byMechanism(plan));
  expectAgreement('gradient of the noise', a.noise, e.noise, bound, byNoise(plan, rows));
  for (const part of ['value', 'shift', 'scale', 'noiseFactor'] as const satisfies (keyof PlanGradient)[])
    expectAgreement(`gradient of action.${part}`, a[part], e[part], bound, blocks);
  expectAgreement('gradient of the gates', a.gates, e.gates, bound);
};

/** Log density, loss and gradient of the teacher-forced pass. */
export const teacherForced: CaseCheck = (own, reference, from) => {
  const { plan, rows } = from;
  const input = teacherInput(from);
  const bound = relativeBound(plan, rows, own.dtype);
  const density = own.logDensity(input);
  expectAgreement('log density', density, reference.logDensity(input), bound, byVariable(plan, rows));
  const a = own.likelihood(input);
  const e = reference.likelihood(input);
  const each = bound * (1 + rows ** 0.5); // terms of both signs cancel in a sum
  expectAgreement('loss by variable', a.byVariable, e.byVariable, each);
  expectAgreement('loss', Float64Array.of(a.loss), Float64Array.of(e.loss), each);
  expectAgreement(
    'gradient of the parameters',
    a.gradient.parameters,
    e.gradient.parameters,
    bound,
    byMechanism(plan),
  );
  expectAgreement('gradient of the gates', a.gradient.gates, e.gradient.gates, bound);
};

/** Abduction, its gradient, and the way back. */
export const abduction: CaseCheck = (own, reference, from) => {
  const { plan, rows, parameters, values, gates, uniforms, upstreamNoise } = from;
  const bound = relativeBound(plan, rows, own.dtype);
  const input = { rows, parameters, values, gates, uniforms };
  const noise = own.abduct(input);
  expectAgreement('abducted noise', noise, reference.abduct(input), 4 * bound, byNoise(plan, rows));
  const a = own.backwardAbduction(upstreamNoise);
  const e = reference.backwardAbduction(upstreamNoise);
  expectAgreement(
    'abduction gradient of the parameters',
    a.parameters,
    e.parameters,
    bound,
    byMechanism(plan),
  );
  expectAgreement('abduction gradient of the values', a.values, e.values, bound, byVariable(plan, rows));
  expectAgreement('abduction gradient of the gates', a.gates, e.gates, bound);
  const { openGates } = from;
  const found = own.abduct({ rows, parameters, values, gates: openGates, uniforms });
  const back = own.forward({ rows, parameters, noise: found, gates: openGates }).values;
  expectAgreement('values from abducted noise', back, values, 100 * bound, byVariable(plan, rows));
};

const optimizers: readonly OptimizerSpec[] = [
  { kind: 'adam', learningRate: 0.01, weightDecay: 0.1 },
  { kind: 'adamw', learningRate: 0.01 },
  { kind: 'sgd', learningRate: 0.01, momentum: 0.9, momentumKind: 'nesterov' },
  { kind: 'sgd', learningRate: 0.01, momentum: 0.5, weightDecay: 0.01 },
  { kind: 'adam' },
  { kind: 'sgd' },
];

/** Three optimiser steps: what they report, and where they lead. */
export const steps: CaseCheck = (own, reference, from) => {
  const { plan, rows, upstream } = from;
  const parameters = planLayout(plan).parameters;
  const bound = relativeBound(plan, rows, own.dtype);
  const which = rows + plan.variables;
  const spec = optimizers[which % optimizers.length] as OptimizerSpec;
  const settings = {
    clipNorm: which % 2 === 0 ? 0.5 : undefined,
    learningRate: which % 3 === 0 ? 0.003 : undefined,
    addGradient: which % 2 === 1 ? spread(upstream, parameters) : undefined,
  };
  const run = (
    executor: Executor,
  ): { x: Floats; first: Floats; second: Floats; losses: number[]; norms: number[] } => {
    const x = inDtype(from.parameters, executor.dtype);
    const optimizer = createOptimizer(spec, parameters, { dtype: executor.dtype });
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step < 3; step++) {
      const result = executor.step({ ...teacherInput(from), ...settings, parameters: x, optimizer });
      losses.push(result.loss);
      norms.push(result.gradientNorm);
    }
    return { x, first: optimizer.first, second: optimizer.second, losses, norms };
  };
  const a = run(own);
  const e = run(reference);
  const each = 8 * bound * (1 + rows ** 0.5);
  expectAgreement('losses of three steps', Float64Array.from(a.losses), Float64Array.from(e.losses), each);
  expectAgreement(
    'gradient norms of three steps',
    Float64Array.from(a.norms),
    Float64Array.from(e.norms),
    each,
  );
  expectAgreement('first moments after three steps', a.first, e.first, each);
  expectAgreement('second moments after three steps', a.second, e.second, each);
  // Adam divides by the gradient's own size: where that is rounding error, so is the direction of the step.
  const reached = Float64Array.from(e.x);
  for (let i = 0; i < reached.length; i++)
    if (Math.abs(e.first[i] ?? 1) < 1e-5) reached[i] = a.x[i] as number;
  expectAgreement('parameters after three steps', a.x, reached, 100 * each);
};

/** The teacher-forced input of a case. */
export function teacherInput({
  rows,
  parameters,
  values,
  gates,
  omit,
  action,
  rowWeights,
}: RandomCase): TeacherInput {
  return { rows, parameters, values, gates, omit, action, rowWeights };
}

function spread(source: Floats, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.1 * (source[i % source.length] as number));
}
