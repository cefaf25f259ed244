import type { Executor } from './executor.ts';
import type { Floats } from './floats.ts';
import { complex } from './internal/oracle/complex.ts';
import { complexDensity, complexForward } from './internal/oracle/complex-plan.ts';
import { complexStep } from './internal/oracle/complex-step.ts';
import {
  type AncestralScenario,
  type NestedScenario,
  scenarios,
  type TeacherScenario,
} from './internal/scenarios.ts';
import type { Plan } from './plan.ts';
import { createReferenceExecutor } from './reference-executor.ts';

/** How an executor did in one situation. */
export interface ScenarioResult {
  /** graph and intervention in words */
  readonly name: string;
  /**
   * largest |entry| among the gradients that must be exactly 0: noise, parameters, parents and gates of what was
   * replaced, in the rows where it was
   */
  readonly leak: number;
  /** largest |executor − truth| / max(1, |truth|) over values and all gradients */
  readonly maxRelativeError: number;
  /** no leak at all, and an error within rounding: 1e-12 in float64, 1e-4 in float32 */
  readonly passed: boolean;
}

/**
 * Holds an executor against complex-step differentiation of a separate interpreter, in the situations where blocking
 * goes wrong: single, several, overlapping, whole-layer, all-variable and per-row-different interventions, on chain,
 * fork, collider, diamond and layered graphs, with gates per row and soft ones under a teacher, and with a network
 * that sets another one's values (`cfe check`).
 *
 * @param createExecutor - what is checked; default the float64 reference
 * @example
 * import { checkScenarios } from '@cfe/autograd';
 * const results = checkScenarios();
 * results.every(({ passed }) => passed); // → true
 * Math.max(...results.map(({ leak }) => leak)); // → 0
 */
export function checkScenarios(
  createExecutor: (plan: Plan) => Executor = createReferenceExecutor,
): ScenarioResult[] {
  return scenarios().map((scenario) => {
    const found = new Comparison();
    const executor = createExecutor(scenario.plan);
    try {
      if (scenario.kind === 'ancestral') compareAncestral(executor, scenario, found);
      else if (scenario.kind === 'teacher') compareTeacher(executor, scenario, found);
      else compareNested(executor, createExecutor, scenario, found);
      return found.result(scenario.name, executor.dtype === 'float64' ? 1e-12 : 1e-4);
    } finally {
      executor.dispose();
    }
  });
}

/** Gathers the worst disagreement, and the worst entry that should have been exactly 0. */
class Comparison {
  #leak = 0;
  #error = 0;

  values(have: ArrayLike<number>, truth: ArrayLike<number>): void {
    for (let i = 0; i < truth.length; i++) {
      const want = truth[i] as number;
      const error = Math.abs((have[i] as number) - want) / Math.max(1, Math.abs(want));
      this.#error = Math.max(this.#error, Number.isNaN(error) ? Infinity : error);
    }
  }

  /** A complex-step derivative is 0 exactly where nothing depends on the input: those entries measure the leak. */
  gradient(have: ArrayLike<number> | undefined, truth: ArrayLike<number>): void {
    if (have === undefined || have.length !== truth.length) {
      this.#error = Infinity;
      return;
    }
    this.values(have, truth);
    for (let i = 0; i < truth.length; i++) {
      if (truth[i] !== 0) continue;
      const size = Math.abs(have[i] as number);
      this.#leak = Math.max(this.#leak, Number.isNaN(size) ? Infinity : size);
    }
  }

  result(name: string, tolerance: number): ScenarioResult {
    const passed = this.#leak === 0 && this.#error <= tolerance;
    return { name, leak: this.#leak, maxRelativeError: this.#error, passed };
  }
}

const lift = (numbers: ArrayLike<number>): ReturnType<typeof complex>[] =>
  Array.from(numbers, (value) => complex(value));

function compareAncestral(executor: Executor, scenario: AncestralScenario, found: Comparison): void {
  const { plan, rows, parameters, noise, gates, action, upstream } = scenario;
  const fixed = {
    rows,
    parameters: lift(parameters),
    noise: lift(noise),
    gates: gates === undefined ? undefined : lift(gates),
    action: { cut: action.cut, value: lift(action.value) },
  };
  const objective = (change: Partial<typeof fixed>): ReturnType<typeof complex> =>
    weighted(complexForward(plan, { ...fixed, ...change }), upstream);

  found.values(
    executor.forward({ rows, parameters, noise, gates, action }).values,
    complexForward(plan, fixed).map(({ re }) => re),
  );
  const gradient = executor.backward(upstream);
  found.gradient(
    gradient.parameters,
    complexStep((x) => objective({ parameters: [...x] }), parameters),
  );
  found.gradient(
    gradient.noise,
    complexStep((x) => objective({ noise: [...x] }), noise),
  );
  found.gradient(
    gradient.value,
    complexStep((x) => objective({ action: { cut: action.cut, value: [...x] } }), action.value),
  );
  if (gates !== undefined)
    found.gradient(
      gradient.gates,
      complexStep((x) => objective({ gates: [...x] }), gates),
    );
}

function compareTeacher(executor: Executor, scenario: TeacherScenario, found: Comparison): void {
  const { plan, rows, parameters, values, gates, action } = scenario;
  const fixed = {
    rows,
    parameters: lift(parameters),
    values: lift(values),
    gates: lift(gates),
    action: { cut: action.cut, value: lift(action.value) },
  };
  const mean = Float64Array.from({ length: plan.variables * rows }, () => -1 / rows);
  const objective = (change: Partial<typeof fixed>): ReturnType<typeof complex> =>
    weighted(complexDensity(plan, { ...fixed, ...change }), mean);
  const { loss, gradient } = executor.likelihood({ rows, parameters, values, gates, action });
  found.values([loss], [objective({}).re]);
  found.gradient(
    gradient.parameters,
    complexStep((x) => objective({ parameters: [...x] }), parameters),
  );
  found.gradient(
    gradient.gates,
    complexStep((x) => objective({ gates: [...x] }), gates),
  );
}

/** The outer network's last variable sets the inner one's target in every row; one chain of gradients through both. */
function compareNested(
  outer: Executor,
  createExecutor: (plan: Plan) => Executor,
  { plan, inner, rows, parameters, noise, action, source, target }: NestedScenario,
  found: Comparison,
): void {
  const cut = new Uint8Array(inner.plan.variables * rows).fill(1, target * rows, (target + 1) * rows);
  const from = source * rows;
  const outerFixed = { rows, action: { cut: action.cut, value: lift(action.value) } };
  const innerFixed = { rows, parameters: lift(inner.parameters), noise: lift(inner.noise) };
  const objective = (p: ReturnType<typeof lift>, u: ReturnType<typeof lift>): ReturnType<typeof complex> => {
    const set = complexForward(plan, { ...outerFixed, parameters: p, noise: u }).slice(from, from + rows);
    const value = lift(new Float64Array(cut.length));
    value.splice(target * rows, rows, ...set);
    return weighted(complexForward(inner.plan, { ...innerFixed, action: { cut, value } }), inner.upstream);
  };
  const executor = createExecutor(inner.plan);
  try {
    const set = outer.forward({ rows, parameters, noise, action }).values.slice(from, from + rows);
    const value = new Float64Array(cut.length);
    value.set(set, target * rows);
    executor.forward({ rows, parameters: inner.parameters, noise: inner.noise, action: { cut, value } });
    const back: Floats = executor.backward(inner.upstream).value;
    const upstream = new Float64Array(plan.variables * rows);
    upstream.set(back.subarray(target * rows, (target + 1) * rows), from);
    const gradient = outer.backward(upstream);
    found.gradient(
      gradient.parameters,
      complexStep((x) => objective([...x], lift(noise)), parameters),
    );
    found.gradient(
      gradient.noise,
      complexStep((x) => objective(lift(parameters), [...x]), noise),
    );
  } finally {
    executor.dispose();
  }
}

function weighted(terms: ReturnType<typeof lift>, weights: ArrayLike<number>): ReturnType<typeof complex> {
  let re = 0;
  let im = 0;
  for (const [i, term] of terms.entries()) {
    re += (weights[i] as number) * term.re;
    im += (weights[i] as number) * term.im;
  }
  return complex(re, im);
}
