import { breather, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { LearnOptions, StructureResult, TracePoint } from '../structure-method.ts';
import { respectRequired } from './order-climb.ts';
import type { InterceptModes, OrderProblem } from './order-problem.ts';
import { searchOrders } from './order-search.ts';
import type { ParentRules } from './parent-scorer.ts';
import { restartsBy } from './restarts-elsewhere.ts';

/** What an order search found, before a class is made of it. */
export interface OrderFound
  extends Pick<StructureResult, 'score' | 'trace' | 'status' | 'message' | 'details'> {
  readonly parents: readonly Int32Array[];
  readonly interventional: boolean;
  readonly targets: readonly (readonly number[])[];
}

/** Restarts of the search by which intercepts are first chosen. */
const scouting = 2;

/** Searches the orders of a problem within the budget; under regimes again with the intercepts that fit what was found. */
export async function learnByOrder(
  table: Table,
  problem: OrderProblem,
  rules: ParentRules,
  run: LearnOptions,
  name: string,
  defaultRestarts = 50,
): Promise<OrderFound> {
  const started = performance.now();
  const { seed, signal, onProgress, runner, budget = {} } = run;
  const restarts =
    budget.restarts ?? (budget.seconds === undefined ? defaultRestarts : Number.POSITIVE_INFINITY);
  const deadline = budget.seconds === undefined ? Number.POSITIVE_INFINITY : started + budget.seconds * 1000;
  const breathe = breather(signal);
  if (rules.required !== undefined) respectRequired(problem.order, rules.required);

  const trace: TracePoint[] = [];
  const rng = rngFrom(seed).fork(name);
  let best: Awaited<ReturnType<typeof searchOrders>> | undefined;
  let modes: InterceptModes;
  let whole = false;
  for (let round = 0; round < 4; round++) {
    const next = problem.scorers(best?.states);
    if (whole && (next.modes === undefined || next.modes.join() === modes?.join())) break;
    // where intercepts are to be chosen, a short search finds parents good enough to choose them by
    whole = round > 0 || !problem.choosesIntercepts;
    const rounds = whole ? restarts : Math.min(restarts, scouting);
    const tie = 1e-8 * table.rows;
    const found = await searchOrders(next.scorer, {
      ...rules,
      initialOrder: best?.order ?? problem.order,
      restarts: rounds,
      tie,
      elsewhere:
        runner === undefined || runner.workers < 2 || next.gaussian === undefined
          ? undefined
          : restartsBy(runner, next.gaussian, rules, tie, {
              secondsLeft: () => (deadline - performance.now()) / 1000,
              signal,
            }),
      rng: rng.fork(`round ${round}`),
      expired: () => performance.now() >= deadline,
      breathe,
      onStep(restart, score, improved) {
        if (improved) trace.push({ seconds: (performance.now() - started) / 1000, step: restart, score });
        onProgress?.({
          phase: 'search',
          done: restart + 1,
          ...(Number.isFinite(rounds) ? { total: rounds + 1 } : {}),
          value: score,
        });
      },
    });
    if (best !== undefined && found.score >= best.score && whole && round > 1) break;
    best = found;
    modes = next.modes;
    if (found.expired) break;
  }
  const { states, score, expired, restarts: done } = best!;
  const parents = states.map((state) => state.parents);
  const targets = problem.environments.map((environment) => environment.targets);
  const interventional = targets.some((set) => set.length > 0);
  return {
    parents,
    interventional,
    targets,
    score,
    trace,
    status: expired ? 'budget' : 'converged',
    message: expired
      ? `The time limit ended the search after ${done} restarts; the best graph so far is returned.`
      : `The search ended after ${done} restarts.`,
    details: {
      ...problem.details,
      ...(modes === undefined ? {} : { intercepts: problem.interceptsOf(modes) }),
      restarts: done,
    },
  };
}
