import { InputError, quoteName, ShapeError } from '@cfe/base';
import type { Graph } from '@cfe/graph';
import { type Floats, floats } from './floats.ts';
import { levelsOf } from './internal/levels.ts';
import { emptyTrace, forwardLayers } from './internal/mechanism-pass.ts';
import type { Plan } from './plan.ts';
import { type LayerLayout, type MechanismLayout, planLayout } from './plan-layout.ts';

/**
 * Gates that give a gated plan another graph at run time: one graph for all rows, or a list of one per row. Weights
 * and executor stay; the gates go into any call. A plan with edges both ways takes x → y in one row and y → x in the
 * next.
 *
 * @returns `[edges]`, or `[edges * rows]` by edge; 1 where the graph has the edge
 * @throws {@link InputError} if a graph has other nodes, or an edge that the plan has no weights for
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, rewire } from '@cfe/autograd';
 * const nodes = ['x', 'm', 'y'];
 * const plan = createPlan({ graph: createDag(nodes, [['x', 'm'], ['x', 'y'], ['m', 'y']]), gates: 'edges' });
 * rewire(plan, createDag(nodes, [['x', 'm'], ['m', 'y']])); // → [1, 0, 1]
 * rewire(plan, [createDag(nodes, []), createDag(nodes, [['x', 'y']])]); // → [0, 0, 0, 1, 0, 0]
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, createReferenceExecutor, rewire } from '@cfe/autograd';
 * const both = { nodes: ['x', 'y'], parents: { offsets: Int32Array.of(0, 1, 2), items: Int32Array.of(1, 0) } };
 * const head = { kind: 'additive', scale: 'unit' } as const;
 * const plan = createPlan({ graph: both, gates: 'edges', mechanism: { head } }); // x = 2y + u, y = 3x + u
 * const gates = rewire(plan, [createDag(['x', 'y'], [['x', 'y']]), createDag(['x', 'y'], [['y', 'x']])]);
 * const executor = createReferenceExecutor(plan);
 * const noise = Float64Array.of(1, 1, 1, 1);
 * executor.forward({ rows: 2, parameters: Float64Array.of(2, 0, 3, 0), noise, gates }).values; // → [1, 3, 4, 1]
 */
export function rewire(
  plan: Plan,
  graph: Pick<Graph, 'nodes' | 'parents'> | readonly Pick<Graph, 'nodes' | 'parents'>[],
): Float64Array {
  const graphs = isList(graph) ? graph : [graph];
  const rows = graphs.length;
  const { offsets, items } = plan.parents;
  const gates = new Float64Array(items.length * rows);
  for (const [r, { nodes, parents }] of graphs.entries()) {
    if (nodes.length !== plan.variables || nodes.some((name, j) => name !== plan.names[j])) {
      throw new InputError(
        'autograd/rewire-nodes',
        `rewire: graph ${r} has the nodes ${nodes.join(', ')}; the plan has ${plan.names.join(', ')}. Give the same, in the same order.`,
        { row: r, nodes },
      );
    }
    for (let j = 0; j < plan.variables; j++) {
      for (const i of parents.items.subarray(parents.offsets[j], parents.offsets[j + 1])) {
        const e = items.subarray(offsets[j], offsets[j + 1]).indexOf(i);
        if (e === -1) {
          throw new InputError(
            'autograd/rewire-edge',
            `rewire: graph ${r} has ${quoteName(nodes[i] as string)} → ${quoteName(nodes[j] as string)}, for which the plan has no weights. Create the plan with every edge that may be needed.`,
            { row: r, from: nodes[i], to: nodes[j] },
          );
        }
        gates[((offsets[j] as number) + e) * rows + r] = 1;
      }
    }
  }
  return gates;
}

function isList<T extends object>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** A plan without gates and its parameters. */
export interface PrunedPlan {
  readonly plan: Plan;
  readonly parameters: Float64Array;
}

/**
 * The plan that gates leave: edges whose gate is 0 go, the gates of the others are multiplied into their weights. It
 * computes what the gated plan computes with these gates, and runs forward where only those edges formed a cycle.
 *
 * @param gates - `[edges]`
 * @throws {@link ShapeError} if parameters or gates are not as many as the plan's
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createPlan, pruneGates } from '@cfe/autograd';
 * const graph = createDag(['x', 'y', 'z'], [['x', 'z'], ['y', 'z']]);
 * const gated = createPlan({ graph, gates: 'edges', mechanism: { head: { kind: 'additive', scale: 'unit' } } });
 * const { plan, parameters } = pruneGates(gated, Float64Array.of(0, 0, 3, 4, 1), Float64Array.of(0.5, 0));
 * parameters; // → [0, 0, 1.5, 1]
 * plan.parents.items; // → [0]
 */
export function pruneGates(plan: Plan, parameters: Floats, gates: Floats): PrunedPlan {
  const before = planLayout(plan);
  if (parameters.length !== before.parameters || gates.length !== before.edges) {
    throw new ShapeError(
      'autograd/prune',
      `pruneGates: ${parameters.length} parameters and ${gates.length} gates; the plan has ${before.parameters} and ${before.edges}.`,
      { parameters: parameters.length, gates: gates.length },
    );
  }
  const kept = plan.parents.items.map((_, e) => (gates[e] === 0 ? 0 : 1));
  const left = withoutEdges(plan, kept);
  const after = planLayout(left);
  const result = new Float64Array(after.parameters);
  for (let j = 0; j < plan.variables; j++) {
    const old = before.mechanisms[j] as MechanismLayout;
    const own = after.mechanisms[j] as MechanismLayout;
    const columns = columnGates(plan, before.edgeColumns, j, gates);
    if (own.inputs === 0 && old.layers.length > 1) constantOutputs(plan, j, old, parameters, own, result);
    else copyLayers(old, own, columns, parameters, result);
    if (own.logScale >= 0) result[own.logScale] = parameters[old.logScale] as number;
  }
  return { plan: left, parameters: result };
}

function withoutEdges(plan: Plan, kept: Int32Array): Plan {
  const { offsets, items } = plan.parents;
  const parents = {
    offsets: Int32Array.from(offsets, (end) => kept.subarray(0, end).reduce((a, b) => a + b, 0)),
    items: items.filter((_, e) => kept[e] === 1),
  };
  return { ...plan, parents, levels: levelsOf(parents), gated: false };
}

/** The gate of every input column of mechanism j. */
function columnGates(plan: Plan, edgeColumns: Int32Array, j: number, gates: Floats): Float64Array {
  const columns: number[] = [];
  for (let e = plan.parents.offsets[j] as number; e < (plan.parents.offsets[j + 1] as number); e++) {
    const width = plan.widths[plan.parents.items[e] as number] as number;
    for (let c = 0; c < width; c++) columns[(edgeColumns[e] as number) + c] = gates[e] as number;
  }
  return Float64Array.from(columns);
}

/** Layer by layer; a column that reads the inputs is multiplied by its gate, or left out where that is 0. */
function copyLayers(
  old: MechanismLayout,
  own: MechanismLayout,
  columns: Float64Array,
  parameters: Floats,
  result: Float64Array,
): void {
  for (const [l, layer] of old.layers.entries()) {
    const target = own.layers[l] as LayerLayout;
    const hidden = l === 0 ? 0 : (old.layers[l - 1] as LayerLayout).outputs;
    for (let o = 0; o < layer.outputs; o++) {
      let at = target.weights + o * target.inputs;
      for (let i = 0; i < layer.inputs; i++) {
        const gate = i < hidden ? 1 : (columns[i - hidden] as number);
        if (gate !== 0) result[at++] = gate * (parameters[layer.weights + o * layer.inputs + i] as number);
      }
      result[target.bias + o] = parameters[layer.bias + o] as number;
    }
  }
}

/** A network that lost all its inputs is a constant. */
function constantOutputs(
  plan: Plan,
  j: number,
  old: MechanismLayout,
  parameters: Floats,
  own: MechanismLayout,
  result: Float64Array,
): void {
  const trace = { ...emptyTrace('float64'), n: 1, inputs: floats('float64', old.inputs) };
  const outputs = forwardLayers(plan, j, old, parameters, trace, 'float64');
  const [{ bias }] = own.layers as [LayerLayout];
  for (let o = 0; o < own.outputs; o++) result[bias + o] = outputs[o] as number;
}
