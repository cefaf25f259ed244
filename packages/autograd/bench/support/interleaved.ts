/**
 * Median seconds of each contestant, taken in turns so that a slow moment of the machine hits all of them.
 *
 * @param seconds - how long to go on, after one warm-up each
 */
export function interleaved<Name extends string>(
  contestants: Readonly<Record<Name, () => void>>,
  seconds = 2,
): Record<Name, number> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) contestants[name]();
  const end = performance.now() + 1000 * seconds;
  do {
    for (const name of names) {
      const start = performance.now();
      contestants[name]();
      times.get(name)?.push((performance.now() - start) / 1000);
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
