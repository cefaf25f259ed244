import { readdirSync, readFileSync } from 'node:fs';

/** Processor seconds that all processes started by this one and still there have used: a browser's, with those of its renderer. Linux. */
export function secondsOfDescendants(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const processes = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), read(name)] as const),
  );
  const ours = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === process.pid || ours(parent));
  };
  let ticks = 0;
  for (const [pid, found] of processes) if (found !== undefined && ours(pid)) ticks += found.ticks;
  return ticks / 100; // of 10 ms each, on every Linux
}

function read(pid: string): { readonly parent: number; readonly ticks: number } | undefined {
  try {
    // After the name, which is in brackets: state, parent, …, user and system time as the 14th and 15th of all.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    return { parent: fields[1] as number, ticks: (fields[11] as number) + (fields[12] as number) };
  } catch {
    return undefined; // it has ended
  }
}
