import type { Columns, Seed } from '@cfe/base';
import { ancestorsOf, descendantsOf } from '@cfe/graph';
import type { AnyCausalModel } from '@cfe/scm';
import { actedOn } from './distribution.ts';
import {
  type Effect,
  type EffectOptions,
  type EffectPopulation,
  effectAnswer,
  populationOf,
  readEffect,
} from './effect.ts';
import { crossWorldAssumptions } from './internal/assumptions.ts';
import { weightedMean } from './internal/weighted.ts';

/** An effect taken apart: through the mediators, and not. */
export interface NaturalEffects {
  readonly total: Effect;
  /** E[Y(t, M(c))] − E[Y(c)]: the treatment changes, every mediator stays as it would have been */
  readonly direct: Effect;
  /** E[Y(c, M(t))] − E[Y(c)]: only the mediators change */
  readonly indirect: Effect;
  /** the variables on causal paths between treatment and outcome */
  readonly mediators: readonly string[];
}

/**
 * Natural direct and indirect effects of a treatment, all mediators together.
 *
 * Each individual's mediators are held at what they would have been in the other world, so the two worlds meet in one
 * person: beside the graph this needs the noise of mediators and outcome to be independent. In a model with
 * interactions direct and indirect effects need not add up to the total.
 *
 * @throws {@link InputError} as {@link effect}
 * @see Pearl (2001), Direct and indirect effects, UAI 17, definitions 5 and 6
 * @example
 * import { naturalEffects } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'm', 'y'], weights: [[0, 2, 1], [0, 0, 3], [0, 0, 0]] });
 * const asked = { treatment: { x: 1 }, control: { x: 0 }, outcome: 'y' };
 * const { direct, indirect, total } = await naturalEffects(model, asked);
 * [direct.value, indirect.value, total.value]; // → [1.000, 6.000, 7.000]
 */
export async function naturalEffects(
  subject: Parameters<typeof readEffect>[1],
  options: EffectOptions & EffectPopulation,
): Promise<NaturalEffects> {
  const { treatment, control, outcome } = options;
  const asked = readEffect('naturalEffects', subject, options, {});
  const { graph } = asked.ensemble.model;
  const targets = Object.keys(treatment);
  const above = ancestorsOf(graph, outcome);
  const mediators = descendantsOf(graph, targets).filter(
    (name) => above.includes(name) && name !== outcome && !targets.includes(name),
  );
  const mediatorsOf = (world: Columns): Record<string, Float64Array> =>
    Object.fromEntries(mediators.map((name) => [name, world.column(name)]));
  const contrast =
    (high: 'direct' | 'indirect' | 'total') =>
    async (member: AnyCausalModel, seed: Seed | undefined): Promise<number> => {
      const before = await populationOf(member, { ...options, seed });
      const act = (action: Parameters<typeof actedOn>[2]): Promise<Columns> =>
        actedOn(member, before, action, seed);
      const base = await act(control);
      const treated = high === 'direct' ? undefined : await act(treatment);
      const after =
        high === 'direct'
          ? await act({ ...mediatorsOf(base), ...treatment })
          : high === 'indirect'
            ? await act({ ...mediatorsOf(treated as Columns), ...control })
            : (treated as Columns);
      return weightedMean(asked.read(after), before.weights) - weightedMean(asked.read(base), before.weights);
    };
  const basis = { identifiedBy: 'graph', assumptions: crossWorldAssumptions() } as const;
  return {
    total: await effectAnswer(asked, options, contrast('total'), { ...basis, part: 'whole' }),
    direct: await effectAnswer(asked, options, contrast('direct'), { ...basis, part: 'share' }),
    indirect: await effectAnswer(asked, options, contrast('indirect'), { ...basis, part: 'share' }),
    mediators,
  };
}
