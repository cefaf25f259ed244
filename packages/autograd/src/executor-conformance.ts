import { CfeError } from '@cfe/base';
import type { Executor } from './executor.ts';
import { ConformanceError } from './internal/conformance/agreement.ts';
import * as behaviour from './internal/conformance/behaviour-checks.ts';
import { randomCase } from './internal/conformance/random-case.ts';
import {
  abduction,
  ancestral,
  type CaseCheck,
  steps,
  teacherForced,
} from './internal/conformance/value-checks.ts';
import type { Plan } from './plan.ts';
import { createReferenceExecutor } from './reference-executor.ts';

/** One property that every executor has; `run` throws where one does not. */
export interface ConformanceCheck {
  readonly name: string;
  /** why this executor is known not to have it: show the check as skipped, with this reason */
  readonly knownGap: string | undefined;
  /** @throws {@link CfeError} `autograd/conformance`, naming plan, array, entry and bound */
  run(): void;
}

/** How to test an executor. */
export interface ConformanceOptions {
  /** number of random plans; default 36, which goes round all heads, activations, gates and parts of an action */
  readonly cases?: number | undefined;
  /** default 0 */
  readonly seed?: number | undefined;
  /** name of a check → why it does not hold */
  readonly knownGaps?: Readonly<Record<string, string>> | undefined;
  /** bytes that live executors hold, for the check that they come back; without it that check is not made */
  readonly bytesInUse?: (() => number) | undefined;
}

/**
 * The conformance suite of executors: random plans with all heads, activations, skips, gates and kinds of
 * intervention, held against the float64 reference within a bound from precision and depth; determinism, exact
 * blocking under cuts, refusals, untouched arguments, disposal.
 *
 * @param create - the executor under test, for a plan; `undefined` where it leaves the plan to others
 * @returns checks for any test framework
 * @example
 * import { createReferenceExecutor } from '@cfe/autograd';
 * import { executorConformance } from '@cfe/autograd/conformance';
 * const checks = executorConformance((plan) => createReferenceExecutor(plan, { dtype: 'float32' }), { cases: 6 });
 * for (const check of checks) check.run(); // throws if the executor breaks its contract
 * checks.length; // → 13
 */
export function executorConformance(
  create: (plan: Plan) => Executor | undefined,
  { cases = 36, seed = 0, knownGaps = {}, bytesInUse }: ConformanceOptions = {},
): readonly ConformanceCheck[] {
  const made = (plan: Plan): Executor => create(plan) ?? createReferenceExecutor(plan, { dtype: 'float32' });
  const checks: Readonly<Record<string, CaseCheck>> = {
    'ancestral values and gradients agree with the reference': ancestral,
    'log density, likelihood and its gradient agree with the reference': teacherForced,
    'abduction and its gradient agree with the reference, and lead back': abduction,
    'optimiser steps agree with the reference': steps,
    'the same question has the same bits for an answer': behaviour.deterministic(made),
    'arguments are not written to': behaviour.argumentsUntouched,
    'results last until the same method is called again': behaviour.resultsLast,
    'any precision and any memory goes in': behaviour.anyMemory,
    'rows do not see each other': behaviour.rowsApart,
    'a cut is exact': behaviour.cutsAreExact,
    'a step whose gradient is not finite changes nothing': behaviour.brokenStep,
    'what does not fit is refused': behaviour.refusals,
    'a disposed executor refuses': behaviour.disposal(made),
    ...(bytesInUse === undefined
      ? {}
      : { 'memory comes back after dispose': behaviour.memoryReturned(made, bytesInUse) }),
  };
  for (const name of Object.keys(knownGaps)) {
    if (checks[name] === undefined)
      throw new ConformanceError(`no check is called '${name}': a known gap of nothing.`);
  }
  return Object.entries(checks).map(([name, check]) => ({
    name,
    knownGap: knownGaps[name],
    run: () => {
      for (let index = 0; index < cases; index++) runCase(create, check, index, seed);
    },
  }));
}

function runCase(
  create: (plan: Plan) => Executor | undefined,
  check: CaseCheck,
  index: number,
  seed: number,
): void {
  const from = randomCase(index, seed);
  const own = create(from.plan);
  if (own === undefined) return;
  const reference = createReferenceExecutor(from.plan);
  try {
    check(own, reference, from);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const details = error instanceof CfeError ? error.details : {};
    throw new CfeError(
      'autograd/conformance',
      `${own.name}, ${from.name}: ${message}`,
      { ...details, case: index },
      { cause: error },
    );
  } finally {
    own.dispose();
    reference.dispose();
  }
}
