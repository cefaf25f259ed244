/** Something that runs `steps` steps and says how many seconds they took. */
export interface Contestant {
  readonly name: string;
  run(steps: number): Promise<number> | number;
  close?(): void;
}

/** Seconds per step of each contestant: the best of several rounds, in which they take turns. */
export async function contest(
  contestants: readonly Contestant[],
  {
    rounds = 7,
    seconds = 0.05,
    warmUp = 3,
  }: { readonly rounds?: number; readonly seconds?: number; readonly warmUp?: number } = {},
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const best = new Map<string, number>();
  for (const { name, run } of contestants) {
    await run(warmUp);
    let steps = 1;
    while ((await run(steps)) < seconds) steps *= 2; // warms up as well
    counts.set(name, steps);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of contestants) {
      const steps = counts.get(name) as number;
      const each = (await run(steps)) / steps;
      best.set(name, Math.min(each, best.get(name) ?? Infinity));
    }
  }
  return best;
}

/** Processor time of this process, in seconds: other work on the machine does not count. */
export function processSeconds(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}
