import { inProcessRunner, type RunOptions, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { Dag } from '@cfe/graph';
import { type CausalNetwork, createNetwork } from '@cfe/network';
import { learnStructure, type StructureResult } from '@cfe/structure';
import { type FitResult, fitNetwork } from '@cfe/trainer';
import { selectedExecutor } from './executor.ts';
import { type Recipe, refit } from './refit.ts';

/** A fitted model, its refits on resampled rows, and how it was made. */
export interface FittedEnsemble {
  readonly model: CausalNetwork;
  readonly replicates: readonly CausalNetwork[];
  readonly rows: Table;
  readonly fit: FitResult;
  /** absent where the graph was given */
  readonly learned?: StructureResult;
  /** `[d][d]`: share of the resamples in which i → j was learned, an undirected edge counting half each way */
  readonly confidence?: readonly Float64Array[];
}

/**
 * Makes the model of all rows and the same again on resampled rows, each resample in a task of its own.
 *
 * Where the graph is learned, every refit learns it anew: the intervals then cover the doubt about the graph too, as far
 * as resampling shows it.
 */
export async function fitEnsemble(
  table: Table,
  recipe: Recipe,
  {
    replicates,
    seed,
    signal,
    onProgress,
    runner = inProcessRunner(),
  }: RunOptions & { readonly replicates: number },
): Promise<FittedEnsemble> {
  const rng = rngFrom(seed).fork('ensemble');
  const learned =
    'learn' in recipe
      ? await learnStructure(table, {
          method: recipe.learn.method as 'auto',
          knowledge: recipe.learn.knowledge,
          seed: rng.fork('graph'),
          signal,
          onProgress,
        })
      : undefined;
  const graph = 'graph' in recipe ? recipe.graph : (learned?.dag as Dag);
  const { variables } = table;
  const executor = await selectedExecutor();
  const create = (on: Dag): CausalNetwork =>
    createNetwork({
      graph: on,
      variables,
      mechanisms: recipe.mechanisms,
      seed: rng.fork('network'),
      executor,
    });
  const model = create(graph);
  const fit = await fitNetwork(model, table, { seed: rng.fork('fit'), signal, onProgress });
  const columns = table.names.map((name) => table.column(name));
  const inputs = Array.from({ length: replicates }, (_, index) => ({
    variables,
    columns,
    regimes: table.regimes,
    recipe,
    seed: rng.fork(`replicate ${index}`).integer(2 ** 32),
  }));
  const refits = await runner.map(refit, inputs, {
    signal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, phase: 'refits on resampled rows' })),
  });
  return {
    model,
    replicates: refits.map(({ state }) => {
      const network = create(state.graph);
      network.update(state);
      return network;
    }),
    rows: table,
    fit,
    ...(learned === undefined ? {} : { learned }),
    ...(learned === undefined || replicates === 0
      ? {}
      : {
          confidence: shares(
            table.names.length,
            refits.map(({ marks }) => marks as Uint8Array),
          ),
        }),
  };
}

function shares(d: number, found: readonly Uint8Array[]): Float64Array[] {
  return Array.from({ length: d }, (_, i) =>
    Float64Array.from({ length: d }, (_, j) => {
      const count = found.reduce((sum, marks) => {
        const mark = marks[i * d + j];
        return sum + (mark === 0 ? 0 : mark === 1 ? 1 : 0.5);
      }, 0);
      return count / found.length;
    }),
  );
}
