import {
  createOptimizer,
  createPlan,
  initialParameters,
  type Plan,
  planLayout,
  type StepInput,
} from '@cfe/autograd';
import { createRng } from '@cfe/base';

/** All earlier variables for parents, one hidden tanh layer for each. */
export function widePlan(d: number, hidden: number): Plan {
  const offsets = Int32Array.from({ length: d + 1 }, (_, j) => (j * (j - 1)) / 2);
  const items = Int32Array.from(
    Array.from({ length: d }, (_, j) => Array.from({ length: j }, (__, i) => i)).flat(),
  );
  const nodes = Array.from({ length: d }, (_, j) => `v${j}`);
  return createPlan({ graph: { nodes, parents: { offsets, items } }, mechanism: { hidden: [hidden] } });
}

/** A train step's input (likelihood, gradient, Adam): with 0.3 interventions a row left out, a mask of zeros, or no mask. */
export function stepInput(plan: Plan, rows: number, mask: 'interventions' | 'zeros' | 'none'): StepInput {
  const rng = createRng(1);
  const size = plan.variables * rows;
  const parameters = Float32Array.from(initialParameters(plan, { seed: 1 }));
  const values = Float32Array.from({ length: size }, () => rng.normal());
  const share = mask === 'interventions' ? 0.3 / plan.variables : 0;
  const omit =
    mask === 'none' ? undefined : Uint8Array.from({ length: size }, () => (rng.uniform() < share ? 1 : 0));
  const optimizer = createOptimizer({ kind: 'adam' }, planLayout(plan).parameters, { dtype: 'float32' });
  return { rows, parameters, values, omit, optimizer };
}
