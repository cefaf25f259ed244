import { breather, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { LearnOptions, StructureResult, TracePoint } from '../structure-method.ts';
import { respectRequired } from './order-climb.ts';
import type { InterceptModes, OrderProblem } from './order-problem.ts';
import { type OrderSearchResult, searchOrders } from './order-search.ts';
import type { ParentRules, ParentSet } from './parent-scorer.ts';
import { restartsBy } from './restarts-elsewhere.ts';

/** What an order search found, before a class is made of it. */
export interface OrderFound
  extends Pick<StructureResult, 'score' | 'trace' | 'status' | 'message' | 'details'> {
  readonly parents: readonly Int32Array[];
  readonly interventional: boolean;
  readonly targets: readonly (readonly number[])[];
}

/** What was found under some intercepts. */
interface Found extends OrderSearchResult<ParentSet> {
  readonly modes: InterceptModes;
}

/**
 * Searches the orders of a problem within the budget.
 *
 * Where intercepts are to be chosen, local optima find parents good enough to choose them by: one under one intercept for all
 * regimes and one under an intercept for each, since under the wrong ones an edge can be turned so that they seem right. The whole search
 * follows under the better choice.
 */
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
  const tie = 1e-8 * table.rows;
  let searches = 0;
  const search = async (modes: InterceptModes, initialOrder: Int32Array, rounds: number): Promise<Found> => {
    const { scorer, gaussian } = problem.scorerUnder(modes);
    const found = await searchOrders(scorer, {
      ...rules,
      initialOrder,
      restarts: rounds,
      tie,
      elsewhere:
        runner === undefined || runner.workers < 2 || gaussian === undefined
          ? undefined
          : restartsBy(runner, gaussian, rules, tie, {
              secondsLeft: () => (deadline - performance.now()) / 1000,
              signal,
            }),
      rng: rng.fork(`round ${searches++}`),
      expired: () => performance.now() >= deadline,
      breathe,
      onStep(restart, score, improved) {
        if (improved && score < (trace.at(-1)?.score ?? Number.POSITIVE_INFINITY))
          trace.push({ seconds: (performance.now() - started) / 1000, step: restart, score });
        onProgress?.({
          phase: 'search',
          done: restart + 1,
          ...(Number.isFinite(rounds) ? { total: rounds + 1 } : {}),
          value: score,
        });
      },
    });
    return { ...found, modes };
  };
  /** Again under the intercepts that fit what was found, as long as that is better. */
  const settled = async (from: Found, rounds: number): Promise<Found> => {
    let best = from;
    for (let round = 0; round < 3 && !best.expired; round++) {
      const modes = problem.betterModes(best.states);
      if (modes?.join() === best.modes?.join()) break;
      const next = await search(modes, best.order, rounds);
      if (next.score >= best.score - tie) break;
      best = next;
    }
    return best;
  };

  let best: Found | undefined;
  if (problem.starts.length > 1) {
    for (const start of problem.starts) {
      const found = await settled(await search(start, best?.order ?? problem.order, 0), 0);
      if (best === undefined || found.score < best.score) best = found;
      if (found.expired) break;
    }
  }
  if (best?.expired !== true) {
    best = await search(
      best === undefined ? problem.starts[0] : best.modes,
      best?.order ?? problem.order,
      restarts,
    );
    if (problem.starts.length > 1) best = await settled(best, restarts);
  }
  const { states, score, expired, restarts: done, modes } = best!;
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
