/** How much is done, and about how long the rest takes. */
export interface Progress {
  /** a cell ended; what was kept from an earlier run took no time */
  ended(id: string, how: 'measured' | 'kept'): void;
  /** an experiment is over, skipped and failed ones too: nothing of it is left */
  closed(id: string): void;
  readonly done: number;
  readonly total: number;
  /** seconds that the rest takes at the pace so far; `undefined` before anything was measured */
  secondsLeft(): number | undefined;
}

/**
 * Cells of different experiments differ in cost a thousandfold, so the pace is told in the seconds they took in an
 * earlier run (`costs`, by experiment), or in cells where none is known.
 */
export function createProgress(
  experiments: readonly { readonly id: string; readonly cells: number }[],
  costs: Readonly<Record<string, number>> = {},
  now: () => number = () => performance.now() / 1000,
): Progress {
  const known = Object.values(costs).filter((cost) => cost > 0);
  const usual = known.length === 0 ? 1 : known.reduce((a, b) => a + b, 0) / known.length;
  const costOf = (id: string): number => costs[id] ?? usual;
  const left = new Map(experiments.map(({ id, cells }) => [id, cells]));
  const total = experiments.reduce((sum, { cells }) => sum + cells, 0);
  const begun = now();
  let measured = 0;
  return {
    ended(id, how) {
      left.set(id, Math.max(0, (left.get(id) ?? 0) - 1));
      if (how === 'measured') measured += costOf(id);
    },
    closed: (id) => left.set(id, 0),
    get done() {
      return total - Array.from(left.values()).reduce((a, b) => a + b, 0);
    },
    total,
    secondsLeft() {
      if (measured === 0) return undefined;
      const rest = Array.from(left).reduce((sum, [id, cells]) => sum + cells * costOf(id), 0);
      return ((now() - begun) / measured) * rest;
    },
  };
}

/** Seconds as a reader says them. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
