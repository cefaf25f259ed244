import {
  createRng,
  defineJob,
  InputError,
  inProcessRunner,
  type Job,
  rngFrom,
  type Variable,
} from '@cfe/base';
import { createTable, type Regimes, selectRows, type Table } from '@cfe/data';
import { toAdjacency } from '@cfe/graph';
import type { Knowledge } from './knowledge.ts';
import { methodNamed } from './methods.ts';
import type { Budget, LearnOptions, StructureMethod } from './structure-method.ts';

export interface BootstrapOptions extends LearnOptions {
  /** how many resampled tables to learn from; default 100 */
  readonly resamples?: number;
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

/** Learns from one resample; its adjacency matrix, rows one after the other (2 where undirected). */
export const learnResample: Job<BootstrapInput, Uint8Array> = defineJob(
  import.meta.url,
  'learnResample',
  async (input: BootstrapInput, { signal }) => {
    const method = methodNamed(input.method, input.options);
    if (method === undefined)
      throw new InputError('structure/unknown-method', `bootstrap: there is no method ${input.method}.`);
    const table = createTable(
      input.variables.map((variable, j) => ({ variable, values: input.columns[j]! })),
      { regimes: input.regimes },
    );
    return learnOnce(table, method, input, signal);
  },
);

/**
 * How often each edge is found again in resampled data: rows are drawn with replacement within each regime, and
 * everything is learned anew.
 *
 * A method that ships runs wherever `runner` puts it; one of your own runs in this thread. Every resample has its own
 * seed, so the result does not depend on where.
 *
 * @returns `[d][d]` in the order of the table's columns: [i][j] is the share of resamples with i → j, an undirected
 * edge counting half each way, so that [i][j] + [j][i] is how often the two were joined
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
  const rng = rngFrom(seed).fork('bootstrap');
  const d = table.names.length;
  const shipped = methodNamed(method.name) !== undefined;
  const inputs = Array.from({ length: resamples }, (_, b): BootstrapInput => {
    const own = rng.fork(`resample ${b}`);
    const drawn = selectRows(table, resampledRows(table, own.fork('rows')));
    return {
      variables: table.variables,
      columns: table.names.map((name) => drawn.column(name)),
      regimes: drawn.regimes,
      method: method.name,
      options: method.options,
      knowledge,
      budget,
      seed: own.fork('search').integer(2 ** 32),
    };
  });
  const job: Job<BootstrapInput, Uint8Array> = shipped
    ? learnResample
    : {
        ...learnResample,
        run: (input, context) =>
          learnOnce(
            createTable(
              input.variables.map((variable, j) => ({ variable, values: input.columns[j]! })),
              { regimes: input.regimes },
            ),
            method,
            input,
            context.signal,
          ),
      };
  const where = shipped ? (runner ?? inProcessRunner()) : inProcessRunner();
  const found = await where.map(job, inputs, {
    signal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, phase: 'bootstrap' })),
  });
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
  table: Table,
  method: StructureMethod,
  { knowledge, budget, seed }: BootstrapInput,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { graph } = await method.learn(table, {
    seed: createRng(seed),
    signal,
    ...(knowledge === undefined ? {} : { knowledge }),
    ...(budget === undefined ? {} : { budget }),
  });
  const rows = toAdjacency(graph);
  const out = new Uint8Array(rows.length ** 2);
  for (const [i, row] of rows.entries()) out.set(row, i * rows.length);
  return out;
}

function resampledRows(table: Table, rng: ReturnType<typeof createRng>): Int32Array {
  const byRegime = new Map<number, number[]>();
  for (let r = 0; r < table.rows; r++) {
    const regime = table.regimes?.of[r] ?? 0;
    const rows = byRegime.get(regime);
    if (rows === undefined) byRegime.set(regime, [r]);
    else rows.push(r);
  }
  return Int32Array.from(
    [...byRegime.values()].flatMap((rows) => rows.map(() => rows[rng.integer(rows.length)]!)),
  );
}
