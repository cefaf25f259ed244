import { breather, rngFrom } from '@cfe/base';
import type { Table } from '@cfe/data';
import type { LearnOptions, StructureResult, TracePoint } from '../structure-method.ts';
import type { InterceptModes, OrderProblem } from './order-problem.ts';
import { respectRequired, searchOrders } from './order-search.ts';
import type { ParentRules } from './parent-scorer.ts';

/** What an order search found, before a class is made of it. */
export interface OrderFound
  extends Pick<StructureResult, 'score' | 'trace' | 'status' | 'message' | 'details'> {
  readonly parents: readonly Int32Array[];
  readonly interventional: boolean;
  readonly targets: readonly (readonly number[])[];
}

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
  const { seed, signal, onProgress, budget = {} } = run;
  const restarts =
    budget.restarts ?? (budget.seconds === undefined ? defaultRestarts : Number.POSITIVE_INFINITY);
  const deadline = budget.seconds === undefined ? Number.POSITIVE_INFINITY : started + budget.seconds * 1000;
  const breathe = breather(signal);
  if (rules.required !== undefined) respectRequired(problem.order, rules.required);

  const trace: TracePoint[] = [];
  const rng = rngFrom(seed).fork(name);
  let best: Awaited<ReturnType<typeof searchOrders>> | undefined;
  let modes: InterceptModes;
  for (let round = 0; round < 3; round++) {
    const next = problem.scorers(best?.states);
    if (round > 0 && (next.modes === undefined || next.modes.join() === modes?.join())) break;
    const found = await searchOrders(next.scorer, {
      ...rules,
      initialOrder: best?.order ?? problem.order,
      restarts,
      tie: 1e-8 * table.rows,
      rng: rng.fork(`round ${round}`),
      expired: () => performance.now() >= deadline,
      breathe,
      onStep(restart, score, improved) {
        if (improved) trace.push({ seconds: (performance.now() - started) / 1000, step: restart, score });
        onProgress?.({
          phase: 'search',
          done: restart + 1,
          ...(Number.isFinite(restarts) ? { total: restarts + 1 } : {}),
          value: score,
        });
      },
    });
    if (best !== undefined && found.score >= best.score) break;
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
