import type { Columns, Rng, Variable } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { LossBatch } from '@cfe/losses';
import type { Scale } from '@cfe/network';
import type { CausalModel, Intervention } from '@cfe/scm';
import { anyOf } from './choose.ts';

/** Rows that a simulator makes under interventions of its rows' own, standardised. */
export interface SimulatedRows {
  /** the worlds before and after the action, `[d * rows]` */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** `[d * rows]`, 1 where a value was set */
  readonly cut: Uint8Array;
}

/** @param targets - by row, the indices of the variables to set: each to a value that it has in some row of the table */
export function simulate(
  model: CausalModel,
  variables: readonly Variable[],
  scales: readonly Scale[],
  table: Table,
  targets: readonly (readonly number[])[],
  rng: Rng,
): SimulatedRows {
  const n = targets.length;
  const cut = new Uint8Array(variables.length * n);
  const action: Intervention[] = [];
  for (const [j, { name }] of variables.entries()) {
    const observed = table.column(name).filter((x) => !Number.isNaN(x));
    const value = new Float64Array(n).fill(Number.NaN);
    for (let k = 0; k < n; k++) {
      if (!targets[k]?.includes(j)) continue;
      value[k] = anyOf(rng, observed);
      cut[j * n + k] = 1;
    }
    action.push({ target: name, kind: 'hard', value });
  }
  const noise = model.noise(n, { seed: rng.integer(2 ** 31) });
  const standard = (columns: Columns): Float64Array => {
    const out = new Float64Array(cut.length);
    for (const [j, { name }] of variables.entries()) {
      const { centre, scale } = scales[j] as Scale;
      const column = columns.column(name);
      for (let k = 0; k < n; k++) out[j * n + k] = ((column[k] as number) - centre) / scale;
    }
    return out;
  };
  return {
    before: standard(model.predict(noise)),
    after: standard(model.predict(noise, { do: action })),
    cut,
  };
}

/** The two worlds as the paired loss reads them. */
export function asPairs({ before, after, cut }: SimulatedRows, rows: number): LossBatch {
  return { rows, values: before, pairs: { action: { cut, value: after }, values: after } };
}
