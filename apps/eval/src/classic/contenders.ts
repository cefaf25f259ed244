import type { Columns, Variable } from '@cfe/base';
import type { SimulatorSpec, Table } from '@cfe/data';
import { simulatorModel, targetMask } from '@cfe/data';
import { createDag, type Dag, edgesOf, parentsOf } from '@cfe/graph';
import { type CausalNetwork, createNetwork } from '@cfe/network';
import { type AbductiveModel, type AnyCausalModel, counterfactualRows, type Do } from '@cfe/scm';
import { createTrainer } from '@cfe/trainer';
import { leastSquares } from './least-squares.ts';

/** Something that says what rows would have been. */
export type Oracle = (rows: Columns, action: Do) => Columns;

/** A network on a graph, fitted to a table. */
export async function fitted(
  graph: Dag,
  table: Table,
  seed: number,
  mechanisms: 'mlp' | 'linear' = 'mlp',
  variables: readonly Variable[] = [],
): Promise<CausalNetwork> {
  const network = createNetwork({
    graph,
    seed,
    variables,
    ...(variables.length === 0 ? { mechanisms } : {}),
  });
  await createTrainer(network, { seed }).fit(table);
  return network;
}

/** The network's untrained self: the data's location and scale are its own, its weights are random. */
export function untrained(graph: Dag, like: CausalNetwork, seed: number): CausalNetwork {
  const network = createNetwork({ graph, seed });
  network.update({ ...like.state, parameters: network.state.parameters });
  return network;
}

/** Abduction, action, prediction by a model. */
export function counterfactualsOf(model: AnyCausalModel): Oracle {
  return (rows, action) => counterfactualRows(model as AbductiveModel, rows, { do: action });
}

/** Nothing ever changes but what is set. */
export const copyFactual: Oracle = (rows, action) => {
  const set = action as Readonly<Record<string, number>>;
  return {
    ...rows,
    column: (name) =>
      set[name] === undefined ? rows.column(name) : new Float64Array(rows.rows).fill(set[name]),
  };
};

/**
 * What association alone says: each variable regressed on the one that is set, causes or not. `'patched'` moves each
 * row along the regression line and keeps its residual; `'predicted'` puts it on the line.
 */
export function associational(table: Table, kind: 'patched' | 'predicted'): Oracle {
  return (rows, action) => {
    const [[target, value] = ['', 0]] = Object.entries(action as Readonly<Record<string, number>>);
    const x = rows.column(target);
    return {
      ...rows,
      column(name) {
        const y = rows.column(name);
        if (name === target) return new Float64Array(rows.rows).fill(value);
        const [intercept, slope] = leastSquares([table.column(target)], table.column(name)) as [
          number,
          number,
        ];
        return y.map((now, r) =>
          kind === 'patched' ? now + slope * (value - (x[r] as number)) : intercept + slope * value,
        );
      },
    };
  };
}

/** Every edge turned round. */
export function reversed(graph: Dag): Dag {
  return createDag(
    graph.nodes,
    edgesOf(graph).map(({ from, to }): [string, string] => [to, from]),
  );
}

/**
 * The ceiling: the true graph with mechanisms of the true form, their weights by least squares on the rows whose own
 * mechanism was at work.
 */
export function correctlySpecified(truth: SimulatorSpec, table: Table): AnyCausalModel {
  const variables = truth.variables.map((variable) => {
    const { mechanism, parents = [], name } = variable;
    if (mechanism.kind !== 'additive' || !('weights' in mechanism.location)) return variable;
    const { kind } = mechanism.location;
    const omit = targetMask(table, name);
    const kept = Int32Array.from({ length: table.rows }, (_, r) => r).filter((r) => omit[r] === 0);
    const feature = (x: number): number => (kind === 'wave' ? x + 0.5 * Math.sin(2 * x) : x);
    const columns = parents.map((parent) =>
      Float64Array.from(kept, (r) => feature(table.column(parent)[r] as number)),
    );
    const y = Float64Array.from(kept, (r) => table.column(name)[r] as number);
    const [, ...weights] = leastSquares(columns, y);
    return { ...variable, mechanism: { ...mechanism, location: { kind, weights } } };
  });
  return simulatorModel({ kind: 'simulator', variables });
}

/** All edges that an order of the columns allows: no structure is learned. */
export function complete(names: readonly string[]): Dag {
  return createDag(
    names,
    names.flatMap((to, j) => names.slice(0, j).map((from): [string, string] => [from, to])),
  );
}

/** An outcome that reads every other variable directly, as a plain regression network does. */
export function everythingInto(names: readonly string[], outcome: string): Dag {
  return createDag(
    names,
    names.filter((name) => name !== outcome).map((name): [string, string] => [name, outcome]),
  );
}

/** The variance of the noise behind a variable, as a model abducts it, beside which no prediction can do better. */
export function residualVariance(model: AnyCausalModel, rows: Columns, name: string): number {
  const { graph } = model;
  const parents = Object.fromEntries(parentsOf(graph, name).map((parent) => [parent, rows.column(parent)]));
  const noise = (model as AbductiveModel).abduct(rows);
  const zero = {
    ...noise,
    column: (column: string) => (column === name ? new Float64Array(rows.rows) : noise.column(column)),
  };
  const expected = (model as AbductiveModel).predict(zero, { do: parents }).column(name);
  const y = rows.column(name);
  return y.reduce((sum, value, r) => sum + (value - (expected[r] as number)) ** 2, 0) / rows.rows;
}
