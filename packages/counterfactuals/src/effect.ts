import { type Columns, InputError, quoteName, rngFrom, type Seed } from '@cfe/base';
import { adjust, ancestorsOf, descendantsOf } from '@cfe/graph';
import type { AnyCausalModel, Evidence } from '@cfe/scm';
import { adjustedEffect } from './adjusted-effect.ts';
import type { Answer } from './answer.ts';
import { actedOn } from './distribution.ts';
import { type FrontdoorEffect, frontdoorEffect } from './frontdoor-effect.ts';
import {
  counterfactualAssumptions,
  despiteDeclared,
  interventionalAssumptions,
} from './internal/assumptions.ts';
import { checkConfounding } from './internal/declared-confounding.ts';
import { type Confounded, withHiddenCauses } from './internal/declared-graph.ts';
import { fewRowsWarning, levelOf, percentileInterval, sampleSizeOf } from './internal/intervals.ts';
import { checkOutcome } from './internal/outcome-answer.ts';
import { abductOf, individuals, type Particles } from './internal/particles.ts';
import { positivityOfEffect, positivityWarning } from './internal/positivity-of-effect.ts';
import { seedOfReplicate } from './internal/replicate-seed.ts';
import { weightedMean } from './internal/weighted.ts';
import type { Positivity } from './positivity.ts';
import { type RobustnessValue, robustnessValue } from './robustness-value.ts';
import { type Ensemble, ensembleOf, type Subject } from './subject.ts';
import { warningsOf } from './support.ts';

/** Values to set, by name; a category by its level's name or index. */
export type Setting = Readonly<Record<string, number | string>>;

/** An average difference between two treatments. */
export interface Effect extends Answer {
  readonly treatment: Setting;
  readonly control: Setting;
  readonly outcome: string;
  /** simulated individuals per world, or rows averaged over */
  readonly samples: number;
  /**
   * how strong a hidden confounder would have to be to explain it away; needs an ensemble with its rows, absent from direct,
   * indirect and path effects, which have other confounders to fear
   */
  readonly sensitivity?: RobustnessValue;
  /** which rows could hardly have had both settings, checked before the effect is estimated; needs an ensemble with its rows */
  readonly positivity?: Positivity;
}

/** What all effects are asked with. */
export interface EffectOptions {
  readonly treatment: Setting;
  readonly control: Setting;
  readonly outcome: string;
  /** of a categorical outcome: the level whose probability is compared */
  readonly outcomeLevel?: string | undefined;
  /** of the interval, default 0.9 */
  readonly level?: number | undefined;
  /** simulated individuals, default 2,000; both worlds share their noise */
  readonly samples?: number | undefined;
  readonly seed?: Seed | undefined;
  /** pairs of variables that a hidden cause is known or feared to move together; default none */
  readonly confounded?: Confounded | undefined;
}

/** Whose effect it is. */
export interface EffectPopulation {
  /**
   * only those of whom this was observed: covariates give a conditional effect (CATE), the treatment itself the effect
   * on the treated (ATT)
   */
  readonly among?: Evidence | undefined;
  /** these individuals, complete rows, instead of simulated ones */
  readonly rows?: Columns | undefined;
}

/**
 * The average causal effect E[Y | do(treatment)] − E[Y | do(control)].
 *
 * `among` and `rows` say whose: a subgroup's (CATE), the treated's (ATT), or given individuals'. With `hold`, the
 * variables named there are set in both worlds: holding every mediator gives the controlled direct effect.
 *
 * Hidden causes declared in `confounded` are taken seriously: an effect that they leave unidentified is refused. One
 * that is identified but not by this model is estimated by {@link adjustedEffect} or {@link frontdoorEffect} where an adjustment
 * or front-door set and rows are at hand, and marked `identifiedBy: 'not'` elsewhere; the reason is in its warnings.
 *
 * @throws {@link InputError} if the outcome is itself set, a categorical outcome has no level named, or declared hidden
 * causes leave the effect unidentified
 * @see Pearl (2009), Causality, sections 3.2, 4.5 and 8.2.5
 * @example
 * import { effect } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * (await effect(model, { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' })).value; // → 2.000
 */
export async function effect(
  subject: Subject,
  options: EffectOptions & EffectPopulation & { readonly hold?: Setting | undefined },
): Promise<Effect> {
  const { treatment, control, hold = {} } = options;
  const asked = readEffect('effect', subject, options, hold);
  const difference = async (member: AnyCausalModel, seed: Seed | undefined): Promise<number> => {
    const before = await populationOf(member, { ...options, seed });
    const world = async (setting: Setting): Promise<number> => {
      const rows = await actedOn(member, before, { ...hold, ...setting }, seed);
      return weightedMean(asked.read(rows), before.weights);
    };
    return (await world(treatment)) - (await world(control));
  };
  const conditional = options.among !== undefined || options.rows !== undefined;
  const doubt =
    options.confounded &&
    checkConfounding(
      'effect',
      asked.ensemble.model.graph,
      Object.keys(treatment),
      options.outcome,
      options.confounded,
    );
  const identifiedBy = !(conditional && touchesDescendants(asked.ensemble.model, options))
    ? 'graph'
    : asked.ensemble.model.abduction === 'draw'
      ? 'convention'
      : 'functional-form';
  const answer = await effectAnswer(asked, options, difference, {
    part: options.hold === undefined ? 'whole' : 'share',
    identifiedBy,
    assumptions:
      identifiedBy === 'graph' ? interventionalAssumptions() : counterfactualAssumptions(identifiedBy),
  });
  if (doubt === undefined)
    return (options.confounded ?? []).length === 0
      ? answer
      : { ...answer, assumptions: despiteDeclared(answer.assumptions) };
  return (
    adjustedInstead(answer, asked, options, doubt) ?? {
      ...answer,
      identifiedBy: 'not',
      warnings: [...answer.warnings, doubt],
    }
  );
}

/** The same effect by adjustment, where hidden causes bias the model's mechanisms but a set of measured variables adjusts. */
function adjustedInstead(
  answer: Effect,
  { ensemble: { model, rows }, level }: AskedEffect,
  options: EffectOptions & EffectPopulation & { readonly hold?: Setting | undefined },
  doubt: string,
): Effect | undefined {
  const { treatment, control, outcome, outcomeLevel, confounded = [] } = options;
  const names = Object.keys(treatment);
  const simple = options.hold === undefined && options.among === undefined && options.rows === undefined;
  if (rows === undefined || !simple || Object.keys(control).sort().join() !== [...names].sort().join())
    return undefined;
  const { optimal, sets, frontdoor } = adjust(withHiddenCauses(model.graph, confounded), {
    treatment: names,
    outcome,
  });
  const adjustmentSet = optimal ?? sets[0];
  const asked = { variables: model.variables, treatment, control, outcome, outcomeLevel, level };
  const instead = (
    found: Pick<FrontdoorEffect, 'value' | 'interval' | 'assumptions'>,
    how: string,
  ): Effect => ({
    ...answer,
    value: found.value,
    interval: found.interval,
    samples: rows.rows,
    identifiedBy: 'graph',
    assumptions: found.assumptions,
    warnings: [...answer.warnings, `${doubt} The effect was estimated from the rows instead, ${how}.`],
  });
  if (adjustmentSet === undefined) {
    if (frontdoor === null || frontdoor.length === 0) return undefined;
    try {
      const through = frontdoor.map(quoteName).join(', ');
      return instead(
        frontdoorEffect(rows, { ...asked, mediators: frontdoor }),
        `by the front door through ${through}`,
      );
    } catch (error) {
      if (error instanceof InputError && error.code === 'counterfactuals/front-door') return undefined;
      throw error;
    }
  }
  const list = adjustmentSet.length === 0 ? 'nothing' : adjustmentSet.map(quoteName).join(', ');
  return instead(adjustedEffect(rows, { ...asked, adjustmentSet }), `adjusting for ${list}`);
}

/**
 * The effect on each of some individuals, `[rows]`: what the treatment would have changed for them.
 *
 * @param rows - complete rows
 * @throws {@link InputError} as {@link effect}
 * @example
 * import { columnsFrom } from '@cfe/base';
 * import { rowEffects } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * const rows = columnsFrom({ x: [0, 1], y: [1, 1] });
 * await rowEffects(model, rows, { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' }); // → Float64Array [2, 2]
 */
export async function rowEffects(
  subject: Subject,
  rows: Columns,
  options: Omit<EffectOptions, 'samples' | 'level'>,
): Promise<Float64Array> {
  const asked = readEffect('rowEffects', subject, options, {});
  const { model } = asked.ensemble;
  const before = await populationOf(model, { rows, seed: options.seed });
  const [high, low] = [
    asked.read(await actedOn(model, before, options.treatment, options.seed)),
    asked.read(await actedOn(model, before, options.control, options.seed)),
  ];
  return high.map((y, r) => y - (low[r] as number));
}

/** A checked question about an effect. */
export interface AskedEffect {
  readonly ensemble: Ensemble;
  readonly level: number;
  /** the outcome of each row, as the number that is averaged */
  readonly read: (rows: Columns) => Float64Array;
}

export function readEffect(
  where: string,
  subject: Subject,
  options: Pick<EffectOptions, 'treatment' | 'control' | 'outcome' | 'outcomeLevel' | 'level'>,
  hold: Setting,
): AskedEffect {
  const { outcome, outcomeLevel, treatment, control } = options;
  const ensemble = ensembleOf(subject);
  const { model } = ensemble;
  const level = levelOf(options.level);
  checkOutcome(where, model, outcome);
  if (Object.keys(treatment).length + Object.keys(control).length === 0) {
    throw new InputError(
      'counterfactuals/no-treatment',
      `${where}: nothing is set in 'treatment' nor in 'control', so there is nothing to compare. Give both a value of the same variable.`,
    );
  }
  if ([treatment, control, hold].some((setting) => Object.hasOwn(setting, outcome))) {
    throw new InputError(
      'counterfactuals/do-outcome',
      `${where}: ${quoteName(outcome)} is both set and asked for. Ask for the effect on another variable.`,
      { outcome },
    );
  }
  const variable = model.variables[model.graph.nodes.indexOf(outcome)];
  if (variable?.kind !== 'categorical') return { ensemble, level, read: (rows) => rows.column(outcome) };
  const index = outcomeLevel === undefined ? -1 : variable.levels.indexOf(outcomeLevel);
  if (index < 0) {
    throw new InputError(
      'counterfactuals/outcome-level',
      `${where}: ${quoteName(outcome)} is categorical. Name the level whose probability to compare in 'outcomeLevel': ${variable.levels.map(quoteName).join(', ')}.`,
      { outcome, levels: variable.levels },
    );
  }
  return { ensemble, level, read: (rows) => rows.column(outcome).map((x) => (x === index ? 1 : 0)) };
}

/** The individuals that an effect is averaged over. */
export async function populationOf(
  model: AnyCausalModel,
  { among, rows, samples = 2000, seed = 0 }: EffectPopulation & Pick<EffectOptions, 'samples' | 'seed'>,
): Promise<Pick<Particles, 'rows' | 'weights' | 'noise'>> {
  if (rows === undefined) return individuals(model, { evidence: among, samples, seed });
  if (among !== undefined) {
    throw new InputError(
      'counterfactuals/population',
      "effect: give either 'among' or 'rows'. To narrow rows down, leave out the others.",
    );
  }
  return {
    rows,
    noise: await abductOf(model, rows, rngFrom(seed).fork('abduct')),
    weights: new Float64Array(rows.rows).fill(1 / rows.rows),
  };
}

/** An effect with its interval over the replicates, support and, of a whole effect, sensitivity. */
export async function effectAnswer(
  { ensemble, level }: AskedEffect,
  options: EffectOptions & EffectPopulation,
  of: (member: AnyCausalModel, seed: Seed | undefined) => Promise<number>,
  { part, ...basis }: Pick<Answer, 'identifiedBy' | 'assumptions'> & { readonly part: 'whole' | 'share' },
): Promise<Effect> {
  const { model, replicates, rows } = ensemble;
  const overlap = rows && positivityOfEffect(model, rows, options.treatment, options.control);
  const value = await of(model, options.seed);
  const spread = [];
  for (const [index, replicate] of replicates.entries())
    spread.push(await of(replicate, seedOfReplicate(options.seed, index)));
  const size = sampleSizeOf(model, rows, options.outcome);
  const interval = percentileInterval(spread, level, size);
  const worlds = [options.treatment, options.control].map((setting) =>
    warningsOf(rows, { do: setting, given: options.among }),
  );
  const [support] = worlds
    .flatMap((world) => world.support ?? [])
    .sort((a, b) => a.share - b.share || Number(a.inside) - Number(b.inside));
  const causes = ancestorsOf(model.graph, options.outcome);
  const moves = [...Object.keys(options.treatment), ...Object.keys(options.control)].some((name) =>
    causes.includes(name),
  );
  const sensitivity = rows && moves && part === 'whole' ? sensitivityOf(model, rows, options) : undefined;
  return {
    value,
    ...(interval === undefined ? {} : { interval }),
    level,
    treatment: options.treatment,
    control: options.control,
    outcome: options.outcome,
    samples: options.rows?.rows ?? options.samples ?? 2000,
    ...basis,
    ...(support === undefined ? {} : { support }),
    ...(sensitivity === undefined ? {} : { sensitivity }),
    ...(overlap === undefined ? {} : { positivity: overlap }),
    warnings: [
      overlap &&
        positivityWarning(
          overlap,
          new Set(rows.column(Object.keys(options.treatment)[0] as string)).size > 2,
        ),
      ...new Set(worlds.flatMap((world) => world.warnings)),
      moves ? undefined : noPathWarning(options),
      differentVariables(options),
      fewRowsWarning(size),
    ].filter((warning) => warning !== undefined),
  };
}

/** An effect that is zero by the graph alone looks certain, and is no more certain than the graph. */
function noPathWarning({ treatment, outcome }: EffectOptions): string {
  const names = Object.keys(treatment).map(quoteName).join(', ');
  return `The graph has no causal path from ${names} to ${quoteName(outcome)}, so this estimate is zero by the graph alone: it is as sure as the graph is.`;
}

function differentVariables({ treatment, control }: EffectOptions): string | undefined {
  const only = [treatment, control].map((one, k) =>
    Object.keys(one).filter((name) => !Object.hasOwn([control, treatment][k] as Setting, name)),
  ) as [string[], string[]];
  if (only[0].length + only[1].length === 0) return undefined;
  const told = only.flatMap((names, k) =>
    names.length === 0
      ? []
      : `${names.map(quoteName).join(', ')} in the ${k === 0 ? 'treatment' : 'control'}`,
  );
  return `Set on one side only: ${told.join(' and ')}. The other side leaves it to its own causes, so this is the effect of two different policies.`;
}

function sensitivityOf(
  model: AnyCausalModel,
  rows: Columns,
  { treatment, outcome }: EffectOptions,
): RobustnessValue | undefined {
  const names = Object.keys(treatment);
  const [name] = names;
  const continuous = (variable: string): boolean =>
    model.variables[model.graph.nodes.indexOf(variable)]?.kind === 'continuous';
  if (names.length !== 1 || name === undefined || !continuous(name) || !continuous(outcome)) return undefined;
  return robustnessValue(rows, { treatment: name, outcome, model });
}

/** Whether the population is told apart by something the treatment may change, so that one unit's two worlds matter. */
function touchesDescendants(
  { graph }: AnyCausalModel,
  { treatment, control, among, rows }: Pick<EffectOptions, 'treatment' | 'control'> & EffectPopulation,
): boolean {
  if (rows !== undefined) return true;
  const targets = new Set([...Object.keys(treatment), ...Object.keys(control)]);
  const reached = descendantsOf(graph, [...targets]);
  return Object.keys(among ?? {}).some((name) => reached.includes(name));
}
