import { breather, InputError, permutation, rngFrom, type Seed } from '@cfe/base';
import { selectRows, type Table } from './table.ts';

/** How rows are put into batches. */
export interface BatchOptions {
  readonly size: number;
  /** default `'shuffled'`: each row once per pass, in a random order that depends on the seed and the pass */
  readonly order?: 'shuffled' | 'as-is';
  /** default `'keep'`: the last batch may be smaller */
  readonly last?: 'keep' | 'drop';
  /** passes over the rows, default 1 */
  readonly passes?: number;
  readonly seed?: Seed | undefined;
  /** of the asynchronous form: checked before each batch */
  readonly signal?: AbortSignal | undefined;
}

/** Batches to loop over, with `for … of`, or with `for await … of`, which gives the event loop its turns. */
export interface Batches extends Iterable<Table>, AsyncIterable<Table> {
  /** batches in all */
  readonly count: number;
}

/**
 * The rows of a table in batches; regimes come along. Every loop over the result starts anew and gives the same batches.
 *
 * @throws {@link InputError} if `size` or `passes` is not a positive whole number
 * @example
 * import { batches, parseCsv } from '@cfe/data';
 * const table = parseCsv('x\n1\n2\n3\n4\n5\n');
 * let rows = 0;
 * for await (const batch of batches(table, { size: 2, seed: 1 })) rows += batch.rows;
 * rows; // → 5
 */
export function batches(table: Table, options: BatchOptions): Batches {
  const { size, order = 'shuffled', last = 'keep', passes = 1 } = options;
  for (const [name, value] of Object.entries({ size, passes })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new InputError(
        'data/batches',
        `batches: '${name}' must be a whole number from 1, got ${value}.`,
        {
          [name]: value,
        },
      );
    }
  }
  const rng = rngFrom(options.seed).fork('batches');
  const each = last === 'drop' ? Math.floor(table.rows / size) : Math.ceil(table.rows / size);
  function* all(): Generator<Table, void, undefined> {
    for (let pass = 0; pass < passes; pass++) {
      const rows =
        order === 'shuffled'
          ? permutation(rng.fork(`pass ${pass}`), table.rows)
          : Int32Array.from({ length: table.rows }, (_, r) => r);
      for (let b = 0; b < each; b++) yield selectRows(table, rows.subarray(b * size, (b + 1) * size));
    }
  }
  return {
    count: each * passes,
    [Symbol.iterator]: all,
    async *[Symbol.asyncIterator]() {
      const breathe = breather(options.signal);
      for (const batch of all()) {
        const wait = breathe();
        if (wait !== undefined) await wait;
        yield batch;
      }
    },
  };
}
