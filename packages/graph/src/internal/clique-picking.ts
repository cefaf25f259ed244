import { permutation, type Rng } from '@cfe/base';

/** Who is adjacent to whom in an undirected chordal graph; vertices are any numbers. */
type Neighbours = ReadonlyMap<number, ReadonlySet<number>>;

/** The ways to start an ordering at one maximal clique, and how many orientations each leads to. */
interface Pick {
  readonly clique: readonly number[];
  /** sets with which the clique's order may not begin: those orderings belong to another clique */
  readonly forbidden: readonly ReadonlySet<number>[];
  readonly rest: readonly (readonly number[])[];
  readonly weight: bigint;
}

interface Picks {
  readonly total: bigint;
  readonly picks: readonly Pick[];
}

/**
 * Counting and drawing the acyclic orientations of a connected chordal graph that have no v-structure, in polynomial
 * time: each has a topological order that starts with a maximal clique, and the clique tree says how often it would be
 * counted.
 * @see Wienöbst, Bannach & Liśkiewicz (2021), AAAI 35, 12198–12206 (Clique-Picking)
 */
export class CliquePicking {
  private readonly neighbours: Neighbours;
  private readonly known = new Map<string, Picks>();

  constructor(neighbours: Neighbours) {
    this.neighbours = neighbours;
  }

  /** The number of such orientations of the subgraph over some vertices, which is connected. */
  count(vertices: readonly number[]): bigint {
    return this.picks(vertices).total;
  }

  /** The vertices in an order whose orientation is drawn uniformly. */
  draw(vertices: readonly number[], rng: Rng): number[] {
    const { total, picks } = this.picks(vertices);
    let at = uniformBelow(total, rng);
    const pick = picks.find(({ weight }) => {
      at -= weight;
      return at < 0n;
    }) as Pick;
    return [...drawClique(pick, rng), ...pick.rest.flatMap((part) => this.draw(part, rng))];
  }

  private picks(vertices: readonly number[]): Picks {
    const key = vertices.join();
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const { cliques, parents } = this.cliqueTree(vertices);
    const picks = cliques.map((clique, v): Pick => {
      const forbidden = new Map<number, ReadonlySet<number>>();
      for (let child = v; parents[child] !== undefined; child = parents[child] as number) {
        const above = new Set(cliques[parents[child] as number]);
        const shared = (cliques[child] as readonly number[]).filter((i) => above.has(i));
        if (shared.every((i) => clique.includes(i))) forbidden.set(shared.length, new Set(shared));
      }
      const sizes = [...forbidden.keys()].sort((a, b) => a - b);
      const rest = this.restAfter(vertices, clique);
      const weight = rest.reduce((product, part) => product * this.count(part), orders(clique.length, sizes));
      return {
        clique,
        forbidden: sizes.map((size) => forbidden.get(size) as ReadonlySet<number>),
        rest,
        weight,
      };
    });
    const found = { total: picks.reduce((sum, { weight }) => sum + weight, 0n), picks };
    this.known.set(key, found);
    return found;
  }

  /** The maximal cliques, each with its parent in a clique tree; the first is the root. */
  private cliqueTree(vertices: readonly number[]): {
    readonly cliques: readonly (readonly number[])[];
    readonly parents: readonly (number | undefined)[];
  } {
    // maximum cardinality search: a vertex and its neighbours among those before it are a clique
    const inside = new Set(vertices);
    const labels = new Map(vertices.map((v) => [v, 0]));
    const cliques: number[][] = [];
    const parents: (number | undefined)[] = [];
    const home = new Map<number, number>();
    const placed = new Map<number, number>();
    let previous = -1;
    while (labels.size > 0) {
      let v = -1;
      let label = -1;
      for (const [candidate, size] of labels) if (size > label) [v, label] = [candidate, size];
      labels.delete(v);
      const earlier = this.around(v).filter((w) => placed.has(w));
      if (label <= previous || cliques.length === 0) {
        // a new maximal clique, below the one of its latest earlier vertex (Blair & Peyton 1993)
        const last = earlier.reduce(
          (a, b) => ((placed.get(a) as number) > (placed.get(b) as number) ? a : b),
          earlier[0] ?? -1,
        );
        parents.push(last < 0 ? undefined : home.get(last));
        cliques.push([...earlier, v]);
      } else (cliques.at(-1) as number[]).push(v);
      home.set(v, cliques.length - 1);
      placed.set(v, placed.size);
      previous = label;
      for (const w of this.around(v))
        if (inside.has(w) && labels.has(w)) labels.set(w, (labels.get(w) as number) + 1);
    }
    return { cliques, parents };
  }

  private around(v: number): number[] {
    return [...(this.neighbours.get(v) as ReadonlySet<number>)];
  }

  /** What is still undirected once the clique comes first: connected parts, in an order that they can follow it in. */
  private restAfter(vertices: readonly number[], clique: readonly number[]): number[][] {
    const first = new Set(clique);
    let groups: number[][] = [[...clique], vertices.filter((v) => !first.has(v))];
    const out: number[][] = [];
    const done = new Set<number>();
    for (;;) {
      groups = groups.filter((group) => group.length > 0);
      const group = groups[0];
      if (group === undefined) return out;
      const v = group[0] as number;
      if (!first.has(v) && !done.has(v)) {
        for (const w of group) done.add(w);
        out.push(...this.connected(group));
      }
      group.shift();
      const near = this.neighbours.get(v) as ReadonlySet<number>;
      groups = groups.flatMap((one) => [one.filter((w) => near.has(w)), one.filter((w) => !near.has(w))]);
    }
  }

  private connected(vertices: readonly number[]): number[][] {
    const left = new Set(vertices);
    const out: number[][] = [];
    for (const v of vertices) {
      if (!left.delete(v)) continue;
      const part = [v];
      for (const k of part) for (const w of this.around(k)) if (left.delete(w)) part.push(w);
      out.push(part.sort((a, b) => a - b));
    }
    return out;
  }
}

/** Orders of a clique that begin with none of some nested sets, whose sizes are given, ascending. */
function orders(size: number, nested: readonly number[]): bigint {
  return nested.reduce(
    (left, inner, k) => left - factorial(size - inner) * orders(inner, nested.slice(0, k)),
    factorial(size),
  );
}

function factorial(n: number): bigint {
  let out = 1n;
  for (let k = 2; k <= n; k++) out *= BigInt(k);
  return out;
}

/** A uniform order that begins with no forbidden set, by rejection: at least two in five orders pass. */
function drawClique({ clique, forbidden }: Pick, rng: Rng): number[] {
  for (;;) {
    const order = permutation(rng, clique.length);
    const drawn = Array.from(order, (k) => clique[k] as number);
    if (!forbidden.some((set) => drawn.slice(0, set.size).every((v) => set.has(v)))) return drawn;
  }
}

/** A uniform whole number below a bound of any size. */
function uniformBelow(bound: bigint, rng: Rng): bigint {
  const bits = bound.toString(2).length;
  for (;;) {
    let drawn = 0n;
    for (let k = 0; k < bits; k += 32) drawn = (drawn << 32n) | BigInt(rng.integer(2 ** 32));
    drawn &= (1n << BigInt(bits)) - 1n;
    if (drawn < bound) return drawn;
  }
}
