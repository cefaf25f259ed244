import { createRng, defineJob, type Job, type Variable } from '@cfe/base';
import { createTable, type Regimes, resampleRows, selectRows } from '@cfe/data';
import { type Dag, toAdjacency } from '@cfe/graph';
import { createNetwork, type MechanismChoice, type NetworkState } from '@cfe/network';
import { type Knowledge, learnStructure } from '@cfe/structure';
import { fitNetwork } from '@cfe/trainer';
import { selectedExecutor } from './executor.ts';

/** How a model is made from a table: on a given graph, or on one that is learned from the same rows. */
export type Recipe = {
  readonly mechanisms: MechanismChoice | Readonly<Record<string, MechanismChoice>>;
} & (
  | { readonly graph: Dag }
  | { readonly learn: { readonly method: string; readonly knowledge?: Knowledge | undefined } }
);

/** One resample to make a model from: plain data that a worker can take. */
export interface RefitInput {
  readonly variables: readonly Variable[];
  readonly columns: readonly Float64Array[];
  readonly regimes: Regimes | undefined;
  readonly recipe: Recipe;
  readonly seed: number;
}

/** What a worker sends back. */
export interface Refit {
  readonly state: NetworkState;
  /** the class that was learned, `[d · d]` in the order of the columns (2: undirected); absent on a given graph */
  readonly marks?: Uint8Array;
}

/** Draws rows with replacement within each regime, makes a model of them, and returns its state. */
export const refit: Job<RefitInput, Refit> = defineJob(
  import.meta.url,
  'refit',
  async ({ variables, columns, regimes, recipe, seed }: RefitInput, { signal }) => {
    const rng = createRng(seed);
    const all = createTable(
      variables.map((variable, j) => ({ variable, values: columns[j] as Float64Array })),
      { regimes },
    );
    const table = selectRows(all, resampleRows(all, rng.fork('rows')));
    const learned =
      'learn' in recipe
        ? await learnStructure(table, {
            method: recipe.learn.method as 'auto',
            knowledge: recipe.learn.knowledge,
            seed: rng.fork('graph'),
            signal,
          })
        : undefined;
    const graph = 'graph' in recipe ? recipe.graph : (learned?.dag as Dag);
    const executor = await selectedExecutor();
    const network = createNetwork({
      graph,
      variables,
      mechanisms: recipe.mechanisms,
      seed: rng.fork('network'),
      executor,
    });
    await fitNetwork(network, table, { seed: rng.fork('fit'), signal });
    const rows = learned && toAdjacency(learned.graph);
    return {
      state: network.state,
      ...(rows === undefined ? {} : { marks: Uint8Array.from(rows.flatMap((row) => [...row])) }),
    };
  },
);
