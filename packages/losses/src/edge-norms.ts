import type { Plan } from '@cfe/autograd';
import { eachEdge, eachWeight, smoothing } from './internal/edge-groups.ts';

/**
 * How strongly each child reads each parent: the norm of the weights behind an edge, in its first layer and on the direct way
 * to its output, smoothed at 0: √(Σ w² + ε²) − ε.
 *
 * @returns `[edges]`, in the plan's order
 * @see Zheng, Dan, Aragam, Ravikumar and Xing (2020), Learning sparse nonparametric DAGs, AISTATS, section 3
 * @example
 * import { createPlan } from '@cfe/autograd';
 * import { createDag } from '@cfe/graph';
 * import { edgeNorms } from '@cfe/losses';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]) }); // y = wx + b + σu
 * edgeNorms(plan, [0, 0, -2, 5, 0]); // → [2.000]
 */
export function edgeNorms(plan: Plan, parameters: ArrayLike<number>): Float64Array {
  const norms = new Float64Array(plan.parents.items.length);
  eachEdge(plan, (edge, child) => {
    let squares = 0;
    eachWeight(plan, edge, child, (at) => {
      squares += (parameters[at] as number) ** 2;
    });
    norms[edge] = Math.sqrt(squares + smoothing ** 2) - smoothing;
  });
  return norms;
}
