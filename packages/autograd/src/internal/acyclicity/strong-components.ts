/** The strongly connected parts of the graph of non-zero entries (Tarjan 1972), without recursion. */
export function strongComponents(a: ArrayLike<number>, d: number): number[][] {
  const index = new Int32Array(d).fill(-1);
  const low = new Int32Array(d);
  const next = new Int32Array(d); // the child to look at when control comes back
  const open = new Uint8Array(d);
  const path: number[] = [];
  const pending: number[] = [];
  const parts: number[][] = [];
  let count = 0;
  for (let root = 0; root < d; root++) {
    if (index[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const i = path.at(-1) as number;
      if (index[i] === -1) {
        index[i] = low[i] = count++;
        pending.push(i);
        open[i] = 1;
      }
      let deeper = -1;
      while (deeper === -1 && (next[i] as number) < d) {
        const j = next[i] as number;
        if (a[i * d + j] !== 0) {
          if (index[j] === -1) {
            deeper = j;
            break; // looked at once more when it is done, for its low
          }
          if (open[j] === 1) low[i] = Math.min(low[i] as number, low[j] as number);
        }
        next[i] = j + 1;
      }
      if (deeper !== -1) {
        path.push(deeper);
        continue;
      }
      path.pop();
      if (low[i] !== index[i]) continue;
      const part: number[] = [];
      let j: number;
      do {
        j = pending.pop() as number;
        open[j] = 0;
        part.push(j);
      } while (j !== i);
      parts.push(part.sort((x, y) => x - y));
    }
  }
  return parts;
}
