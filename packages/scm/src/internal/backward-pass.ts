import { type Columns, columnsFrom, InputError, quoteName } from '@cfe/base';
import { topologicalOrder } from '@cfe/graph';
import type { CausalModel, ModelGradient } from '../causal-model.ts';
import { natural, resolveDo } from '../resolve-do.ts';
import { type Equation, forwardPass, type PassOptions, times } from './forward-pass.ts';
import { interventionGradient } from './intervention-gradient.ts';

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
  const derivatives = interventions.map((intervention) => {
    const j = nodes.indexOf(intervention.target);
    const own = equations[j] as Equation;
    const others = interventions.filter((one) => one !== intervention && one.target === intervention.target);
    return interventionGradient(intervention, {
      action: actions[j] ?? none,
      lambda: lambda[j] as Float64Array,
      column: columns[j] as Float64Array,
      noise: noise.column(intervention.target),
      inputs: () => Array.from(own.parents, (k) => columns[k] as Float64Array),
      mechanism: own.mechanism,
      meets: others.length === 0 ? 'none' : others.every(({ kind }) => kind === 'hard') ? 'values' : 'more',
    });
  });
  return {
    noise: columnsFrom(Object.fromEntries(nodes.map((name, j) => [name, ofNoise[j] as Float64Array]))),
    interventions: derivatives.map(({ number }) => number),
    parameters: derivatives.map(({ parameters }) => parameters),
  };
}

function noDerivative(variable: string): InputError {
  return new InputError(
    'scm/no-gradient',
    `gradient: the mechanism that stands for ${quoteName(variable)} brings no derivative. Give it a backward method.`,
    { variable },
  );
}
