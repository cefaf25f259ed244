import type { Incidence } from '@cfe/graph';

/** Topological levels by Kahn's algorithm on the parents alone; empty if the edges form a cycle. */
export function levelsOf(parents: Incidence): Int32Array[] {
  const d = parents.offsets.length - 1;
  const children: number[][] = Array.from({ length: d }, () => []);
  const waiting = new Int32Array(d);
  for (let j = 0; j < d; j++) {
    for (const i of parents.items.subarray(parents.offsets[j], parents.offsets[j + 1])) children[i]?.push(j);
    waiting[j] = (parents.offsets[j + 1] as number) - (parents.offsets[j] as number);
  }
  const levels: Int32Array[] = [];
  let level = Int32Array.from(waiting.keys()).filter((j) => waiting[j] === 0);
  let placed = 0;
  while (level.length > 0) {
    levels.push(level);
    placed += level.length;
    const next: number[] = [];
    for (const i of level) {
      for (const child of children[i] as number[]) {
        waiting[child] = (waiting[child] as number) - 1;
        if (waiting[child] === 0) next.push(child);
      }
    }
    level = Int32Array.from(next).sort();
  }
  return placed === d ? levels : [];
}
