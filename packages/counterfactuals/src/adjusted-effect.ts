import { type Columns, InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';
import { inverse, Matrix } from 'ml-matrix';
import { levelOf } from './internal/intervals.ts';
import { tQuantile } from './internal/quantiles.ts';
import { designOf } from './robustness-value.ts';

/** An average effect estimated by adjustment alone, without a model of every mechanism. */
export interface AdjustedEffect {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  readonly standardError: number;
  readonly level: number;
  readonly adjustmentSet: readonly string[];
  readonly assumptions: readonly string[];
}

/**
 * An average effect by the g-formula: the outcome regressed on treatment and adjustment set, the regression averaged over
 * the rows at both treatments.
 *
 * The regression is linear with a square of each number and the product of each treatment with each covariate; of a
 * categorical variable, an indicator per level. Its errors need not have one variance: the interval rests on the HC3
 * covariance and adds the sampling of the covariates.
 *
 * @param rows - complete rows
 * @param options.adjustmentSet - valid for the effect: see `adjust` and `checkAdjustmentSet` of `@cfe/graph`
 * @throws {@link UnknownNameError} if a name is no variable
 * @throws {@link InputError} if the outcome is categorical without a level, or there are too few rows for the terms
 * @see Robins (1986), Mathematical Modelling 7, 1393–1512; MacKinnon and White (1985), Journal of Econometrics 29 (HC3)
 * @example
 * import { adjustedEffect } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['z', 'x', 'y'], weights: [[0, 1, 3], [0, 0, 2], [0, 0, 0]] });
 * const { value } = adjustedEffect(model.sample(5000, { seed: 1 }), {
 *   variables: model.variables, treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', adjustmentSet: ['z'],
 * });
 * Math.abs(value - 2) < 0.1; // → true
 */
export function adjustedEffect(
  rows: Columns,
  options: {
    readonly variables: readonly Variable[];
    readonly treatment: Readonly<Record<string, number | string>>;
    readonly control: Readonly<Record<string, number | string>>;
    readonly outcome: string;
    readonly outcomeLevel?: string | undefined;
    readonly adjustmentSet: readonly string[];
    readonly level?: number | undefined;
  },
): AdjustedEffect {
  const { variables, treatment, control, outcome, adjustmentSet } = options;
  const level = levelOf(options.level);
  const find = (name: string): Variable =>
    variables.find((variable) => variable.name === name) ??
    throwUnknownName('adjustedEffect', 'variable', name, rows.names);
  const treatments = Object.keys(treatment).map(find);
  const covariates = adjustmentSet.map(find);
  const y = outcomeOf(rows, find(outcome), options.outcomeLevel);
  const n = rows.rows;
  const set = (setting: Readonly<Record<string, number | string>>): Columns => ({
    ...rows,
    column: (name) => {
      const given = setting[name];
      if (given === undefined) return rows.column(name);
      const variable = find(name);
      const value =
        typeof given === 'number' || variable.kind !== 'categorical' ? given : variable.levels.indexOf(given);
      return new Float64Array(n).fill(Number(value));
    },
  });
  const terms = termsOf(rows, treatments, covariates);
  const kept = independentTerms(terms(rows));
  const design = terms(rows).filter((_, k) => kept.includes(k));
  const p = design.length;
  if (n <= p + 1) {
    throw new InputError(
      'counterfactuals/few-rows',
      `adjustedEffect: ${n} rows cannot carry a regression with ${p} terms. Adjust for fewer variables, or bring more rows.`,
      { rows: n, terms: p },
    );
  }
  const contrastOf = (setting: Readonly<Record<string, number | string>>): Float64Array[] =>
    terms(set(setting)).filter((_, k) => kept.includes(k));
  const [high, low] = [contrastOf(treatment), contrastOf(control)];
  const gram = new Matrix(design.map((a) => design.map((b) => dot(a, b))));
  const bread = inverse(gram);
  const cross = design.map((a) => dot(a, y));
  const beta = design.map((_, i) => cross.reduce((sum, c, j) => sum + bread.get(i, j) * c, 0));
  const contrast = design.map((_, k) => {
    const [a, b] = [high[k] as Float64Array, low[k] as Float64Array];
    let sum = 0;
    for (let r = 0; r < n; r++) sum += (a[r] as number) - (b[r] as number);
    return sum / n;
  });
  const value = beta.reduce((sum, b, k) => sum + b * (contrast[k] as number), 0);
  const lever = design.map((_, i) => contrast.reduce((sum, c, j) => sum + bread.get(i, j) * c, 0));
  let variance = 0;
  for (let r = 0; r < n; r++) {
    let [fitted, influence, leverage, own] = [0, 0, 0, 0];
    for (let i = 0; i < p; i++) {
      const x = (design[i] as Float64Array)[r] as number;
      fitted += (beta[i] as number) * x;
      influence += (lever[i] as number) * x;
      own +=
        (beta[i] as number) *
        (((high[i] as Float64Array)[r] as number) - ((low[i] as Float64Array)[r] as number));
      for (let j = 0; j < p; j++)
        leverage += x * bread.get(i, j) * ((design[j] as Float64Array)[r] as number);
    }
    variance += ((influence * ((y[r] as number) - fitted)) / Math.max(1e-6, 1 - leverage)) ** 2;
    variance += ((own - value) / n) ** 2;
  }
  const standardError = Math.sqrt(variance);
  const half = tQuantile((1 + level) / 2, n - p) * standardError;
  const names = adjustmentSet.length === 0 ? 'nothing' : adjustmentSet.map(quoteName).join(', ');
  return {
    value,
    interval: [value - half, value + half],
    standardError,
    level,
    adjustmentSet,
    assumptions: [
      `the graph is right, so that adjusting for ${names} leaves no open path but the causal ones`,
      'the mean outcome is quadratic in treatment and adjustment set, with products of the two',
    ],
  };
}

function outcomeOf(rows: Columns, variable: Variable, level: string | undefined): Float64Array {
  const column = rows.column(variable.name);
  if (variable.kind === 'continuous') return column;
  const index = level === undefined ? -1 : variable.levels.indexOf(level);
  if (index < 0) {
    throw new InputError(
      'counterfactuals/outcome-level',
      `adjustedEffect: ${quoteName(variable.name)} is categorical. Name the level whose probability to compare in 'outcomeLevel': ${variable.levels.map(quoteName).join(', ')}.`,
      { outcome: variable.name, levels: variable.levels },
    );
  }
  return column.map((x) => (x === index ? 1 : 0));
}

/** The regression's columns as a function of the rows, numbers centred and scaled as in the rows at hand. */
function termsOf(
  rows: Columns,
  treatments: readonly Variable[],
  covariates: readonly Variable[],
): (rows: Columns) => Float64Array[] {
  const scales = new Map(
    [...treatments, ...covariates].map(({ name }) => {
      const column = rows.column(name);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length) || 1;
      return [name, { mean, sd }] as const;
    }),
  );
  const scaled = (at: Columns, variable: Variable): Float64Array[] => {
    if (variable.kind === 'categorical') return designOf(at, variable);
    const { mean, sd } = scales.get(variable.name) as { readonly mean: number; readonly sd: number };
    return [at.column(variable.name).map((v) => (v - mean) / sd)];
  };
  const times = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, r) => v * (b[r] as number));
  return (at) => {
    const t = treatments.flatMap((variable) => scaled(at, variable));
    const z = covariates.flatMap((variable) => scaled(at, variable));
    return [
      new Float64Array(at.rows).fill(1),
      ...t,
      ...z,
      ...t.map((a) => times(a, a)),
      ...z.map((a) => times(a, a)),
      ...t.flatMap((a) => z.map((b) => times(a, b))),
    ];
  };
}

/** Terms that the ones before them do not determine, by pivots of a Gram–Schmidt sweep; an indicator's square drops out. */
function independentTerms(terms: readonly Float64Array[]): number[] {
  const basis: Float64Array[] = [];
  return terms.flatMap((term, k) => {
    let rest = term;
    for (let pass = 0; pass < 2; pass++)
      for (const b of basis) {
        const share = dot(rest, b);
        rest = rest.map((v, r) => v - share * (b[r] as number));
      }
    const length = Math.sqrt(dot(rest, rest));
    if (length <= 1e-7 * Math.sqrt(dot(term, term))) return [];
    basis.push(rest.map((v) => v / length));
    return [k];
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += (a[r] as number) * (b[r] as number);
  return sum;
}
