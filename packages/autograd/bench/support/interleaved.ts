/** Processor time of this process, all its threads: other work on the machine does not count. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * Median seconds of each contestant, taken in turns so that a slow moment of the machine hits all of them.
 *
 * @param options.seconds - how long to go on, after one warm-up each; default 2
 * @param options.clock - default the time that passes
 */
export function interleaved<Name extends string>(
  contestants: Readonly<Record<Name, () => void>>,
  {
    seconds = 2,
    clock = () => performance.now() / 1000,
  }: { readonly seconds?: number; readonly clock?: () => number } = {},
): Record<Name, number> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) contestants[name]();
  const end = performance.now() + 1000 * seconds;
  do {
    for (const name of names) {
      const start = clock();
      contestants[name]();
      times.get(name)?.push(clock() - start);
    }
  } while (performance.now() < end);
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) as number[])])) as Record<
    Name,
    number
  >;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
