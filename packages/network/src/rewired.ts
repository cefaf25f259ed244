import {
  createPlan,
  initialParameters,
  type LayerLayout,
  type MechanismLayout,
  planLayout,
} from '@cfe/autograd';
import { rngFrom, type Seed, ShapeError } from '@cfe/base';
import { type Dag, incident } from '@cfe/graph';
import type { CausalNetwork } from './causal-network.ts';
import { type MechanismSettings, specOf } from './mechanism-choice.ts';
import type { NetworkState } from './network-state.ts';

/**
 * A network's state on another graph over the same variables: weights of edges that stay are kept, new edges have weight
 * 0, so that they change nothing until they are trained.
 *
 * A variable that gains its first parent gets fresh hidden layers that have no say yet.
 *
 * @param options.seed - of fresh hidden layers; default 0
 * @throws {@link ShapeError} if the graph is over other variables
 * @example
 * import { createDag } from '@cfe/graph';
 * import { createCausalUnitNetwork, rewired } from '@cfe/network';
 * const { model } = createCausalUnitNetwork({ inputs: 2, structure: 'learn' });
 * const noise = model.noise(1, { seed: 1 });
 * const before = model.predict(noise).column('y')[0];
 * model.update(rewired(model, createDag(['x1', 'x2', 'y'], [['x1', 'x2'], ['x1', 'y'], ['x2', 'y']])));
 * model.predict(noise).column('y')[0] === before; // → true
 */
export function rewired(
  network: CausalNetwork,
  graph: Dag,
  { seed }: { readonly seed?: Seed | undefined } = {},
): NetworkState {
  const { variables, mechanisms, state, plan: before } = network;
  const isSame =
    graph.nodes.length === variables.length && variables.every(({ name }, j) => graph.nodes[j] === name);
  if (!isSame) {
    throw new ShapeError(
      'network/other-variables',
      `rewired: the graph is over ${graph.nodes.join(', ')}; the network is over ${state.graph.nodes.join(', ')}.`,
    );
  }
  const after = createPlan({
    graph,
    mechanism: variables.map((variable, j) => specOf(variable, mechanisms[j] as MechanismSettings)),
  });
  const parameters = initialParameters(after, { seed: rngFrom(seed).fork('rewired') });
  const layouts = { before: planLayout(before), after: planLayout(after) };
  for (const [j] of variables.entries()) {
    const old = layouts.before.mechanisms[j] as MechanismLayout;
    const own = layouts.after.mechanisms[j] as MechanismLayout;
    const columns = sharedColumns(j, before, after, layouts);
    const direct = directShift(old, own);
    for (const [l, layer] of own.layers.entries()) {
      const fromEnd = own.layers.length - l;
      const source = old.layers[old.layers.length - fromEnd];
      const isOutput = fromEnd === 1;
      if (source === undefined || source.outputs !== layer.outputs) continue;
      copyLayer(state.parameters, source, parameters, layer, l === 0, columns, isOutput ? direct : undefined);
    }
    if (own.logScale >= 0) parameters[own.logScale] = state.parameters[old.logScale] as number;
  }
  return { graph, parameters, scales: state.scales, noise: state.noise, fit: [], rows: state.rows };
}

/** By input column of the new mechanism: the column of the same parent (and level) in the old one, or −1. */
function sharedColumns(
  j: number,
  before: CausalNetwork['plan'],
  after: CausalNetwork['plan'],
  layouts: { readonly before: ReturnType<typeof planLayout>; readonly after: ReturnType<typeof planLayout> },
): Int32Array {
  const own = new Int32Array((layouts.after.mechanisms[j] as MechanismLayout).inputs).fill(-1);
  const start = (plan: CausalNetwork['plan'], layout: ReturnType<typeof planLayout>, k: number): number =>
    layout.edgeColumns[(plan.parents.offsets[j] as number) + k] as number;
  const old = [...incident(before.parents, j)];
  for (const [k, i] of [...incident(after.parents, j)].entries()) {
    const at = old.indexOf(i);
    if (at < 0) continue;
    for (let c = 0; c < (after.widths[i] as number); c++) {
      own[start(after, layouts.after, k) + c] = start(before, layouts.before, at) + c;
    }
  }
  return own;
}

/** Where the direct inputs of the output layer begin, in the old and in the new mechanism; past its end without any. */
function directShift(
  old: MechanismLayout,
  own: MechanismLayout,
): { readonly old: number; readonly own: number } {
  const begin = ({ layers }: MechanismLayout): number => layers[layers.length - 2]?.outputs ?? 0;
  return { old: begin(old), own: begin(own) };
}

function copyLayer(
  from: Float64Array,
  source: LayerLayout,
  to: Float64Array,
  layer: LayerLayout,
  isFirst: boolean,
  columns: Int32Array,
  direct: { readonly old: number; readonly own: number } | undefined,
): void {
  for (let o = 0; o < layer.outputs; o++) {
    to[layer.bias + o] = from[source.bias + o] as number;
    for (let i = 0; i < layer.inputs; i++) {
      const isInput = direct === undefined ? isFirst : i >= direct.own;
      const offset = direct === undefined ? { old: 0, own: 0 } : direct;
      const column = isInput ? (columns[i - offset.own] as number) : i;
      const at = isInput ? offset.old + column : i;
      const isKnown = column >= 0 && (isInput || i < (direct?.old ?? source.inputs));
      to[layer.weights + o * layer.inputs + i] = isKnown
        ? (from[source.weights + o * source.inputs + at] as number)
        : 0;
    }
  }
}
