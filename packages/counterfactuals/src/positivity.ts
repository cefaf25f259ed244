import { type Columns, InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';
import { logistic, quadraticFit } from './internal/logistic.ts';
import { designOf } from './robustness-value.ts';

/** Whether each row could have been treated either way. */
export interface Positivity {
  /** rows for whom one of the two treatments is all but impossible, by position in the table */
  readonly rows: readonly number[];
  /** their share of all rows */
  readonly share: number;
  /** `[rows]`: the chance, or for a continuous treatment the density relative to its peak, of the less likely setting */
  readonly overlap: Float64Array;
  readonly holds: boolean;
  /** the sentence a person should read, with the first rows named */
  readonly message: string;
}

/**
 * Whether the treatments that are compared both happen among rows like each row: positivity, or overlap. Look at it
 * before an effect is estimated; where it fails, the effect on the rows named is the form of a model, not data.
 *
 * A treatment with two values: its chance given the covariates by logistic regression. Any other number: how far each
 * of the two settings lies from what is usual given the covariates, as a normal density relative to its peak.
 *
 * @param rows - complete rows
 * @param options.covariates - what is adjusted for
 * @param options.least - smallest chance that counts as possible, default 0.02
 * @throws {@link UnknownNameError} if a name is no variable
 * @throws {@link InputError} if the treatment has more than two categories
 * @see Rosenbaum and Rubin (1983), Biometrika 70, 41–55
 * @example
 * import { positivity } from '@cfe/counterfactuals';
 * import { columnsFrom } from '@cfe/base';
 * const variables = [{ name: 'z', kind: 'continuous' }, { name: 'x', kind: 'continuous' }] as const;
 * const rows = columnsFrom({ z: [0, 1, 2, 3, 4, 5], x: [0.1, 0.9, 2.1, 2.9, 4.1, 4.9] });
 * positivity(rows, { variables, treatment: 'x', values: [0, 1], covariates: ['z'] }).share; // → 1
 */
export function positivity(
  rows: Columns,
  options: {
    readonly variables: readonly Variable[];
    readonly treatment: string;
    /** the two settings that are compared; of a two-valued treatment they are both of its values */
    readonly values: readonly [number, number];
    readonly covariates: readonly string[];
    readonly least?: number | undefined;
  },
): Positivity {
  const { variables, treatment, values, covariates, least = 0.02 } = options;
  const find = (name: string): Variable =>
    variables.find((variable) => variable.name === name) ??
    throwUnknownName('positivity', 'variable', name, rows.names);
  const variable = find(treatment);
  if (variable.kind === 'categorical' && variable.levels.length > 2) {
    throw new InputError(
      'counterfactuals/many-levels',
      `positivity: ${quoteName(treatment)} has ${variable.levels.length} levels; compare two at a time, on the rows that have one of them.`,
      { treatment },
    );
  }
  const column = rows.column(treatment);
  const design = covariates.flatMap((name) => designOf(rows, find(name)));
  if (design.length === 0) design.push(new Float64Array(rows.rows));
  const overlap = new Set(column).size <= 2 ? chances(column, design) : densities(column, design, values);
  const thin = Array.from(overlap.keys()).filter((r) => (overlap[r] as number) < least);
  const first = thin.slice(0, 5).map((r) => `${r + 1}`);
  const list = `${first.join(', ')}${thin.length > first.length ? ' …' : ''}`;
  return {
    rows: thin,
    share: thin.length / Math.max(1, rows.rows),
    overlap,
    holds: thin.length === 0,
    message:
      thin.length === 0
        ? `Both settings of ${treatment} are possible for every row (chance at least ${least}).`
        : `${thin.length} of ${rows.rows} rows could hardly have had both settings of ${treatment} (chance below ${least}): rows ${list}. Leave such rows out, or read the effect as an extrapolation.`,
  };
}

function chances(column: Float64Array, design: readonly Float64Array[]): Float64Array {
  const low = column.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const labels = column.map((v) => (v === low ? 0 : 1));
  return logistic(design, labels)(design).map((e) => Math.min(e, 1 - e));
}

function densities(
  column: Float64Array,
  design: readonly Float64Array[],
  values: readonly [number, number],
): Float64Array {
  const expected = quadraticFit(design, column)(design);
  const variance = column.reduce((sum, v, r) => sum + (v - (expected[r] as number)) ** 2, 0) / column.length;
  return expected.map((m) => Math.min(...values.map((v) => Math.exp((-0.5 * (v - m) ** 2) / variance))));
}
