/** What something cost, in seconds. */
export interface Cost {
  /** that passed: what counts on a graphics card */
  readonly wall: number;
  /** of all threads of this process: what counts where the device is the processor and others use it too */
  readonly processor: number;
}

export async function costOf(work: () => unknown): Promise<Cost> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 };
}

export function shown({ wall, processor }: Cost): string {
  return `${wall.toPrecision(3)} s, ${processor.toPrecision(3)} s of processor time`;
}
