import { type Plan, planLayout } from '@cfe/autograd';
import { type Columns, InputError, quoteName, type Variable } from '@cfe/base';
import type { NetworkState } from '../network-state.ts';
import { columnsOf } from './columns.ts';

/** The columns that hold a plan's noise: their names in the plan's order, and each variable's part of them. */
export interface NoiseColumns {
  readonly names: readonly string[];
  readonly of: readonly (readonly string[])[];
}

/** @throws {@link InputError} if a variable's name is also that of another's noise */
export function noiseColumns(variables: readonly Variable[]): NoiseColumns {
  const of = variables.map((variable) =>
    variable.kind === 'categorical'
      ? variable.levels.map((level) => `${variable.name}[${level}]`)
      : [variable.name],
  );
  const names = of.flat();
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InputError(
        'network/noise-name',
        `createNetwork: ${quoteName(name)} would name two columns of noise, since a categorical variable's noise is named variable[level]. Rename the variable or the level.`,
        { name },
      );
    }
    seen.add(name);
  }
  return { names, of };
}

/** What one unit of the plan's noise is in the noise column's unit: σ · scale for additive variables, else 1. */
export function noiseUnits(plan: Plan, state: NetworkState): Float64Array {
  const { mechanisms } = planLayout(plan);
  return Float64Array.from(mechanisms, ({ logScale }, j) =>
    plan.mechanisms[j]?.head.kind === 'additive'
      ? (state.scales[j]?.scale as number) *
        (logScale < 0 ? 1 : Math.exp(state.parameters[logScale] as number))
      : 1,
  );
}

/** A plan's noise, `[noiseColumns * rows]`, from columns in their own units, written to `to`. */
export function noiseToPlan(
  plan: Plan,
  columns: NoiseColumns,
  units: Float64Array,
  noise: Columns,
  to: { [at: number]: number },
): void {
  const { mechanisms } = planLayout(plan);
  const { rows } = noise;
  for (const [j, names] of columns.of.entries()) {
    const unit = units[j] as number;
    for (const [k, name] of names.entries()) {
      const column = noise.column(name);
      const base = ((mechanisms[j]?.noise as number) + k) * rows;
      for (let r = 0; r < rows; r++) {
        const u = column[r] as number;
        if (!Number.isFinite(u)) throw badNoise(name, r, u);
        to[base + r] = u / unit;
      }
    }
  }
}

/** Columns in their own units from a plan's noise. */
export function noiseFromPlan(
  plan: Plan,
  columns: NoiseColumns,
  units: Float64Array,
  noise: ArrayLike<number>,
  rows: number,
): Columns {
  const { mechanisms } = planLayout(plan);
  const arrays = columns.of.flatMap((names, j) =>
    names.map((_, k) => {
      const base = ((mechanisms[j]?.noise as number) + k) * rows;
      const unit = units[j] as number;
      const out = new Float64Array(rows);
      for (let r = 0; r < rows; r++) out[r] = (noise[base + r] as number) * unit;
      return out;
    }),
  );
  return columnsOf(columns.names, arrays, rows);
}

function badNoise(name: string, row: number, value: number): InputError {
  return new InputError(
    'network/noise',
    `predict: the noise ${quoteName(name)} is ${value} in row ${row}; it must be a finite number. Take noise from 'noise' or 'abduct'.`,
    { column: name, row, value },
  );
}
