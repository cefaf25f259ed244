import { CfeError, InputError, ShapeError } from '@cfe/base';
import type { Executor } from '../../executor.ts';
import type { Floats } from '../../floats.ts';
import { createOptimizer } from '../../optimizer.ts';
import type { Plan } from '../../plan.ts';
import { planLayout } from '../../plan-layout.ts';
import { ConformanceError, expectAgreement, expectSameBits, relativeBound } from './agreement.ts';
import { inDtype, type RandomCase } from './random-case.ts';
import { type CaseCheck, teacherInput } from './value-checks.ts';

/** Everything an executor answers on a case, copied. */
function answers(executor: Executor, from: RandomCase): Readonly<Record<string, Floats>> {
  const { rows, parameters, noise, gates, action, upstream, values, uniforms, upstreamNoise } = from;
  const all: Record<string, Floats> = {};
  all.forward = executor.forward({ rows, parameters, noise, gates: from.openGates, action }).values.slice();
  for (const [name, part] of Object.entries(executor.backward(upstream))) {
    if (part !== undefined) all[`backward ${name}`] = (part as Floats).slice();
  }
  all.logDensity = executor.logDensity(teacherInput(from)).slice();
  const { loss, byVariable, gradient } = executor.likelihood(teacherInput(from));
  all.likelihood = Float64Array.of(loss, ...byVariable);
  all['likelihood gradient'] = gradient.parameters.slice();
  if (gradient.gates !== undefined) all['likelihood gates'] = gradient.gates.slice();
  all.abduct = executor.abduct({ rows, parameters, values, gates, uniforms }).slice();
  all.backwardAbduction = executor.backwardAbduction(upstreamNoise).parameters.slice();
  const x = inDtype(parameters, executor.dtype);
  const optimizer = createOptimizer({ kind: 'adam' }, x.length, { dtype: executor.dtype });
  for (let step = 0; step < 2; step++) executor.step({ ...teacherInput(from), parameters: x, optimizer });
  all['two steps'] = x;
  return all;
}

/** The same question twice, with others in between, and to a second executor, has the same bits for an answer. */
export function deterministic(create: (plan: Plan) => Executor): CaseCheck {
  return (own, _reference, from) => {
    const once = answers(own, from);
    const again = answers(own, from);
    const second = create(from.plan);
    const elsewhere = answers(second, from);
    second.dispose();
    for (const [name, values] of Object.entries(once)) {
      expectSameBits(`${name}, asked twice`, again[name] ?? [], values);
      expectSameBits(`${name}, of a second executor`, elsewhere[name] ?? [], values);
    }
  };
}

/** Arguments are read, never written; except the parameters and memory that a step updates. */
export const argumentsUntouched: CaseCheck = (own, _reference, from) => {
  const before = structuredClone(from);
  answers(own, from);
  const compare = (name: string, a: unknown, b: unknown): void => {
    if (ArrayBuffer.isView(a))
      expectSameBits(`the argument ${name} was written to`, b as Floats, a as Floats);
    else if (typeof a === 'object' && a !== null)
      for (const [key, value] of Object.entries(a))
        compare(`${name}.${key}`, value, (b as typeof a)[key as never]);
  };
  compare('input', before, from);
};

/** Results last until the next call of the same method. */
export const resultsLast: CaseCheck = (own, _reference, from) => {
  const { rows, parameters, noise, gates, openGates, action, upstream, values, uniforms } = from;
  const forward = own.forward({ rows, parameters, noise, gates: openGates, action }).values;
  const gradient = own.backward(upstream).parameters;
  const likelihood = own.likelihood(teacherInput(from)).gradient.parameters;
  const density = own.logDensity(teacherInput(from));
  const abducted = own.abduct({ rows, parameters, values, gates, uniforms });
  const kept = { forward, gradient, likelihood, density, abducted };
  const copies = Object.entries(kept).map(([name, array]) => [name, array, array.slice()] as const);
  own.backwardAbduction(from.upstreamNoise);
  own.abduct({ rows, parameters, values, gates, uniforms });
  own.logDensity(teacherInput(from));
  own.likelihood(teacherInput(from));
  own.forward({ rows, parameters, noise, gates: openGates, action });
  own.backward(upstream);
  // Asked again, the same answer stands there, whether or not the memory is the same.
  for (const [name, array, copy] of copies) expectSameBits(`${name}, after other calls`, array, copy);
};

/** Both precisions go in, and so does the executor's own memory. */
export const anyMemory: CaseCheck = (own, reference, from) => {
  const { plan, rows } = from;
  const bound = relativeBound(plan, rows, own.dtype);
  const expected = reference.likelihood(teacherInput(from)).gradient.parameters;
  const inside = (values: Floats): Floats => {
    const copy = own.allocate(values.length);
    if (copy.some((value) => value !== 0)) throw new ConformanceError('allocate: the memory is not zeros.');
    copy.set(values);
    return copy;
  };
  for (const place of [inside, (v: Floats) => inDtype(v, 'float32'), (v: Floats) => inDtype(v, 'float64')]) {
    const input = { ...teacherInput(from), parameters: place(from.parameters), values: place(from.values) };
    expectAgreement(
      'gradient, from other memory',
      own.likelihood(input).gradient.parameters,
      expected,
      bound,
    );
  }
  const stepped = (place: (values: Floats) => Floats): Floats => {
    const parameters = place(from.parameters);
    const optimizer = createOptimizer({ kind: 'adam' }, parameters.length, {
      allocate: (n) => place(new Float64Array(n)),
    });
    own.step({ ...teacherInput(from), parameters, optimizer });
    return parameters;
  };
  const outside = stepped((v) => inDtype(v, own.dtype));
  expectSameBits('a step in its own memory against one in any other', stepped(inside), outside);
};

/** A row alone and the same row in a batch agree. */
export const rowsApart: CaseCheck = (own, _reference, from) => {
  const { plan, rows, parameters } = from;
  if (rows === 1 || (from.gates !== undefined && from.gates.length === rows * planLayout(plan).edges)) return;
  const bound = relativeBound(plan, rows, own.dtype);
  const { noise, openGates: gates, action } = from;
  const batch = own.forward({ rows, parameters, noise, gates, action }).values.slice();
  const row = rows - 1;
  const pick = <T extends Floats | Uint8Array>(array: T): T =>
    array.filter((_, at) => at % rows === row) as T;
  const part = (array: Floats | undefined): Floats | undefined =>
    array === undefined ? undefined : pick(array);
  const alone = own.forward({
    rows: 1,
    parameters,
    noise: pick(noise),
    gates,
    action: action && {
      cut: pick(action.cut),
      value: pick(action.value),
      shift: part(action.shift),
      scale: part(action.scale),
      noiseFactor: part(action.noiseFactor),
    },
  }).values;
  expectAgreement('the last row alone', alone, pick(batch), bound);
};

/** What a cut replaced has no part in values or gradients: exact zeros, whatever lies there. */
export const cutsAreExact: CaseCheck = (own, _reference, from) => {
  const { plan, rows, parameters, noise, openGates: gates, action, upstream } = from;
  if (action === undefined) return;
  const values = own.forward({ rows, parameters, noise, gates, action }).values;
  for (let at = 0; at < values.length; at++) {
    if (
      action.cut[at] === 1 &&
      values[at] !== Math.fround(action.value[at] as number) &&
      values[at] !== action.value[at]
    )
      throw new ConformanceError(`a cut variable is ${values[at]}, and was set to ${action.value[at]}.`);
  }
  const gradient = own.backward(upstream);
  const zero = (what: string, value: number | undefined): void => {
    if (value === 0 || value === undefined) return;
    throw new ConformanceError(`${what} is ${value}, and must be exactly 0.`);
  };
  for (const [j, { noise: first, noiseWidth }] of planLayout(plan).mechanisms.entries()) {
    for (let r = 0; r < rows; r++) {
      const at = j * rows + r;
      if (action.cut[at] !== 1) zero('the gradient of a value that was not set', gradient.value[at]);
      else {
        for (let c = first; c < first + noiseWidth; c++)
          zero('the gradient of noise under a cut', gradient.noise[c * rows + r]);
        for (const part of ['shift', 'scale', 'noiseFactor'] as const)
          zero(`the gradient of ${part} under a cut`, gradient[part]?.[at]);
      }
    }
  }
  // All rows cut everywhere: no parameter has any gradient.
  const everything = { cut: action.cut.map(() => 1), value: new Float64Array(values.length) };
  own.forward({ rows, parameters, noise, gates, action: everything });
  for (const value of own.backward(upstream).parameters)
    zero('the gradient of a parameter under cuts in all rows', value);
};

/** A step whose gradient is not finite changes nothing and says so. */
export const brokenStep: CaseCheck = (own, _reference, from) => {
  const n = from.parameters.length;
  const parameters = inDtype(from.parameters, own.dtype);
  const optimizer = createOptimizer({ kind: 'adam' }, n, { dtype: own.dtype });
  const addGradient = new Float64Array(n);
  addGradient[n - 1] = NaN;
  const result = own.step({ ...teacherInput(from), parameters, optimizer, addGradient });
  if (Number.isFinite(result.gradientNorm))
    throw new ConformanceError('the norm of a gradient with NaN is finite.');
  expectSameBits(
    'parameters after a step that could not be taken',
    parameters,
    inDtype(from.parameters, own.dtype),
  );
  if (optimizer.steps !== 0 || optimizer.first.some((value) => value !== 0))
    throw new ConformanceError('a step that could not be taken changed the optimiser.');
};

/** Wrong lengths and missing parts are refused, with our own errors, before anything runs. */
export const refusals: CaseCheck = (own, _reference, from) => {
  const { plan, rows, parameters, noise, gates, openGates, action, values, uniforms } = from;
  const short = parameters.subarray(1);
  refused('too few parameters', ShapeError, () =>
    own.likelihood({ ...teacherInput(from), parameters: short }),
  );
  refused('too few values', ShapeError, () =>
    own.abduct({ rows, parameters, values: values.subarray(1), gates, uniforms }),
  );
  const otherGates = plan.gated ? undefined : new Float64Array(planLayout(plan).edges);
  refused('gates that do not fit the plan', InputError, () =>
    own.likelihood({ ...teacherInput(from), gates: otherGates }),
  );
  refused('a fraction of a row', InputError, () => own.likelihood({ ...teacherInput(from), rows: 1.5 }));
  if (plan.levels.length === 0) {
    const everyEdge = new Float64Array(planLayout(plan).edges).fill(1);
    refused('a forward pass round a cycle', InputError, () =>
      own.forward({ rows, parameters, noise, gates: everyEdge, action }),
    );
  }
  refused('too little noise', ShapeError, () =>
    own.forward({ rows, parameters, noise: noise.subarray(1), gates: openGates, action }),
  );
  own.forward({ rows, parameters, noise, gates: openGates, action });
  refused('an upstream of another length', ShapeError, () =>
    own.backward(new Float64Array(1 + plan.variables * rows)),
  );
};

/** After `dispose` every call is refused, and disposing again is harmless. */
export function disposal(create: (plan: Plan) => Executor): CaseCheck {
  return (_own, _reference, from) => {
    const executor = create(from.plan);
    executor.likelihood(teacherInput(from));
    executor.dispose();
    executor.dispose();
    refused('a call after dispose', CfeError, () => executor.likelihood(teacherInput(from)));
  };
}

/** Memory comes back: many executors, one after another, leave no more behind than one. */
export function memoryReturned(create: (plan: Plan) => Executor, bytesInUse: () => number): CaseCheck {
  return (_own, _reference, from) => {
    const round = (): void => {
      const executor = create(from.plan);
      executor.allocate(1000);
      answers(executor, from);
      executor.dispose();
    };
    round();
    const before = bytesInUse();
    for (let i = 0; i < 5; i++) round();
    const left = bytesInUse() - before;
    if (left > 0)
      throw new ConformanceError(`5 executors that were disposed of left ${left} bytes behind.`, { left });
  };
}

function refused(what: string, type: abstract new (...args: never[]) => CfeError, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (error instanceof type && !(error instanceof ConformanceError)) return;
    throw new ConformanceError(`${what} was refused with ${String(error)}, not with ${type.name}.`);
  }
  throw new ConformanceError(`${what} was not refused.`);
}
