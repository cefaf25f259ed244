import {
  createRng,
  defineJob,
  InputError,
  inProcessRunner,
  type Job,
  rngFrom,
  type Variable,
} from '@cfe/base';
import { createTable, type Regimes, resampleRows, selectRows, type Table } from '@cfe/data';
import { edgesOf, type Graph, toAdjacency } from '@cfe/graph';
import { checkTable } from './internal/check-table.ts';
import { withPriorFound } from './internal/prior-found.ts';
import type { Knowledge } from './knowledge.ts';
import { methodNamed } from './methods.ts';
import type { Budget, LearnOptions, StructureMethod } from './structure-method.ts';

export interface BootstrapOptions extends LearnOptions {
  /** how many resampled tables to learn from; default 100 */
  readonly resamples?: number;
  /** what the method found in the table itself, where that is known; by default it is learned first */
  readonly learned?: Graph;
}

/** One resample to learn from, as plain data that a worker can take. */
export interface BootstrapInput {
  readonly variables: readonly Variable[];
  readonly columns: readonly Float64Array[];
  readonly regimes: Regimes | undefined;
  readonly method: string;
  readonly options: object | undefined;
  readonly knowledge: Knowledge | undefined;
  readonly budget: Budget | undefined;
  readonly seed: number;
}

/** The share of rows that a resample replaces: how often a row is there has then the variance ½, where a full bootstrap has 1. */
const replaced = 1 - Math.SQRT1_2;

/** A resample that the method refuses, such as one without the only row of a level, is drawn again so often. */
const mostDraws = 20;

/** What one resample gave: an adjacency matrix, rows one after the other (2 where undirected), or why the method refused it. */
type Resampled = { readonly marks: Uint8Array } | { readonly refused: string };

/** Learns from one resample. */
export const learnResample: Job<BootstrapInput, Resampled> = defineJob(
  import.meta.url,
  'learnResample',
  async (input: BootstrapInput, { signal }) => {
    const method = methodNamed(input.method, input.options);
    if (method === undefined)
      throw new InputError('structure/unknown-method', `bootstrap: there is no method ${input.method}.`);
    return learnOnce(method, input, signal);
  },
);

/**
 * How probable each edge is: the share of resampled tables in which it is found again, everything learned anew.
 *
 * A resample replaces 29% of the rows of each regime, drawn at random, by rows drawn with replacement. The counts of rows then vary half as much as in a full
 * bootstrap, whose noise, added to the data's own, makes shares too modest. `flop` and `ges`, where no charge was chosen, look for the most
 * probable graph in each: edges are as likely beforehand as they are frequent in the graph learned from the table itself. Their shares
 * can be read as probabilities, given that the model holds: of pairs told at c a share c is joined, or somewhat more. Effects too weak to be seen at these rows
 * are the exception, and stay near 0 also where they exist. Shares of other methods say how stable an edge is.
 *
 * A resample that the method refuses, such as one without the only row of a level, is drawn again.
 *
 * A method that ships runs wherever `runner` puts it; one of your own runs in this thread. Every resample has its own
 * seed, so the result does not depend on where.
 *
 * @returns `[d][d]` in the order of the table's columns: [i][j] is the share of resamples with i → j, an undirected
 * edge counting half each way, so that [i][j] + [j][i] is how often the two were joined
 * @throws {@link InputError} if `resamples` is not a whole number above 0, or the method refuses the table or nearly all resamples
 * @example
 * import { createTable } from '@cfe/data';
 * import { linearGaussian } from '@cfe/scm';
 * import { bootstrapConfidence, flop } from '@cfe/structure';
 * const truth = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 1], [0, 0]] });
 * const rows = truth.sample(200, { seed: 1 });
 * const table = createTable(truth.variables.map((variable) => ({ variable, values: rows.column(variable.name) })));
 * const confidence = await bootstrapConfidence(table, flop(), { resamples: 20 });
 * confidence[0]; // → [0, 0.5]
 */
export async function bootstrapConfidence(
  table: Table,
  method: StructureMethod,
  options: BootstrapOptions = {},
): Promise<Float64Array[]> {
  const { resamples = 100, seed, signal, onProgress, runner, knowledge, budget } = options;
  if (!(Number.isInteger(resamples) && resamples > 0)) {
    throw new InputError(
      'structure/bootstrap',
      `bootstrapConfidence: 'resamples' is ${resamples}; it is a whole number, 1 or more.`,
      { resamples },
    );
  }
  const rng = rngFrom(seed).fork('bootstrap');
  const d = table.names.length;
  const shipped = methodNamed(method.name) !== undefined;
  const {
    learned = (await method.learn(table, { seed: rng.fork('table'), signal, knowledge, budget })).graph,
  } = options;
  const { name, options: made } = withPriorFound(method, table, edgesOf(learned).length);
  const inputFor = (b: number, draw: number): BootstrapInput => {
    const own = rng.fork(draw === 0 ? `resample ${b}` : `resample ${b}, draw ${draw}`);
    const drawn = selectRows(table, resampleRows(table, own.fork('rows'), replaced));
    return {
      variables: table.variables,
      columns: table.names.map((name) => drawn.column(name)),
      regimes: drawn.regimes,
      method: name,
      options: made,
      knowledge,
      budget,
      seed: own.fork('search').integer(2 ** 32),
    };
  };
  const job: Job<BootstrapInput, Resampled> = shipped
    ? learnResample
    : { ...learnResample, run: (input, context) => learnOnce(method, input, context.signal) };
  const where = shipped ? (runner ?? inProcessRunner()) : inProcessRunner();
  const found: Uint8Array[] = [];
  let waiting = Array.from({ length: resamples }, (_, b) => b);
  for (let draw = 0; waiting.length > 0; draw++) {
    const before = found.length;
    const results = await where.map(
      job,
      waiting.map((b) => inputFor(b, draw)),
      {
        signal,
        onProgress:
          onProgress &&
          (({ done, ...rest }) =>
            onProgress({ ...rest, done: before + done, total: resamples, phase: 'bootstrap' })),
      },
    );
    waiting = waiting.filter((_, k) => 'refused' in results[k]!);
    let why = '';
    for (const result of results) {
      if ('marks' in result) found.push(result.marks);
      else why = result.refused;
    }
    if (waiting.length > 0 && draw === mostDraws) {
      throw new InputError(
        'structure/resamples',
        `bootstrapConfidence: ${mostDraws + 1} resamples in a row could not be learned from. The last time: ${why}`,
        { method: method.name },
      );
    }
  }
  const confidence = Array.from({ length: d }, () => new Float64Array(d));
  for (const marks of found) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        const mark = marks[i * d + j]!;
        if (mark !== 0) confidence[i]![j] = confidence[i]![j]! + (mark === 1 ? 1 : 0.5);
      }
    }
  }
  return confidence.map((row) => row.map((count) => count / resamples));
}

async function learnOnce(
  method: StructureMethod,
  input: BootstrapInput,
  signal: AbortSignal | undefined,
): Promise<Resampled> {
  const { variables, columns, regimes, knowledge, budget, seed } = input;
  const table = createTable(
    variables.map((variable, j) => ({ variable, values: columns[j]! })),
    { regimes },
  );
  try {
    checkTable(table);
    const { graph } = await method.learn(table, { seed: createRng(seed), signal, knowledge, budget });
    const rows = toAdjacency(graph);
    const marks = new Uint8Array(rows.length ** 2);
    for (const [i, row] of rows.entries()) marks.set(row, i * rows.length);
    return { marks };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}
