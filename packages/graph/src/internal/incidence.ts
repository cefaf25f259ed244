import type { Incidence } from '../graph.ts';

/** The compressed rows of a list of (row, item) pairs over d rows, items ascending within each. */
export function incidenceFromPairs(d: number, pairs: readonly (readonly [number, number])[]): Incidence {
  const offsets = new Int32Array(d + 1);
  for (const [row] of pairs) offsets[row + 1] = (offsets[row + 1] as number) + 1;
  for (let i = 0; i < d; i++) offsets[i + 1] = (offsets[i + 1] as number) + (offsets[i] as number);
  const next = offsets.slice(0, d);
  const items = new Int32Array(pairs.length);
  for (const [row, item] of pairs) {
    const at = next[row] as number;
    items[at] = item;
    next[row] = at + 1;
  }
  for (let i = 0; i < d; i++) items.subarray(offsets[i], offsets[i + 1]).sort();
  return { offsets, items };
}
