/** An order in which to sum variables out, and what it costs. */
export interface EliminationOrder {
  readonly order: Int32Array;
  /** Σ over cliques of the number of entries */
  readonly entries: number;
}

/**
 * Greedy elimination orders by least fill, least fill weighted by table sizes, and smallest clique: the cheapest of
 * the three by total entries. Ties go to the smaller index, so the order depends on nothing else.
 *
 * @param scopes - sets of variables that stand in one table
 * @see Koller and Friedman (2009), Probabilistic Graphical Models, section 9.4.3
 */
export function eliminationOrder(sizes: Int32Array, scopes: Iterable<ArrayLike<number>>): EliminationOrder {
  const neighbours = interactions(sizes.length, scopes);
  let best: EliminationOrder | undefined;
  for (const heuristic of ['weight', 'fill', 'weighted-fill'] as const) {
    const found = greedy(sizes, neighbours, heuristic, best?.entries ?? Number.POSITIVE_INFINITY);
    if (found !== undefined) best = found;
  }
  return best as EliminationOrder;
}

function interactions(n: number, scopes: Iterable<ArrayLike<number>>): Set<number>[] {
  const neighbours = Array.from({ length: n }, () => new Set<number>());
  for (const scope of scopes) {
    for (let a = 0; a < scope.length; a++) {
      for (let b = 0; b < a; b++) {
        neighbours[scope[a] as number]?.add(scope[b] as number);
        neighbours[scope[b] as number]?.add(scope[a] as number);
      }
    }
  }
  return neighbours;
}

function greedy(
  sizes: Int32Array,
  initial: readonly Set<number>[],
  heuristic: 'weight' | 'fill' | 'weighted-fill',
  limit: number,
): EliminationOrder | undefined {
  const n = sizes.length;
  const adjacent = initial.map((set) => new Set(set));
  const cost = new Float64Array(n);
  const clique = (v: number): number => {
    let product = sizes[v] as number;
    for (const w of adjacent[v] as Set<number>) product *= sizes[w] as number;
    return product;
  };
  const evaluate = (v: number): number => {
    if (heuristic === 'weight') return clique(v);
    const around = [...(adjacent[v] as Set<number>)];
    let fill = 0;
    for (let a = 0; a < around.length; a++) {
      const set = adjacent[around[a] as number] as Set<number>;
      for (let b = 0; b < a; b++) {
        if (set.has(around[b] as number)) continue;
        fill +=
          heuristic === 'fill'
            ? 1
            : (sizes[around[a] as number] as number) * (sizes[around[b] as number] as number);
      }
    }
    return fill;
  };
  for (let v = 0; v < n; v++) cost[v] = evaluate(v);
  const left = new Uint8Array(n).fill(1);
  const order = new Int32Array(n);
  let entries = 0;
  for (let step = 0; step < n; step++) {
    let next = -1;
    for (let v = 0; v < n; v++) {
      if (left[v] === 1 && (next < 0 || (cost[v] as number) < (cost[next] as number))) next = v;
    }
    entries += clique(next);
    if (entries >= limit) return undefined;
    order[step] = next;
    left[next] = 0;
    const around = [...(adjacent[next] as Set<number>)];
    const stale = new Set(around);
    for (const a of around) {
      const set = adjacent[a] as Set<number>;
      set.delete(next);
      for (const b of around) if (a !== b) set.add(b);
    }
    if (heuristic !== 'weight')
      for (const a of around) for (const b of adjacent[a] as Set<number>) stale.add(b);
    for (const v of stale) cost[v] = evaluate(v);
  }
  return { order, entries };
}
