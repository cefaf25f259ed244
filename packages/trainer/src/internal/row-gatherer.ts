import type { Dtype, Floats } from '@cfe/autograd';
import type { TrainingRows } from './training-rows.ts';

/** Copies chosen rows into a batch. */
export interface RowGatherer {
  /** the first `n` of `rows`, written by variable: `[d * n]` of `values` and of `omit` */
  gather(rows: ArrayLike<number>, n: number, values: Floats, omit: Uint8Array): void;
}

/** Rows copied at a time: what is read and what is written of them stay in the fastest cache. */
const tile = 16;

/**
 * Rows are kept one after the other, in the executor's precision: a batch in random order then reads a few lines of memory per row,
 * where columns would take one for every number.
 */
export function rowGatherer({ rows: length, counts, values, omit }: TrainingRows, dtype: Dtype): RowGatherer {
  const d = counts.length;
  const own = dtype === 'float64' ? new Float64Array(d * length) : new Float32Array(d * length);
  transpose(values, own);
  let ownOmit: Uint8Array | undefined;
  if (omit.includes(1)) {
    ownOmit = new Uint8Array(d * length);
    transpose(omit, ownOmit);
  }

  function transpose(from: Floats | Uint8Array, to: Floats | Uint8Array): void {
    for (let first = 0; first < length; first += tile) {
      const end = Math.min(length, first + tile);
      for (let j = 0; j < d; j++)
        for (let r = first; r < end; r++) to[r * d + j] = from[j * length + r] as number;
    }
  }

  return {
    gather(rows, n, intoValues, intoOmit) {
      pick(own, rows, n, intoValues);
      if (ownOmit === undefined) intoOmit.fill(0, 0, d * n);
      else pick(ownOmit, rows, n, intoOmit);
    },
  };

  function pick(
    from: Floats | Uint8Array,
    rows: ArrayLike<number>,
    n: number,
    into: Floats | Uint8Array,
  ): void {
    for (let first = 0; first < n; first += tile) {
      const end = Math.min(n, first + tile);
      for (let j = 0; j < d; j++)
        for (let k = first; k < end; k++) into[j * n + k] = from[(rows[k] as number) * d + j] as number;
    }
  }
}
