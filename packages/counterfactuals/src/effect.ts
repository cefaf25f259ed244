import { InputError, quoteName, type Seed, throwUnknownName } from '@cfe/base';
import type { AnyCausalModel } from '@cfe/scm';
import type { Answer } from './answer.ts';
import { interventionalAssumptions } from './internal/assumptions.ts';
import { levelOf, mean, percentileInterval } from './internal/intervals.ts';
import { draw } from './interventional.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { supportOf } from './support.ts';

/** An average difference between two treatments. */
export interface Effect extends Answer {
  readonly treatment: Readonly<Record<string, number>>;
  readonly control: Readonly<Record<string, number>>;
  readonly outcome: string;
  /** simulated individuals per world */
  readonly samples: number;
}

/**
 * The average causal effect E[Y | do(treatment)] − E[Y | do(control)].
 *
 * With `hold`, the variables named there are set in both worlds: holding every other cause of the outcome gives
 * the controlled direct effect.
 *
 * @param options.samples - simulated individuals, default 2000; both worlds share their noise
 * @param options.level - default 0.9
 * @throws {@link InputError} if the outcome is itself set
 * @example
 * import { effect } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * (await effect(model, { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' })).value; // → 2.000
 */
export async function effect(
  subject: Subject,
  options: {
    readonly treatment: Readonly<Record<string, number>>;
    readonly control: Readonly<Record<string, number>>;
    readonly outcome: string;
    readonly hold?: Readonly<Record<string, number>>;
    readonly level?: number;
    readonly samples?: number;
    readonly seed?: Seed;
  },
): Promise<Effect> {
  const { treatment, control, outcome, hold = {}, samples = 2000 } = options;
  const level = levelOf(options.level);
  const { model, replicates, rows } = ensembleOf(subject);
  if (!model.graph.nodes.includes(outcome))
    throwUnknownName('effect', 'variable', outcome, model.graph.nodes);
  if (outcome in treatment || outcome in control || outcome in hold) {
    throw new InputError(
      'counterfactuals/do-outcome',
      `effect: ${quoteName(outcome)} is both set and asked for. Ask for the effect on another variable.`,
      { outcome },
    );
  }
  const difference = async (member: AnyCausalModel): Promise<number> => {
    const world = async (action: Readonly<Record<string, number>>): Promise<number> =>
      mean(
        (
          await draw(member, {
            do: { ...hold, ...action },
            samples,
            ...(options.seed === undefined ? {} : { seed: options.seed }),
          })
        ).column(outcome),
      );
    return (await world(treatment)) - (await world(control));
  };
  const value = await difference(model);
  const spread = [];
  for (const replicate of replicates) spread.push(await difference(replicate));
  const interval = percentileInterval(spread, level);
  const supports =
    rows === undefined
      ? []
      : [supportOf(rows, treatment), supportOf(rows, control)].filter((s) => s !== undefined);
  const support = supports.sort((a, b) => a.share - b.share)[0];
  return {
    value,
    ...(interval === undefined ? {} : { interval }),
    level,
    treatment,
    control,
    outcome,
    samples,
    identifiedBy: 'graph',
    assumptions: interventionalAssumptions(),
    ...(support === undefined ? {} : { support }),
    warnings: support?.inside === false ? [support.message] : [],
  };
}
