import type { Host } from './host.ts';

const lost: Readonly<Record<string, (value: unknown) => boolean>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};

/**
 * Puts back what Node 23 took out of `util` and tfjs-node 4.22 still calls. It changes Node's `util` for the whole process, only
 * where something is missing. Returns the names put back.
 */
export function restoreUtil({ util }: Host): readonly string[] {
  const restored: string[] = [];
  for (const [name, is] of Object.entries(lost)) {
    if (typeof util[name] === 'function') continue;
    util[name] = is;
    restored.push(name);
  }
  return restored;
}
