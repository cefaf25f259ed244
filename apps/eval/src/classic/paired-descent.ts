import {
  createOptimizer,
  createReferenceExecutor,
  type Executor,
  optimizerStep,
  type PlanAction,
  type PlanGradient,
} from '@cfe/autograd';
import { createRng, permutation } from '@cfe/base';
import type { Simulation } from '@cfe/data';
import { incident } from '@cfe/graph';
import type { CausalNetwork } from '@cfe/network';

/** How gradients treat an edge that an intervention cut; values are right in all of them. */
export const gradientRules = ['exact', 'leak', 'batch-wide', 'all-paths'] as const;
export type GradientRule = (typeof gradientRules)[number];

/**
 * Descends Σ (x̂′ − x′)² from a network's present parameters, every row with one variable set: the loss goes back
 * through the ancestral pass. The simulator supplies what each row would have been, and its noise.
 *
 * The noise is the simulator's and not abducted, since with abduction a leak cancels to the bit: what a mechanism adds
 * to its own value it takes off its noise.
 *
 * - `leak`: the replaced mechanism gets the gradient of its value all the same (straight-through)
 * - `batch-wide`: a mechanism that is replaced in any row gets no gradient from any row
 * - `all-paths`: parents of a replaced variable lose their gradient along every path
 *
 * @returns the parameters after so many Adam steps
 */
export function pairedDescent(
  network: CausalNetwork,
  training: Simulation,
  rule: GradientRule,
  { steps, seed }: { readonly steps: number; readonly seed: number },
): Float64Array {
  const { plan, state } = network;
  const d = plan.variables;
  const executor = createReferenceExecutor(plan);
  const parameters = Float64Array.from(state.parameters);
  const optimizer = createOptimizer({ kind: 'adam', learningRate: 0.02 }, parameters.length, {
    dtype: 'float64',
  });
  const { noise, truth, cut, set, rows } = pairs(network, training, seed);
  const action: PlanAction = { cut, value: set };
  for (let step = 0; step < steps; step++) {
    const at = { rows, parameters, noise };
    const predicted = Float64Array.from(executor.forward({ ...at, action }).values);
    const upstream = predicted.map((x, k) => (2 * (x - (truth[k] as number))) / (rows * d));
    optimizerStep(optimizer, parameters, backward(executor, at, action, predicted, upstream, rule, network));
  }
  executor.dispose();
  return parameters;
}

/** The noise of 200 rows, and, standardised, what each would have been with one of its variables set. */
function pairs(network: CausalNetwork, training: Simulation, seed: number) {
  const { plan, state } = network;
  const [d, rows] = [plan.variables, 200];
  const rng = createRng(seed).fork('pairs');
  const noise = new Float64Array(d * rows);
  const truth = new Float64Array(d * rows);
  const cut = new Uint8Array(d * rows);
  const set = new Float64Array(d * rows);
  const chosen = permutation(rng, 1000).subarray(0, rows);
  const scaled = (j: number, x: number): number => {
    const { centre, scale } = state.scales[j] as (typeof state.scales)[number];
    return (x - centre) / scale;
  };
  for (let r = 0; r < rows; r++) {
    const target = rng.integer(d);
    cut[target * rows + r] = 1;
    set[target * rows + r] = 2 * rng.normal();
  }
  const action = Object.fromEntries(
    plan.names.map((name, j) => {
      const { centre, scale } = state.scales[j] as (typeof state.scales)[number];
      const perRow = new Float64Array(training.table.rows).fill(Number.NaN);
      for (let r = 0; r < rows; r++)
        if (cut[j * rows + r] === 1)
          perRow[chosen[r] as number] = centre + scale * (set[j * rows + r] as number);
      return [name, perRow];
    }),
  );
  const imagined = training.counterfactual(action);
  for (const [j, name] of plan.names.entries()) {
    const [own, after] = [training.noise.column(name), imagined.column(name)];
    for (let r = 0; r < rows; r++) {
      noise[j * rows + r] = own[chosen[r] as number] as number;
      truth[j * rows + r] = scaled(j, after[chosen[r] as number] as number);
    }
  }
  return { noise, truth, cut, set, rows };
}

function backward(
  executor: Executor,
  at: { readonly rows: number; readonly parameters: Float64Array; readonly noise: Float64Array },
  action: PlanAction,
  values: Float64Array,
  upstream: Float64Array,
  rule: GradientRule,
  { graph }: CausalNetwork,
): Float64Array {
  const copy = ({ parameters, value }: PlanGradient) => ({
    parameters: Float64Array.from(parameters),
    value: Float64Array.from(value),
  });
  const exact = copy(executor.backward(upstream));
  if (rule === 'exact') return exact.parameters;
  const { rows } = at;
  const d = graph.nodes.length;
  if (rule === 'leak') {
    // What the replaced mechanism would have made of the same parents, with the gradient of the value that was set.
    const free = { ...action, cut: new Uint8Array(d * rows) };
    executor.forward({ ...at, action: free });
    const leaked = copy(executor.backward(exact.value));
    return exact.parameters.map((g, k) => g + (leaked.parameters[k] as number));
  }
  // The same values, but held where no gradient may pass.
  const cut = Uint8Array.from(action.cut);
  for (let j = 0; j < d; j++) {
    for (let r = 0; r < rows; r++) {
      if (action.cut[j * rows + r] !== 1) continue;
      if (rule === 'batch-wide') cut.fill(1, j * rows, (j + 1) * rows);
      else for (const k of incident(graph.parents, j)) cut[k * rows + r] = 1;
    }
  }
  executor.forward({ ...at, action: { cut, value: values } });
  return copy(executor.backward(upstream)).parameters;
}
