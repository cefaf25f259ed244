import type { Rng } from '@cfe/base';
import { createRng } from '@cfe/base';
import { type Climbed, type ClimbOptions, orderClimber } from './order-climb.ts';
import type { ParentScorer, ParentSet } from './parent-scorer.ts';

/** An order with its parents, as plain data. */
export interface OrderedParents {
  readonly order: Int32Array;
  /** by node, in the order in which they were added */
  readonly parents: readonly Int32Array[];
}

/** What a restart found, as plain data. */
export interface RestartFound extends OrderedParents {
  readonly score: number;
  readonly expired: boolean;
}

/** Where restarts run side by side. */
export interface SideBySide {
  readonly workers: number;
  /** One restart for each seed, all from the same order; results in the order of the seeds. */
  readonly restart: (from: OrderedParents, seeds: readonly number[]) => Promise<readonly RestartFound[]>;
}

export interface OrderSearchOptions extends Omit<ClimbOptions, 'd'> {
  /** indices, respecting the required edges */
  readonly initialOrder: Int32Array;
  readonly restarts: number;
  readonly rng: Rng;
  /** where restarts run, if not here */
  readonly elsewhere?: SideBySide | undefined;
  /** called after each restart with the best score so far */
  readonly onStep?: ((restart: number, best: number, improved: boolean) => void) | undefined;
}

export interface OrderSearchResult<State extends ParentSet> {
  readonly order: Int32Array;
  readonly states: readonly State[];
  readonly score: number;
  readonly restarts: number;
  readonly expired: boolean;
}

/** With fewer variables a restart takes a millisecond or less, about what sending it elsewhere does. */
const worthSending = 20;

/**
 * Iterated local search over orders: from the best order so far some nodes change places, and a local search goes on from there.
 *
 * With several workers the next restarts are tried ahead, all from the best order so far; if one finds a better order, those
 * after it are thrown away and made again from there. So workers change the time and not the result.
 */
export async function searchOrders<State extends ParentSet>(
  scorer: ParentScorer<State>,
  options: OrderSearchOptions,
): Promise<OrderSearchResult<State>> {
  const { initialOrder, restarts, rng, tie, elsewhere, onStep, ...rules } = options;
  const climber = orderClimber(scorer, { ...rules, tie, d: initialOrder.length });
  // a set of parents built anew has the same last digits everywhere, one reached by adding and removing need not
  const rebuilt = ({ order, parents, expired }: Omit<RestartFound, 'score'>): Climbed<State> => {
    const states = parents.map((list, v) => scorer.state(v, list));
    return { order, states, score: states.reduce((sum, state) => sum + state.score, 0), expired };
  };
  let best = rebuilt(plain(await climber.first(initialOrder, rng.fork('first'))));
  onStep?.(0, best.score, true);
  let expired = best.expired;
  let restart = 0;
  const ahead = elsewhere !== undefined && initialOrder.length >= worthSending ? elsewhere.workers : 1;
  while (restart < restarts && !expired) {
    const seeds = Array.from({ length: Math.min(ahead, restarts - restart) }, (_, k) =>
      rng.fork(`restart ${restart + 1 + k}`).integer(2 ** 32),
    );
    const found =
      ahead > 1
        ? await elsewhere!.restart(
            { order: best.order, parents: best.states.map(({ parents }) => parents) },
            seeds,
          )
        : [plain(await climber.again(best, createRng(seeds[0]!)))];
    for (const one of found) {
      restart++;
      const improved = best.score - one.score > tie;
      if (improved) best = rebuilt(one);
      expired ||= one.expired;
      onStep?.(restart, best.score, improved);
      if (improved) break;
    }
  }
  return { order: best.order, states: best.states, score: best.score, restarts: restart, expired };
}

/** Without the states, which belong to one scorer. */
export function plain({ order, states, score, expired }: Climbed<ParentSet>): RestartFound {
  return { order, parents: states.map(({ parents }) => parents), score, expired };
}
