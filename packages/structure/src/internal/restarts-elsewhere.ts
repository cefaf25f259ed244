import type { Runner } from '@cfe/base';
import type { GaussianProblem } from './gaussian-problem.ts';
import type { SideBySide } from './order-search.ts';
import type { ParentRules } from './parent-scorer.ts';
import { restartOrder } from './restart-job.ts';

/** Restarts of a Gaussian problem wherever a runner puts them. */
export function restartsBy(
  runner: Runner,
  problem: GaussianProblem,
  rules: ParentRules,
  tie: number,
  { secondsLeft, signal }: { readonly secondsLeft: () => number; readonly signal: AbortSignal | undefined },
): SideBySide {
  return {
    workers: runner.workers,
    restart: ({ order, parents }, seeds) =>
      runner.map(
        restartOrder,
        seeds.map((seed) => ({ problem, rules, tie, seed, seconds: secondsLeft(), order, parents })),
        { signal },
      ),
  };
}
