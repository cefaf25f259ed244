/**
 * What each contestant costs, round by round. They take turns, from first to last in one round and from last to first in the next, so that
 * neither a drift of the machine nor a place in the order favours one.
 *
 * @param costOf - runs it once and answers what it cost
 */
export async function inTurns<Name extends string, C>(
  contestants: Readonly<Record<Name, () => unknown>>,
  costOf: (work: () => unknown) => Promise<C>,
  rounds: number,
): Promise<Record<Name, C[]>> {
  const names = Object.keys(contestants) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as C[]])) as Record<Name, C[]>;
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed())
      costs[name].push(await costOf(contestants[name]));
  return costs;
}

/** A ratio of two contestants, each round's own: its median, and between which values half of the rounds lie. */
export function pairedRatio(above: readonly number[], below: readonly number[]): string {
  const ratios = above.map((cost, round) => cost / (below[round] as number)).sort((a, b) => a - b);
  const at = (share: number): string => quantile(ratios, share).toFixed(2);
  return `${at(0.5)} [${at(0.25)}, ${at(0.75)}]`;
}

export function median(numbers: readonly number[]): number {
  return quantile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number];
  return low + (at - Math.floor(at)) * (high - low);
}
