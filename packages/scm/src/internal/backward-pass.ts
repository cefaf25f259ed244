import { type Columns, columnsFrom, InputError, quoteName } from '@cfe/base';
import { topologicalOrder } from '@cfe/graph';
import type { CausalModel, ModelGradient } from '../causal-model.ts';
import type { Intervention } from '../intervention.ts';
import { type Action, natural, resolveDo } from '../resolve-do.ts';
import { type Equation, forwardPass, type PassOptions, times } from './forward-pass.ts';

/**
 * Reverse mode through a whole model: one sweep against causal order, where a branch sends back only what it sent
 * forward, so that a row that is cut off gets exactly 0.
 */
export function backwardPass(
  model: Pick<CausalModel, 'variables' | 'graph'>,
  equations: readonly Equation[],
  noise: Columns,
  upstream: Columns,
  options: PassOptions,
): ModelGradient {
  const { nodes } = model.graph;
  const { actions, graph: order, interventions } = resolveDo(model, options.do, noise.rows, options.seed);
  const values = forwardPass(model, equations, noise, options);
  const columns = nodes.map((name) => values.column(name));
  const lambda = nodes.map((name) => Float64Array.from(upstream.column(name)));
  const ofNoise = nodes.map(() => new Float64Array(noise.rows));
  const none = natural(noise.rows);
  for (const j of topologicalOrder(order).reverse()) {
    const u = noise.column(nodes[j] as string);
    const action = actions[j] ?? none;
    for (const branch of action.branches) {
      const sent = times(lambda[j] as Float64Array, branch.weight).map((g, r) =>
        action.cut[r] === 1 ? 0 : g,
      );
      if (sent.every((g) => g === 0)) continue;
      const { mechanism, parents } = branch.replacement ?? (equations[j] as Equation);
      if (mechanism.backward === undefined) throw noDerivative(nodes[j] as string);
      const inputs = Array.from(parents, (k) => columns[k] as Float64Array);
      const back = mechanism.backward(inputs, times(u, branch.noiseFactor), sent);
      const add = (to: Float64Array, from: Float64Array, factor?: Float64Array): void => {
        for (let r = 0; r < to.length; r++)
          if (sent[r] !== 0) to[r] = (to[r] as number) + (from[r] as number) * (factor?.[r] ?? 1);
      };
      add(ofNoise[j] as Float64Array, back.noise, branch.noiseFactor);
      for (const [k, i] of parents.entries()) add(lambda[i] as Float64Array, back.parents[k] as Float64Array);
    }
  }
  return {
    noise: columnsFrom(Object.fromEntries(nodes.map((name, j) => [name, ofNoise[j] as Float64Array]))),
    interventions: interventions.map((intervention) => {
      const j = nodes.indexOf(intervention.target);
      return ofIntervention(intervention, actions[j], lambda[j] as Float64Array, {
        alone: interventions.filter(({ target }) => target === intervention.target).length === 1,
        column: columns[j] as Float64Array,
      });
    }),
  };
}

function ofIntervention(
  intervention: Intervention,
  action: Action | undefined,
  lambda: Float64Array,
  { alone, column }: { readonly alone: boolean; readonly column: Float64Array },
): Float64Array | undefined {
  const cut = action?.cut;
  if (intervention.kind === 'hard') return lambda.map((g, r) => (cut?.[r] === 1 ? g : 0));
  if (!alone || typeof (intervention as { by?: unknown }).by === 'string') return undefined;
  if (intervention.kind === 'shift') return lambda.map((g, r) => (action?.touched[r] === 1 ? g : 0));
  if (intervention.kind === 'scale') {
    // x = by · f, so that dx/dby = f = x / by; where by is 0 the value f is gone
    const { by } = intervention;
    const amount = (r: number): number =>
      typeof by === 'number' ? by : ((by as ArrayLike<number>)[r] as number);
    if (lambda.some((_, r) => action?.touched[r] === 1 && amount(r) === 0)) return undefined;
    return lambda.map((g, r) => (action?.touched[r] === 1 ? (g * (column[r] as number)) / amount(r) : 0));
  }
  return undefined;
}

function noDerivative(variable: string): InputError {
  return new InputError(
    'scm/no-gradient',
    `gradient: the mechanism that stands for ${quoteName(variable)} brings no derivative. Give it a backward method.`,
    { variable },
  );
}
