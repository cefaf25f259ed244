import { type LayerLayout, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';

/** Keeps a group's norm differentiable at 0. */
export const smoothing = 1e-6;

/** Calls back with the position of every weight by which the child of an edge reads its parent. */
export function eachWeight(plan: Plan, edge: number, child: number, visit: (at: number) => void): void {
  const layout = planLayout(plan);
  const { layers, inputs } = layout.mechanisms[child] as MechanismLayout;
  const first = layers[0] as LayerLayout;
  const last = layers[layers.length - 1] as LayerLayout;
  const parent = plan.parents.items[edge] as number;
  const column = layout.edgeColumns[edge] as number;
  const isDirect = layers.length > 1 && plan.mechanisms[child]?.skip === true;
  for (let c = 0; c < (plan.widths[parent] as number); c++) {
    for (let o = 0; o < first.outputs; o++) visit(first.weights + o * first.inputs + column + c);
    if (!isDirect) continue;
    for (let o = 0; o < last.outputs; o++) visit(last.weights + (o + 1) * last.inputs - inputs + column + c);
  }
}

/** Adds Σ upstream ∘ norms, differentiated by the parameters, to `gradient`. */
export function addNormsBackward(
  plan: Plan,
  parameters: ArrayLike<number>,
  norms: Float64Array,
  upstream: ArrayLike<number>,
  gradient: Float64Array,
): void {
  eachEdge(plan, (edge, child) => {
    const factor = (upstream[edge] as number) / ((norms[edge] as number) + smoothing);
    eachWeight(plan, edge, child, (at) => {
      gradient[at] = (gradient[at] as number) + factor * (parameters[at] as number);
    });
  });
}

export function eachEdge(plan: Plan, visit: (edge: number, child: number, parent: number) => void): void {
  const { offsets, items } = plan.parents;
  for (let j = 0; j < plan.variables; j++) {
    for (let e = offsets[j] as number; e < (offsets[j + 1] as number); e++) visit(e, j, items[e] as number);
  }
}
