import { InputError, type Rng, type RunOptions, rngFrom } from '@cfe/base';
import { selectRows, type Table } from '@cfe/data';
import { type Cpdag, type Dag, edgesOf, type Pdag } from '@cfe/graph';
import { classEffects } from './class-effects.ts';
import { levelOf } from './internal/intervals.ts';

/** Learns a graph or a class from rows. */
export type Learn = (table: Table, rng: Rng) => Promise<Dag | Cpdag | Pdag>;

/** A linear effect of which the graph is not known. */
export interface EffectOverGraphs {
  /** disjoint intervals, in order, that together hold the effect with probability `level` at least */
  readonly set: readonly (readonly [low: number, high: number])[];
  /** the sum of their lengths */
  readonly width: number;
  /** the possible sets of the treatment's parents, most frequent first, with the share of learned graphs that allow them */
  readonly parentSets: readonly {
    readonly parents: readonly string[];
    readonly share: number;
    readonly value: number;
  }[];
  readonly level: number;
  readonly identifiedBy: 'graph' | 'not';
  readonly message: string;
}

/**
 * A linear effect with the uncertainty of the graph in it: a set of intervals, one for each set of parents that the
 * treatment has in a graph learned from resampled rows.
 *
 * The rows are split. Graphs are learned on bootstrap resamples of one half, and so the choice among them cannot flatter
 * the intervals, which come from the other half. Half of the error that `level` allows is left to the graphs, all of
 * which may miss the treatment's parents, and half to the intervals, which are at level (1 + level) / 2.
 *
 * @param table - complete rows; linear mechanisms without hidden confounding are assumed
 * @param options.graphs - resamples that a graph is learned from, default 30
 * @param options.level - default 0.9
 * @throws {@link InputError} if there are fewer than 20 rows or the variables are categorical
 * @throws `signal.reason` on abort
 * @see Maathuis, Kalisch and Bühlmann (2009), Annals of Statistics 37, 3133–3164; for splitting Cox (1975), Biometrika 62
 * @example
 * import { effectOverGraphs } from '@cfe/counterfactuals';
 * import { createTable } from '@cfe/data';
 * import { cpdag } from '@cfe/graph';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const rows = model.sample(200, { seed: 1 });
 * const table = createTable(model.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const learn = async () => cpdag(model.graph); // put learnStructure of @cfe/structure here
 * const { set, identifiedBy } = await effectOverGraphs(table, learn, { treatment: 'x', outcome: 'y' });
 * [set.length, set[0], identifiedBy]; // → [2, [0, 0], 'not']
 */
export async function effectOverGraphs(
  table: Table,
  learn: Learn,
  options: RunOptions & {
    readonly treatment: string;
    readonly outcome: string;
    readonly graphs?: number | undefined;
    readonly level?: number | undefined;
  },
): Promise<EffectOverGraphs> {
  const { treatment, outcome, graphs = 30, seed, signal, onProgress } = options;
  const level = levelOf(options.level);
  if (table.rows < 20) {
    throw new InputError(
      'counterfactuals/few-rows',
      `effectOverGraphs: ${table.rows} rows are too few to learn a graph on one half and an effect on the other; 20 are needed.`,
      { rows: table.rows },
    );
  }
  const rng = rngFrom(seed).fork('graphs');
  const [learning, answering] = halves(table.rows, rng.fork('split'));
  const answers = selectRows(table, answering);
  const found = new Map<
    string,
    { readonly parents: readonly string[]; count: number; value: number; interval: readonly [number, number] }
  >();
  const known = new Map<string, ReturnType<typeof classEffects>>();
  for (let g = 0; g < graphs; g++) {
    signal?.throwIfAborted();
    const draw = rng.fork(`resample ${g}`);
    // the first graph is that of the half itself
    const rows = g === 0 ? learning : learning.map(() => learning[draw.integer(learning.length)] as number);
    const graph = await learn(selectRows(table, rows), draw.fork('learn'));
    const key = JSON.stringify(edgesOf(graph));
    const seen =
      known.get(key) ??
      classEffects(answers, {
        graph,
        variables: table.variables,
        treatment,
        outcome,
        level: (1 + level) / 2,
      });
    known.set(key, seen);
    for (const { parents, value, interval } of seen.effects) {
      const name = [...parents].sort().join('\n');
      const entry = found.get(name);
      if (entry === undefined) found.set(name, { parents, count: 1, value, interval });
      else entry.count++;
    }
    onProgress?.({ phase: 'graphs', done: g + 1, total: graphs });
  }
  const sorted = [...found.values()].sort((a, b) => b.count - a.count);
  const set = union(sorted.map(({ interval }) => interval));
  const single = sorted.length === 1;
  return {
    set,
    width: set.reduce((sum, [low, high]) => sum + high - low, 0),
    parentSets: sorted.map(({ parents, count, value }) => ({ parents, share: count / graphs, value })),
    level,
    identifiedBy: single ? 'graph' : 'not',
    message: single
      ? `All ${graphs} learned graphs agree on the parents of ${treatment}.`
      : `${graphs} learned graphs leave ${sorted.length} possible sets of parents of ${treatment}: the effect lies in one of ${set.length} intervals, and the data do not say which.`,
  };
}

function halves(rows: number, rng: Rng): [Int32Array, Int32Array] {
  const order = Int32Array.from({ length: rows }, (_, r) => r);
  for (let r = rows - 1; r > 0; r--) {
    const other = rng.integer(r + 1);
    [order[r], order[other]] = [order[other] as number, order[r] as number];
  }
  const half = Math.floor(rows / 2);
  return [order.subarray(0, half), order.subarray(half)];
}

/** Intervals with those that overlap joined, in order. */
function union(intervals: readonly (readonly [number, number])[]): [number, number][] {
  const joined: [number, number][] = [];
  for (const [low, high] of [...intervals].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1]) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
}
