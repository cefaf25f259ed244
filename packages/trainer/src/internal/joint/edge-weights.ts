import { type Plan, planLayout } from '@cfe/autograd';

/** Which parameters stand behind each edge: in the first layer, and on the direct way to the output. */
export interface EdgeWeights {
  /** weights of edge e are `items[offsets[e]]` … `items[offsets[e + 1] − 1]` */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** `[edges]` */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export function edgeWeights(plan: Plan): EdgeWeights {
  const layout = planLayout(plan);
  const offsets = new Int32Array(layout.edges + 1);
  const items: number[] = [];
  const to = new Int32Array(layout.edges);
  for (const [j, { layers, inputs }] of layout.mechanisms.entries()) {
    const { skip } = plan.mechanisms[j] as Plan['mechanisms'][number];
    for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
      to[e] = j;
      const first = layers[0] as (typeof layers)[number];
      const last = layers[layers.length - 1] as (typeof layers)[number];
      const width = plan.widths[plan.parents.items[e] as number] as number;
      for (let c = 0; c < width; c++) {
        const column = (layout.edgeColumns[e] as number) + c;
        for (let o = 0; o < first.outputs; o++) items.push(first.weights + o * first.inputs + column);
        if (!skip || layers.length === 1) continue;
        for (let o = 0; o < last.outputs; o++)
          items.push(last.weights + o * last.inputs + (last.inputs - inputs) + column);
      }
      offsets[e + 1] = items.length;
    }
  }
  return { offsets, items: Int32Array.from(items), from: plan.parents.items, to };
}

/** How strongly each child reads each parent: the Euclidean norm of the weights behind the edge, `[edges]`. */
export function strengthsOf(
  { offsets, items }: EdgeWeights,
  parameters: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  for (let e = 0; e < out.length; e++) {
    let squares = 0;
    for (let k = offsets[e] as number; k < (offsets[e + 1] as number); k++) {
      const w = parameters[items[k] as number] as number;
      squares += w * w;
    }
    out[e] = Math.sqrt(squares);
  }
  return out;
}
