import { InputError, quoteName, type Variable } from '@cfe/base';
import { actedOn } from './distribution.ts';
import { type EffectOptions, populationOf, readEffect, type Setting } from './effect.ts';
import { interventionalAssumptions } from './internal/assumptions.ts';
import type { Subject } from './subject.ts';

/** A probability that data alone do not fix: the range that fits, and what else can be said. */
export interface CausationProbability {
  /** the sharp bounds, given the interventional and (for a treatment with two levels) the observed probabilities */
  readonly bounds: readonly [low: number, high: number];
  /** its value if the treatment never prevents the outcome; only where that was declared */
  readonly underMonotonicity?: number;
  /** what the model's own mechanisms say: one of many models that fit the data as well; absent without abduction */
  readonly modelImplied?: number;
}

/** How far a treatment was needed for, and is enough for, an outcome. */
export interface NecessityAndSufficiency {
  /** PN: of those treated who have the outcome, how many would not have had it untreated */
  readonly necessity: CausationProbability;
  /** PS: of those untreated without the outcome, how many would have had it treated */
  readonly sufficiency: CausationProbability;
  /** PNS: how many have the outcome treated and not untreated */
  readonly both: CausationProbability;
  readonly samples: number;
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Probabilities of causation of a binary event: bounds always, a point only under declared monotonicity, and the
 * model's own answer labelled as such.
 *
 * With a treatment of two levels the bounds also use the observed joint probabilities; with any other they rest on the
 * two interventional probabilities alone, and necessity and sufficiency, which ask about the treated, are bounded by
 * 0 and 1.
 *
 * @param options.event - of a continuous outcome: the event is `outcome ≥ event`; a categorical one names `outcomeLevel`
 * @param options.monotone - `true` declares that the treatment never prevents the outcome; no data can confirm it
 * @throws {@link InputError} if the outcome is continuous and no event is given
 * @see Tian and Pearl (2000), Annals of Mathematics and AI 28, equations 18–28
 * @example
 * import { necessityAndSufficiency } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y', event: 1, seed: 1 };
 * const { both } = await necessityAndSufficiency(model, asked);
 * both.bounds[0] < both.bounds[1]; // → true
 */
export async function necessityAndSufficiency(
  subject: Subject,
  options: Omit<EffectOptions, 'level'> & {
    readonly event?: number | undefined;
    readonly monotone?: boolean | undefined;
  },
): Promise<NecessityAndSufficiency> {
  const { treatment, control, outcome, event, samples = 10_000, seed } = options;
  const asked = readEffect('necessityAndSufficiency', subject, options, {});
  const { model } = asked.ensemble;
  const continuous = model.variables[model.graph.nodes.indexOf(outcome)]?.kind === 'continuous';
  if (continuous && event === undefined) {
    throw new InputError(
      'counterfactuals/no-event',
      `necessityAndSufficiency: ${quoteName(outcome)} is continuous. Say from which value on the outcome counts as having happened: 'event'.`,
      { outcome },
    );
  }
  const happened = (rows: Parameters<typeof asked.read>[0]): Uint8Array =>
    Uint8Array.from(asked.read(rows), (y) => (continuous ? Number(y >= (event as number)) : y));
  const before = await populationOf(model, { samples, seed });
  const y = happened(before.rows);
  const [y1, y0] = [
    happened(await actedOn(model, before, treatment, seed)),
    happened(await actedOn(model, before, control, seed)),
  ];
  const share = (holds: (row: number) => boolean): number => {
    let count = 0;
    for (let r = 0; r < samples; r++) if (holds(r)) count++;
    return count / samples;
  };
  const [p1, p0, py] = [share((r) => y1[r] === 1), share((r) => y0[r] === 1), share((r) => y[r] === 1)];
  const treated = binaryTreatment(model.variables, treatment, control);
  const contradicted =
    options.monotone === true &&
    Math.min(p1 - py, py - p0) < -3 * Math.sqrt(0.5 / samples) &&
    treated !== undefined;
  const basis = {
    samples,
    assumptions: [
      ...interventionalAssumptions(),
      ...(options.monotone === true ? ['the treatment never prevents the outcome, as declared'] : []),
    ],
    warnings: [
      ...(treated === undefined
        ? [
            'The treatment is no category of two levels, so who was treated and who was not is undefined: necessity and sufficiency are bounded by 0 and 1 alone.',
          ]
        : []),
      ...(contradicted || (options.monotone === true && p1 < p0)
        ? [
            `That the treatment never prevents the outcome is contradicted: ${told(p1)} of all would have it treated, ${told(p0)} untreated, ${told(py)} have it as they are. Points under monotonicity mean nothing here.`,
          ]
        : []),
    ],
  } as const;
  const implied = model.abduct !== undefined;
  const point = (numerator: number, denominator: number): number | undefined =>
    denominator > 0 ? clip(numerator / denominator) : undefined;

  if (treated === undefined) {
    const bounds: [number, number] = [clip(p1 - p0), Math.min(p1, 1 - p0)];
    return {
      necessity: { bounds: [0, 1] },
      sufficiency: { bounds: [0, 1] },
      both: probability(
        bounds,
        options.monotone === true ? clip(p1 - p0) : undefined,
        implied ? share((r) => y1[r] === 1 && y0[r] === 0) : undefined,
      ),
      ...basis,
    };
  }
  const x = before.rows.column(treated.name);
  const isTreated = (r: number): boolean => x[r] === treated.level;
  const pxy = share((r) => isTreated(r) && y[r] === 1);
  const pXy = share((r) => !isTreated(r) && y[r] === 1);
  const pxY = share((r) => isTreated(r) && y[r] === 0);
  const pXY = share((r) => !isTreated(r) && y[r] === 0);
  const joint = share((r) => y1[r] === 1 && y0[r] === 0);
  const necessary = share((r) => isTreated(r) && y[r] === 1 && y0[r] === 0);
  const sufficient = share((r) => !isTreated(r) && y[r] === 0 && y1[r] === 1);
  const monotone = options.monotone === true;
  return {
    necessity: probability(
      pxy > 0 ? [clip((py - p0) / pxy), clip((1 - p0 - pXY) / pxy)] : [0, 1],
      monotone ? point(py - p0, pxy) : undefined,
      implied ? point(necessary, pxy) : undefined,
    ),
    sufficiency: probability(
      pXY > 0 ? [clip((p1 - py) / pXY), clip((p1 - pxy) / pXY)] : [0, 1],
      monotone ? point(p1 - py, pXY) : undefined,
      implied ? point(sufficient, pXY) : undefined,
    ),
    both: probability(
      [Math.max(0, p1 - p0, py - p0, p1 - py), Math.min(p1, 1 - p0, pxy + pXY, p1 - p0 + pxY + pXy)],
      monotone ? clip(p1 - p0) : undefined,
      implied ? joint : undefined,
    ),
    ...basis,
  };
}

function probability(
  [low, high]: readonly [number, number],
  underMonotonicity: number | undefined,
  modelImplied: number | undefined,
): CausationProbability {
  return {
    // sampling error can cross bounds that touch
    bounds: [low, Math.max(low, clip(high))],
    ...(underMonotonicity === undefined ? {} : { underMonotonicity }),
    ...(modelImplied === undefined ? {} : { modelImplied }),
  };
}

/** The treated level of a single categorical treatment of two levels, where that is what is compared. */
function binaryTreatment(
  variables: readonly Variable[],
  treatment: Setting,
  control: Setting,
): { readonly name: string; readonly level: number } | undefined {
  const [name, ...more] = Object.keys(treatment);
  const variable = variables.find((candidate) => candidate.name === name);
  if (name === undefined || more.length > 0 || Object.keys(control).join() !== name) return undefined;
  if (variable?.kind !== 'categorical' || variable.levels.length !== 2) return undefined;
  const given = treatment[name] as number | string;
  return { name, level: typeof given === 'string' ? variable.levels.indexOf(given) : given };
}

const told = (share: number): string => `${(100 * share).toFixed(0)}%`;

const clip = (p: number): number => Math.min(1, Math.max(0, p));
