import { type Columns, InputError, quoteName, rngFrom, type Seed, type Variable } from '@cfe/base';
import { adjust, type Dag } from '@cfe/graph';
import { type Confounded, withHiddenCauses } from './internal/declared-graph.ts';
import { levelOf } from './internal/intervals.ts';
import { logistic, quadraticFit } from './internal/logistic.ts';
import { positivity } from './positivity.ts';
import { designOf } from './robustness-value.ts';

/** Intervals for one unit's two outcomes, and for its effect. */
export interface UnitIntervals {
  readonly treated: readonly [low: number, high: number];
  readonly control: readonly [low: number, high: number];
  /** of the difference; its two ends come from intervals at level (1 + level) / 2, so that both hold at once */
  readonly effect: readonly [low: number, high: number];
}

/** Intervals for new units that need no model to be right. */
export interface ConformalEffects {
  readonly units: readonly UnitIntervals[];
  readonly level: number;
  readonly adjustmentSet: readonly string[];
  readonly assumptions: readonly string[];
}

/**
 * Intervals for what new units would be treated and untreated, and for the difference, by weighted split conformal
 * prediction.
 *
 * They cover with probability `level` over units whatever the law of the outcome, if the treatment's chance given the
 * covariates is known or well estimated; in a randomised experiment exactly. That needs a treatment of two values, no
 * open back-door path given measured variables, and overlap: elsewhere the call is refused, with the reason. They are no
 * intervals for counterfactuals by abduction, which know a unit's own outcome.
 *
 * @param rows - complete rows
 * @param units - new units: at least the columns of the adjustment set
 * @param options.graph - who causes whom; what is adjusted for is its best adjustment set
 * @param options.confounded - pairs that a hidden cause moves together
 * @param options.level - default 0.9
 * @throws {@link InputError} if the treatment has not two values, the outcome is categorical, nothing measured adjusts, more
 * than 2% of the rows have a chance of either treatment below 1%, or there are too few rows. A single unit without overlap gets intervals without end
 * @see Lei and Candès (2021), JRSS-B 83, 911–938; Tibshirani, Barber, Candès and Ramdas (2019), NeurIPS
 * @example
 * import { columnsFrom, createRng } from '@cfe/base';
 * import { conformalEffects } from '@cfe/counterfactuals';
 * import { createDag } from '@cfe/graph';
 * const rng = createRng(1);
 * const z = Float64Array.from({ length: 400 }, () => rng.uniform());
 * const x = z.map(() => (rng.uniform() < 0.5 ? 1 : 0));
 * const y = z.map((v, r) => v + 2 * (x[r] ?? 0) + rng.uniform());
 * const variables = ['z', 'x', 'y'].map((name) => ({ name, kind: 'continuous' }) as const);
 * const graph = createDag(['z', 'x', 'y'], [['z', 'y'], ['x', 'y']]);
 * const asked = { graph, variables, treatment: 'x', outcome: 'y' };
 * const { units } = conformalEffects(columnsFrom({ z, x, y }), columnsFrom({ z: [0.5] }), asked);
 * const [low, high] = units[0]?.effect ?? [0, 0];
 * low < 2 && 2 < high; // → true
 */
export function conformalEffects(
  rows: Columns,
  units: Columns,
  options: {
    readonly graph: Dag;
    readonly variables: readonly Variable[];
    readonly treatment: string;
    readonly outcome: string;
    readonly confounded?: Confounded | undefined;
    readonly level?: number | undefined;
    readonly seed?: Seed | undefined;
  },
): ConformalEffects {
  const { graph, variables, treatment, outcome, confounded = [], seed } = options;
  const level = levelOf(options.level);
  const find = (name: string): Variable => variables.find((variable) => variable.name === name) as Variable;
  const { optimal, sets, reason } = adjust(withHiddenCauses(graph, confounded), { treatment, outcome });
  const adjustmentSet = optimal ?? sets[0];
  const refuse = (code: string, why: string, details: Record<string, unknown> = {}): never => {
    throw new InputError(`counterfactuals/${code}`, `conformalEffects: ${why}`, {
      treatment,
      outcome,
      ...details,
    });
  };
  if (adjustmentSet === undefined)
    return refuse('not-ignorable', `no measured variables adjust. ${reason ?? ''}`.trim());
  if (find(outcome).kind !== 'continuous')
    return refuse('conformal-outcome', `${quoteName(outcome)} is categorical; intervals need a number.`);
  const column = rows.column(treatment);
  const values = [...new Set(column)].sort((a, b) => a - b);
  if (values.length !== 2) {
    return refuse(
      'conformal-treatment',
      `${quoteName(treatment)} has ${values.length} values; the method compares exactly two. Ask effectCurve or effect instead.`,
      { values: values.length },
    );
  }
  const overlap = positivity(rows, {
    variables,
    treatment,
    values: [values[0] as number, values[1] as number],
    covariates: adjustmentSet,
    least: 0.01,
  });
  if (overlap.share > 0.02) return refuse('no-overlap', overlap.message, { rows: overlap.rows });

  const covariatesOf = (columns: Columns): Float64Array[] => {
    const design = adjustmentSet.flatMap((name) => designOf(columns, find(name)));
    return design.length > 0 ? design : [new Float64Array(columns.rows)];
  };
  const order = shuffled(rows.rows, seed);
  const half = Math.floor(rows.rows / 2);
  const [training, calibration] = [order.subarray(0, half), order.subarray(half)];
  const design = covariatesOf(rows);
  const pick = (columns: readonly Float64Array[], at: Int32Array): Float64Array[] =>
    columns.map((values) => Float64Array.from(at, (r) => values[r] as number));
  const y = rows.column(outcome);
  const treated = column.map((v) => (v === values[1] ? 1 : 0));
  const chance = logistic(pick(design, training), pick([treated], training)[0] as Float64Array);
  const at = covariatesOf(units);
  const chanceAt = chance(at);

  const arm = (which: 0 | 1): ((p: number, unit: number) => readonly [number, number]) => {
    const fitOn = training.filter((r) => treated[r] === which);
    const judgedOn = calibration.filter((r) => treated[r] === which);
    if (fitOn.length < 2 * design.length + 5 || judgedOn.length < 5)
      refuse('few-rows', `only ${fitOn.length + judgedOn.length} rows have ${treatment} = ${values[which]}.`);
    const fitted = quadraticFit(pick(design, fitOn), pick([y], fitOn)[0] as Float64Array);
    const expected = fitted(pick(design, judgedOn));
    const e = chance(pick(design, judgedOn));
    const scores = Array.from(judgedOn, (r, k) => ({
      score: Math.abs((y[r] as number) - (expected[k] as number)),
      weight: 1 / (which === 1 ? (e[k] as number) : 1 - (e[k] as number)),
    })).sort((a, b) => a.score - b.score);
    const total = scores.reduce((sum, { weight }) => sum + weight, 0);
    const centres = fitted(at);
    return (p, unit) => {
      const own = 1 / (which === 1 ? (chanceAt[unit] as number) : 1 - (chanceAt[unit] as number));
      const needed = p * (total + own);
      let [mass, half] = [0, Number.POSITIVE_INFINITY];
      for (const { score, weight } of scores) {
        mass += weight;
        if (mass < needed) continue;
        half = score;
        break;
      }
      const centre = centres[unit] as number;
      return [centre - half, centre + half];
    };
  };
  const [control, treatedArm] = [arm(0), arm(1)];
  return {
    units: Array.from({ length: units.rows }, (_, unit): UnitIntervals => {
      const [a, b] = [treatedArm((1 + level) / 2, unit), control((1 + level) / 2, unit)];
      return {
        treated: treatedArm(level, unit),
        control: control(level, unit),
        effect: [a[0] - b[1], a[1] - b[0]],
      };
    }),
    level,
    adjustmentSet,
    assumptions: [
      `given ${adjustmentSet.length === 0 ? 'nothing' : adjustmentSet.map(quoteName).join(', ')}, who is treated does not depend on what the outcomes would be`,
      'the chance of treatment given these is quadratic on the logit scale (exact where treatment was randomised)',
      'coverage is over units like these rows, not for each unit by itself',
    ],
  };
}

function shuffled(rows: number, seed: Seed | undefined): Int32Array {
  const rng = rngFrom(seed).fork('conformal');
  const order = Int32Array.from({ length: rows }, (_, r) => r);
  for (let r = rows - 1; r > 0; r--) {
    const other = rng.integer(r + 1);
    [order[r], order[other]] = [order[other] as number, order[r] as number];
  }
  return order;
}
