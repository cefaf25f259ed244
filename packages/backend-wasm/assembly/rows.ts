// Rows of numbers added to others. Places in floats.

/** heap[tables[targets + i] + k] += heap[tables[sources + i] + k] for i < count and k < rows, a multiple of 4. */
export function accumulateRows(targets: i32, sources: i32, count: i32, rows: i32): void {
  const bytes = (<usize>rows) << 2;
  for (let i = 0; i < count; i++) {
    let to = (<usize>load<u32>((<usize>(targets + i)) << 2)) << 2;
    let from = (<usize>load<u32>((<usize>(sources + i)) << 2)) << 2;
    for (const end = to + bytes; to < end; to += 16, from += 16)
      v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}
