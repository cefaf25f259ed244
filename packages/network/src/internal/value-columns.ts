import { type Columns, InputError, quoteName, type Variable } from '@cfe/base';
import type { Scale } from '../network-state.ts';

/** Complete rows on the standardised scale, `[d * rows]` by variable. */
export function valuesToPlan(
  where: string,
  variables: readonly Variable[],
  scales: readonly Scale[],
  rows: Columns,
): Float64Array {
  const n = rows.rows;
  const out = new Float64Array(variables.length * n);
  for (const [j, variable] of variables.entries()) {
    const column = rows.column(variable.name);
    const { centre, scale } = scales[j] as Scale;
    const levels = variable.kind === 'categorical' ? variable.levels.length : 0;
    for (let r = 0; r < n; r++) {
      const x = column[r] as number;
      const ok = levels > 0 ? Number.isInteger(x) && x >= 0 && x < levels : Number.isFinite(x);
      if (!ok) throw incomplete(where, variable, r, x);
      out[j * n + r] = (x - centre) / scale;
    }
  }
  return out;
}

/** A column in its own unit, from standardised values that begin at `from`. */
export function columnFromPlan(
  values: ArrayLike<number>,
  from: number,
  rows: number,
  { centre, scale }: Scale,
): Float64Array {
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = centre + scale * (values[from + r] as number);
  return out;
}

function incomplete(where: string, variable: Variable, row: number, value: number): InputError {
  const needs =
    variable.kind === 'categorical'
      ? `the index of a level, 0 to ${variable.levels.length - 1}`
      : 'a finite number';
  return new InputError(
    'network/incomplete-row',
    `${where}: row ${row} of ${quoteName(variable.name)} is ${Number.isNaN(value) ? 'missing' : value}; complete rows are needed, here ${needs}. Impute it or leave the row out.`,
    { variable: variable.name, row, value },
  );
}
