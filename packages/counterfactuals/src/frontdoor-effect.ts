import { type Columns, InputError, quoteName, throwUnknownName, type Variable } from '@cfe/base';
import { levelOf } from './internal/intervals.ts';
import { tQuantile } from './internal/quantiles.ts';
import { regress } from './internal/regression.ts';

/** An average effect through measured mediators, estimated in two stages. */
export interface FrontdoorEffect {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  readonly level: number;
  readonly mediators: readonly string[];
  readonly assumptions: readonly string[];
}

/**
 * An average effect by the front-door formula Σₘ P(m | x) Σₓ′ P(x′) E[Y | x′, m]: what the treatment does to the mediators,
 * times what they do to the outcome with the treatment held.
 *
 * Stage one is the mediators' mean and mean square at both settings: of a two-valued treatment those of its rows, of a number
 * a regression on it and its square with the spread of its residuals. Stage two regresses the outcome on treatment, mediators,
 * their squares and the products of treatment and mediators. The interval is Student's, its
 * variance that of a jackknife which leaves out a 25th of the rows at a time.
 *
 * @param rows - complete rows
 * @param options.mediators - a front-door set: see `frontdoorSet` of `@cfe/graph`. Continuous
 * @throws {@link UnknownNameError} if a name is no variable
 * @throws {@link InputError} if there are fewer than 20 rows, or treatment, mediators or outcome are of a kind not covered
 * @see Pearl (1995), Causal diagrams for empirical research, Biometrika 82, 669–688, theorem 2; Kott (2001), The
 * delete-a-group jackknife, Journal of Official Statistics 17, 521–526
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { frontdoorEffect } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const nodes = ['u', 'x', 'm', 'y'];
 * const truth = linearGaussian({ nodes, weights: [[0, 1, 0, 2], [0, 0, 2, 0], [0, 0, 0, 3], [0, 0, 0, 0]] });
 * const rows = truth.sample(5000, { seed: 1 }); // u is hidden; the effect of x on y is 6
 * const asked = { variables: truth.variables, treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', mediators: ['m'] };
 * Math.abs(frontdoorEffect(rows, asked).value - 6) < 0.2; // → true
 */
export function frontdoorEffect(
  rows: Columns,
  options: {
    readonly variables: readonly Variable[];
    readonly treatment: Readonly<Record<string, number | string>>;
    readonly control: Readonly<Record<string, number | string>>;
    readonly outcome: string;
    readonly outcomeLevel?: string | undefined;
    readonly mediators: readonly string[];
    readonly level?: number | undefined;
  },
): FrontdoorEffect {
  const { variables, treatment, control, outcome, mediators } = options;
  const level = levelOf(options.level);
  const find = (name: string): Variable =>
    variables.find((variable) => variable.name === name) ??
    throwUnknownName('frontdoorEffect', 'variable', name, rows.names);
  const [name, ...more] = Object.keys(treatment);
  if (name === undefined || more.length > 0 || control[name] === undefined) refuse('one treatment at a time');
  const variable = find(name);
  if (variable.kind === 'categorical' && variable.levels.length !== 2)
    refuse(`a treatment of two levels, and ${quoteName(name)} has ${variable.levels.length}`);
  const categorical = mediators.find((mediator) => find(mediator).kind === 'categorical');
  if (categorical !== undefined) refuse(`continuous mediators, and ${quoteName(categorical)} is categorical`);
  if (rows.rows < 20) refuse(`20 rows, and there are ${rows.rows}`);
  const numberOf = (value: number | string | undefined): number =>
    typeof value === 'string' && variable.kind === 'categorical'
      ? variable.levels.indexOf(value)
      : Number(value);
  const [high, low] = [numberOf(treatment[name]), numberOf(control[name])];
  const x = rows.column(name);
  const y = outcomeColumn(rows, find(outcome), options.outcomeLevel);
  const m = mediators.map((mediator) => rows.column(mediator));
  const value = estimate(x, m, y, high, low);
  const groups = Math.min(25, rows.rows);
  const left = Array.from({ length: groups }, (_, g) => {
    const keep = (column: Float64Array): Float64Array => column.filter((_, r) => r % groups !== g);
    return estimate(keep(x), m.map(keep), keep(y), high, low);
  });
  const centre = left.reduce((a, b) => a + b, 0) / groups;
  const variance = ((groups - 1) / groups) * left.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  const half = tQuantile((1 + level) / 2, groups - 1) * Math.sqrt(variance);
  return {
    value,
    interval: [value - half, value + half],
    level,
    mediators,
    assumptions: [
      `${mediators.map(quoteName).join(', ')} carry all of the effect, and no hidden cause but the treatment's touches them`,
      'the mean outcome is quadratic in treatment and mediators, with products of the two',
      ...(new Set(x).size > 2 ? ['the mediators are quadratic in the treatment, with one spread'] : []),
    ],
  };
}

function refuse(needs: string): never {
  throw new InputError('counterfactuals/front-door', `frontdoorEffect: it needs ${needs}.`);
}

function outcomeColumn(rows: Columns, variable: Variable, level: string | undefined): Float64Array {
  const column = rows.column(variable.name);
  if (variable.kind === 'continuous') return column;
  const index = level === undefined ? -1 : variable.levels.indexOf(level);
  if (index < 0)
    refuse(`'outcomeLevel' of ${quoteName(variable.name)}: ${variable.levels.map(quoteName).join(', ')}`);
  return column.map((v) => (v === index ? 1 : 0));
}

/** Σ over terms of the outcome's regression that hold a mediator: coefficient · change of the term's mean. */
function estimate(
  x: Float64Array,
  mediators: readonly Float64Array[],
  y: Float64Array,
  high: number,
  low: number,
): number {
  const isBinary = new Set(x).size <= 2;
  const square = (v: Float64Array): Float64Array => v.map((t) => t * t);
  const outcome = regress(
    [
      x,
      ...(isBinary ? [] : [square(x)]),
      ...mediators.flatMap((m) => [m, square(m), m.map((v, r) => v * (x[r] as number))]),
    ],
    y,
  ).coefficients;
  const meanX = mean(x);
  const from = isBinary ? 1 : 2;
  return mediators.reduce((sum, m, k) => {
    const at = from + 3 * k;
    const [a, b] = [momentsAt(x, m, high, isBinary), momentsAt(x, m, low, isBinary)];
    const [first, second] = [a.first - b.first, a.second - b.second];
    return (
      sum +
      ((outcome[at] as number) + meanX * (outcome[at + 2] as number)) * first +
      (outcome[at + 1] as number) * second
    );
  }, 0);
}

/** Mean and mean square of a mediator where the treatment has a value. */
function momentsAt(
  x: Float64Array,
  m: Float64Array,
  value: number,
  isBinary: boolean,
): { readonly first: number; readonly second: number } {
  if (isBinary) {
    const own = m.filter((_, r) => x[r] === value);
    return { first: mean(own), second: mean(own.map((v) => v * v)) };
  }
  const columns = [x, x.map((v) => v * v)];
  const { coefficients } = regress(columns, m);
  const [a, b] = coefficients as unknown as [number, number];
  const at = (v: number): number => a * v + b * v * v;
  const intercept = mean(m.map((v, r) => v - at(x[r] as number)));
  const first = intercept + at(value);
  const spread = mean(m.map((v, r) => (v - intercept - at(x[r] as number)) ** 2));
  return { first, second: first * first + spread };
}

function mean(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
