import { breather, createRng, defineJob, type Job } from '@cfe/base';
import type { GaussianProblem } from './gaussian-problem.ts';
import { gaussianScorer } from './gaussian-scorer.ts';
import { orderClimber } from './order-climb.ts';
import { type OrderedParents, plain, type RestartFound } from './order-search.ts';
import type { ParentRules } from './parent-scorer.ts';

/** A restart as plain data that a worker can take. */
export interface RestartInput extends OrderedParents {
  readonly problem: GaussianProblem;
  readonly rules: ParentRules;
  readonly tie: number;
  readonly seed: number;
  /** that are left; infinite where there is no limit */
  readonly seconds: number;
}

/** One restart of the search over orders, under the Gaussian score. */
export const restartOrder: Job<RestartInput, RestartFound> = defineJob(
  import.meta.url,
  'restartOrder',
  async ({ problem, rules, tie, seed, seconds, order, parents }: RestartInput, { signal }) => {
    const deadline = performance.now() + 1000 * seconds;
    const scorer = gaussianScorer(problem, rules);
    const climber = orderClimber(scorer, {
      ...rules,
      d: problem.d,
      tie,
      expired: () => performance.now() >= deadline,
      breathe: breather(signal),
    });
    const states = parents.map((list, v) => scorer.state(v, list));
    return plain(await climber.again({ order, states }, createRng(seed)));
  },
);
