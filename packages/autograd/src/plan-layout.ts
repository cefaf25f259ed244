import type { Head, Plan } from './plan.ts';

/**
 * Where one layer's parameters lie: weights `[outputs][inputs]` from `weights`, bias `[outputs]` from `bias`. With a
 * skip, the last layer's inputs are the hidden units first and then the mechanism's own inputs.
 */
export interface LayerLayout {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
}

/** Where everything of one mechanism lies. */
export interface MechanismLayout {
  /** of the first layer: the widths of the parents, in their order */
  readonly inputs: number;
  /** of the last layer: what the head needs */
  readonly outputs: number;
  /** hidden layers, then the output layer */
  readonly layers: readonly LayerLayout[];
  /** position of log σ; −1 where the head has none */
  readonly logScale: number;
  /** first of its noise columns */
  readonly noise: number;
  /** number of its noise columns: 1, or one per level */
  readonly noiseWidth: number;
  /** its parameters are `from` … `to` − 1 */
  readonly from: number;
  readonly to: number;
}

/** Where everything of a plan lies in its flat arrays. */
export interface PlanLayout {
  /** number of parameters */
  readonly parameters: number;
  readonly noiseColumns: number;
  readonly edges: number;
  /** `[edges]`: the first input column of its mechanism that an edge feeds */
  readonly edgeColumns: Int32Array;
  readonly mechanisms: readonly MechanismLayout[];
}

const layouts = new WeakMap<Plan, PlanLayout>();

/**
 * The layout of a plan's parameters and noise: mechanism after mechanism; in each, layer after layer, weights
 * `[out][in]` then bias; last, log σ where the head learns one.
 *
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, planLayout } from '@cfe/autograd';
 * const plan = createPlan({ graph: createDag(['x', 'y'], [['x', 'y']]), mechanism: { hidden: [4] } });
 * planLayout(plan).parameters; // → 16
 */
export function planLayout(plan: Plan): PlanLayout {
  const known = layouts.get(plan);
  if (known !== undefined) return known;
  const edges = plan.parents.items.length;
  const edgeColumns = new Int32Array(edges);
  const mechanisms: MechanismLayout[] = [];
  let at = 0;
  let noise = 0;
  for (const [j, { hidden, head, skip }] of plan.mechanisms.entries()) {
    const from = at;
    let inputs = 0;
    for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
      edgeColumns[e] = inputs;
      inputs += plan.widths[plan.parents.items[e] as number] as number;
    }
    const outputs = headOutputs(head);
    const layers: LayerLayout[] = [];
    let width = inputs;
    const widths = [...hiddenOf(hidden, inputs), outputs];
    for (const [l, out] of widths.entries()) {
      if (skip && l > 0 && l === widths.length - 1) width += inputs;
      layers.push({ inputs: width, outputs: out, weights: at, bias: at + width * out });
      at += (width + 1) * out;
      width = out;
    }
    const logScale = head.kind === 'additive' && head.scale === 'learned' ? at++ : -1;
    const noiseWidth = head.kind === 'categorical' ? head.levels : 1;
    mechanisms.push({ inputs, outputs, layers, logScale, noise, noiseWidth, from, to: at });
    noise += noiseWidth;
  }
  const layout = { parameters: at, noiseColumns: noise, edges, edgeColumns, mechanisms };
  layouts.set(plan, layout);
  return layout;
}

/** A mechanism without parents is a distribution: hidden layers over nothing would only be a bias in disguise. */
function hiddenOf(hidden: readonly number[], inputs: number): readonly number[] {
  return inputs === 0 ? [] : hidden;
}

/** How many outputs of the network a head reads. */
function headOutputs(head: Head): number {
  switch (head.kind) {
    case 'additive':
      return 1;
    case 'location-scale':
      return 2;
    case 'flow':
      return 2 + 3 * head.components;
    case 'categorical':
      return head.levels;
  }
}
