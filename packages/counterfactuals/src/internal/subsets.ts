/** All non-empty subsets of at most `most` items, smaller ones first. */
export function* subsetsBySize<T>(items: readonly T[], most: number): Generator<readonly T[]> {
  for (let size = 1; size <= Math.min(most, items.length); size++) yield* ofSize(items, size, 0);
}

function* ofSize<T>(items: readonly T[], size: number, from: number): Generator<readonly T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= items.length - size; at++) {
    for (const rest of ofSize(items, size - 1, at + 1)) yield [items[at] as T, ...rest];
  }
}
