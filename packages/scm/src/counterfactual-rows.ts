import { type Columns, columnsFrom, InputError, type Seed } from '@cfe/base';
import { incident, topologicalOrder } from '@cfe/graph';
import type { AbductiveModel, CausalModel } from './causal-model.ts';
import type { Do } from './intervention.ts';
import { resolveDo } from './resolve-do.ts';

/**
 * What the rows would have been under an action: abduct their noise, act, predict.
 *
 * A row's values at variables that nothing done to that row can reach are copied, so they are bit-identical
 * to the factual ones.
 *
 * @param rows - complete factual rows
 * @throws {@link InputError} if the model cannot abduct
 * @see Pearl (2009), Causality, section 7.1
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { counterfactualRows, linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * counterfactualRows(model, columnsFrom({ x: [1], y: [3] }), { do: { x: 2 } }).column('y'); // → Float64Array [5]
 */
export function counterfactualRows(
  model: CausalModel,
  rows: Columns,
  options: { readonly do: Do; readonly seed?: Seed | undefined },
): Columns {
  if (!canAbduct(model)) {
    throw new InputError(
      'scm/no-abduction',
      'counterfactualRows: this model cannot tell its noise from what happened. Use one with invertible mechanisms.',
    );
  }
  const noise = model.abduct(rows, { seed: options.seed });
  const predicted = model.predict(noise, options);
  return copyUnreached(model, rows, predicted, options);
}

/**
 * Whether a model can tell its noise from what happened, and so what would have happened.
 *
 * @example
 * import { canAbduct, linearGaussian } from '@cfe/scm';
 * canAbduct(linearGaussian({ nodes: ['x'], weights: [[0]] })); // → true
 */
export function canAbduct(model: CausalModel): model is AbductiveModel {
  return model.abduct !== undefined;
}

/**
 * Takes from `factual` every value that the action cannot have changed, row by row, so that it is the same to the bit.
 *
 * @param predicted - the rows under the action, computed from the noise
 * @param options - the action and the seed that `predicted` was made with
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { copyUnreached, linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const factual = columnsFrom({ x: [1], y: [3] });
 * const predicted = columnsFrom({ x: [1.0000001], y: [7] });
 * copyUnreached(model, factual, predicted, { do: { y: 7 } }).column('x'); // → Float64Array [1]
 */
export function copyUnreached(
  model: Pick<CausalModel, 'variables' | 'graph'>,
  factual: Columns,
  predicted: Columns,
  options: { readonly do: Do; readonly seed?: Seed | undefined },
): Columns {
  const { actions, graph } = resolveDo(model, options.do, factual.rows, options.seed);
  const reached: (Uint8Array | undefined)[] = actions.map(
    (action) => action && Uint8Array.from(action.touched),
  );
  for (const j of topologicalOrder(graph)) {
    const action = actions[j];
    for (const k of incident(graph.parents, j)) {
      const above = reached[k];
      if (above === undefined) continue;
      const own = reached[j] ?? new Uint8Array(factual.rows);
      reached[j] = own;
      for (let r = 0; r < own.length; r++) if (above[r] === 1 && action?.cut[r] !== 1) own[r] = 1;
    }
  }
  const columns = new Map<string, Float64Array>();
  for (const [j, name] of graph.nodes.entries()) {
    const mask = reached[j];
    const before = factual.column(name);
    if (mask === undefined) {
      columns.set(name, before);
      continue;
    }
    const after = predicted.column(name);
    columns.set(
      name,
      before.map((value, r) => (mask[r] === 1 ? (after[r] as number) : value)),
    );
  }
  return columnsFrom(Object.fromEntries(columns));
}
