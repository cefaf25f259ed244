import { type LayerLayout, type MechanismLayout, type Plan, planLayout } from '@cfe/autograd';

/** Keeps a group's norm differentiable at 0. */
const smoothing = 1e-6;

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

/** Norms of the weights of every edge, `[edges]`, smoothed: √(Σ w² + ε²) − ε. */
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
