/** All subsets of a size, in lexicographic order. */
export function* combinations(items: readonly number[], size: number): Generator<readonly number[]> {
  const at = Array.from({ length: size }, (_, k) => k);
  if (size > items.length) return;
  for (;;) {
    yield at.map((k) => items[k]!);
    let last = size - 1;
    while (last >= 0 && at[last] === items.length - size + last) last--;
    if (last < 0) return;
    at[last] = at[last]! + 1;
    for (let k = last + 1; k < size; k++) at[k] = at[k - 1]! + 1;
  }
}
