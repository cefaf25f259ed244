import type { Table } from '@cfe/data';
import { selectColumns } from '@cfe/data';
import { createDag } from '@cfe/graph';
import { type CausalNetwork, createNetwork } from '@cfe/network';
import { fitNetwork } from '@cfe/trainer';
import { selectedExecutor } from './executor.ts';

/**
 * What a regression of the outcome on some columns says, as a model whose only mechanism is that regression: setting a
 * column changes the outcome by its coefficient and moves nothing else. The answer to beat, not a causal one.
 *
 * @param on - the columns it regresses on
 */
export async function regressionModel(
  table: Table,
  outcome: string,
  on: readonly string[],
): Promise<CausalNetwork> {
  const columns = selectColumns(table, [...on, outcome]);
  const graph = createDag(
    columns.names,
    on.map((name): [string, string] => [name, outcome]),
  );
  const network = createNetwork({
    graph,
    variables: columns.variables,
    mechanisms: 'linear',
    executor: await selectedExecutor(),
  });
  await fitNetwork(network, columns, { validation: 0 });
  return network;
}
