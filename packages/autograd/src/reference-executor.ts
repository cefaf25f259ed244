import { InputError } from '@cfe/base';
import type { Executor } from './executor.ts';
import { type Dtype, floats } from './floats.ts';
import { abductionPass } from './internal/abduction-pass.ts';
import { ancestralByOrder } from './internal/ancestral-by-order.ts';
import { ancestralPass } from './internal/ancestral-pass.ts';
import { stepWith } from './internal/step-with.ts';
import { teacherPass } from './internal/teacher-pass.ts';
import type { Plan } from './plan.ts';

/**
 * The executor that every other one is held against: a plain interpreter of the plan on typed arrays.
 *
 * A mechanism is computed only for the rows that follow it, so what an intervention replaced takes no part in
 * values or gradients. Rows do not see each other: a row alone gives the same bits as in any batch.
 *
 * @param options.dtype - precision of the arithmetic's results; default `'float64'`
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, createReferenceExecutor } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }); // y = 2x + 1 + u, each with σ = 1
 * const executor = createReferenceExecutor(plan);
 * const parameters = Float64Array.of(0, 0, 2, 1, 0);
 * const action = { cut: Uint8Array.of(1, 0), value: Float64Array.of(5, 0) };
 * executor.forward({ rows: 1, parameters, noise: Float64Array.of(9, 0), action }).values; // → [5, 11]
 * const gradient = executor.backward(Float64Array.of(0, 1));
 * gradient.value; // → [2, 0]
 * gradient.noise; // → [0, 1]
 */
export function createReferenceExecutor(
  plan: Plan,
  { dtype = 'float64' }: { readonly dtype?: Dtype | undefined } = {},
): Executor {
  const ancestral = ancestralByOrder(plan, dtype, (ordered) => ancestralPass(ordered, dtype));
  const teacher = teacherPass(plan, dtype);
  const abduction = abductionPass(plan, dtype);
  let disposed = false;
  const alive = <T>(result: () => T): T => {
    if (disposed)
      throw new InputError('autograd/disposed', 'This executor was disposed of. Create a new one.');
    return result();
  };
  return {
    name: `reference/${dtype}`,
    dtype,
    plan,
    allocate: (length) => floats(dtype, length),
    forward: (input) => alive(() => ancestral.forward(input)),
    backward: (upstream) => alive(() => ancestral.backward(upstream)),
    logDensity: (input) => alive(() => teacher.logDensity(input)),
    likelihood: (input) => alive(() => teacher.likelihood(input)),
    step: (input) => alive(() => stepWith(teacher.likelihood, input)),
    abduct: (input) => alive(() => abduction.abduct(input)),
    backwardAbduction: (upstream) => alive(() => abduction.backward(upstream)),
    dispose() {
      disposed = true;
    },
  };
}
