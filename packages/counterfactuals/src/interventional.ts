import { type Columns, type Seed, throwUnknownName } from '@cfe/base';
import type { AnyCausalModel, Do } from '@cfe/scm';
import type { Answer } from './answer.ts';
import { interventionalAssumptions } from './internal/assumptions.ts';
import { levelOf, mean, percentileInterval, quantile } from './internal/intervals.ts';
import { ensembleOf, type Subject } from './subject.ts';
import { supportOf } from './support.ts';

/** The law of one variable under an action: its mean, with the mean's uncertainty, and the spread of individuals. */
export interface InterventionalAnswer extends Answer {
  /** standard deviation over individuals */
  readonly sd: number;
  /** the central `level` of individuals */
  readonly range: readonly [low: number, high: number];
}

/**
 * What a variable would be on average, and how it would vary, if everyone were treated so: new individuals, with
 * their mechanisms replaced as the action says.
 *
 * All members of an ensemble see the same draws of noise, so the interval shows the parameters' uncertainty and
 * hardly any of the simulation's.
 *
 * @param options.samples - simulated individuals, default 2000
 * @param options.level - default 0.9
 * @throws {@link UnknownNameError} if the model has no such outcome
 * @example
 * import { interventional } from '@cfe/counterfactuals';
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]] });
 * (await interventional(model, 'y', { do: { x: 3 }, samples: 10 })).identifiedBy; // → 'graph'
 */
export async function interventional(
  subject: Subject,
  outcome: string,
  options: { readonly do: Do; readonly level?: number; readonly samples?: number; readonly seed?: Seed },
): Promise<InterventionalAnswer> {
  const level = levelOf(options.level);
  const { model, replicates, rows } = ensembleOf(subject);
  if (!model.graph.nodes.includes(outcome))
    throwUnknownName('interventional', 'variable', outcome, model.graph.nodes);
  const drawn = (await draw(model, options)).column(outcome);
  const means = [];
  for (const replicate of replicates) means.push(mean((await draw(replicate, options)).column(outcome)));
  const value = mean(drawn);
  const sorted = Float64Array.from(drawn).sort();
  const interval = percentileInterval(means, level);
  const support = rows && supportOf(rows, options.do);
  return {
    value,
    ...(interval === undefined ? {} : { interval }),
    level,
    sd: Math.sqrt(mean(drawn.map((x) => (x - value) ** 2))),
    range: [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)],
    identifiedBy: 'graph',
    assumptions: interventionalAssumptions(),
    ...(support === undefined ? {} : { support }),
    warnings: support?.inside === false ? [support.message] : [],
  };
}

/** Simulated individuals under an action; the same seed gives every model the same stream of noise. */
export async function draw(
  model: AnyCausalModel,
  options: { readonly do?: Do; readonly samples?: number; readonly seed?: Seed },
): Promise<Columns> {
  return model.sample(options.samples ?? 2000, { do: options.do, seed: options.seed ?? 0 });
}
