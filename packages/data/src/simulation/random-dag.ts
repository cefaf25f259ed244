import { InputError, permutation, type Rng, rngFrom, type Seed } from '@cfe/base';
import { createDag, type Dag } from '@cfe/graph';

/** A family of random graphs. */
export type GraphFamily = 'erdos-renyi' | 'scale-free' | 'small-world' | 'bipartite';

/** Which random graph to draw. */
export interface RandomDagOptions {
  /** default `'erdos-renyi'` */
  readonly family?: GraphFamily;
  readonly nodes: number;
  /** expected number of neighbours of a node, so that degree · nodes / 2 edges are expected; default 2 */
  readonly degree?: number;
  /** exactly so many edges, instead of `degree`; Erdős–Rényi only */
  readonly edges?: number | undefined;
  /** share of a small world's edges that are rewired, default 0.2 */
  readonly rewiring?: number;
  readonly seed?: Seed | undefined;
}

/**
 * A random directed acyclic graph over `x1 … xd`, oriented along a uniformly random order of the nodes, so that
 * the numbering tells nothing.
 *
 * - `erdos-renyi`: every pair is joined with the same probability
 * - `scale-free`: preferential attachment (Barabási and Albert 1999), edges from earlier nodes to later ones: hubs are causes
 * - `small-world`: a ring of near neighbours with some edges rewired (Watts and Strogatz 1998)
 * - `bipartite`: half of the nodes are causes, the others effects, every such pair with the same probability
 *
 * @throws {@link InputError} if there is no node, or no graph of that family has so many edges
 * @example
 * import { randomDag } from '@cfe/data';
 * randomDag({ nodes: 3, degree: 2, seed: 1 }).children.items.length; // → 3
 */
export function randomDag(options: RandomDagOptions): Dag {
  const {
    family = 'erdos-renyi',
    nodes: d,
    degree = Math.min(2, options.nodes - 1),
    rewiring = 0.2,
  } = options;
  if (!Number.isInteger(d) || d < 1 || d > 100_000) {
    throw new InputError(
      'data/graph-size',
      `randomDag: 'nodes' must be a whole number from 1 to 100000, got ${d}.`,
      {
        nodes: d,
      },
    );
  }
  const most = mostEdges(family, d);
  const edges = options.edges ?? (degree * d) / 2;
  if (
    options.edges !== undefined &&
    (family !== 'erdos-renyi' || !Number.isInteger(edges) || !(edges >= 0 && edges <= most))
  ) {
    throw new InputError(
      'data/graph-edges',
      `randomDag: 'edges' must be a whole number from 0 to ${most}, of an 'erdos-renyi' graph; got ${edges} of '${family}'.`,
      { family, nodes: d, edges },
    );
  }
  if (!(edges >= 0 && edges <= most + 1e-9)) {
    throw new InputError(
      'data/graph-degree',
      `randomDag: a ${family} graph of ${d} nodes has an expected degree between 0 and ${round((2 * most) / d)}, got ${degree}.`,
      { family, nodes: d, degree },
    );
  }
  if (!(rewiring >= 0 && rewiring <= 1)) {
    throw new InputError(
      'data/graph-rewiring',
      `randomDag: 'rewiring' is a share from 0 to 1, got ${rewiring}.`,
      {
        rewiring,
      },
    );
  }
  const rng = rngFrom(options.seed).fork('graph');
  const drawing = { d, edges, rewiring, rng: rng.fork(family) };
  const pairs = options.edges === undefined ? draw[family](drawing) : exactly(drawing);
  const place = permutation(rng.fork('order'), d);
  const names = Array.from({ length: d }, (_, i) => `x${i + 1}`);
  return createDag(
    names,
    pairs.map(([from, to]) => [names[place[from] as number] as string, names[place[to] as number] as string]),
  );
}

interface Drawing {
  readonly d: number;
  /** expected */
  readonly edges: number;
  readonly rewiring: number;
  readonly rng: Rng;
}

type Pairs = readonly (readonly [earlier: number, later: number])[];

const draw: Readonly<Record<GraphFamily, (drawing: Drawing) => Pairs>> = {
  'erdos-renyi': ({ d, edges, rng }) => bernoulliPairs(allPairs(d), (d * (d - 1)) / 2, edges, rng),
  bipartite: ({ d, edges, rng }) => {
    const causes = Math.floor(d / 2);
    return bernoulliPairs(causeEffectPairs(causes, d), causes * (d - causes), edges, rng);
  },
  'scale-free': scaleFree,
  'small-world': smallWorld,
};

function mostEdges(family: GraphFamily, d: number): number {
  return family === 'bipartite' ? Math.floor(d / 2) * Math.ceil(d / 2) : (d * (d - 1)) / 2;
}

function* allPairs(d: number): Generator<readonly [number, number]> {
  for (let j = 1; j < d; j++) for (let i = 0; i < j; i++) yield [i, j];
}

function* causeEffectPairs(causes: number, d: number): Generator<readonly [number, number]> {
  for (let i = 0; i < causes; i++) for (let j = causes; j < d; j++) yield [i, j];
}

function bernoulliPairs(
  pairs: Iterable<readonly [number, number]>,
  count: number,
  expected: number,
  rng: Rng,
): Pairs {
  const probability = count === 0 ? 0 : expected / count;
  const kept: [number, number][] = [];
  for (const [i, j] of pairs) if (rng.uniform() < probability) kept.push([i, j]);
  return kept;
}

/** A uniformly random set of so many pairs. */
function exactly({ d, edges, rng }: Drawing): Pairs {
  const all = [...allPairs(d)];
  const order = permutation(rng, all.length);
  return Array.from(order.subarray(0, edges), (k) => all[k] as readonly [number, number]);
}

function scaleFree({ d, edges, rng }: Drawing): Pairs {
  const kept: [number, number][] = [];
  const ends: number[] = []; // every node once, and once more for each of its edges
  let owed = 0;
  const share = attachments(d, edges);
  for (let j = 0; j < d; j++) {
    owed += Math.min(share, j);
    const wanted = Math.min(j, Math.floor(owed) + (rng.uniform() < owed - Math.floor(owed) ? 1 : 0));
    owed = 0;
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(ends[rng.integer(ends.length)] as number);
    for (const i of chosen) {
      kept.push([i, j]);
      ends.push(i, j);
    }
    ends.push(j);
  }
  return kept;
}

/** How many edges m each node brings, so that Σ min(m, j) is the number wanted. */
function attachments(d: number, edges: number): number {
  let low = 0;
  let high = d;
  for (let step = 0; step < 60; step++) {
    const m = (low + high) / 2;
    let total = 0;
    for (let j = 0; j < d; j++) total += Math.min(m, j);
    if (total < edges) low = m;
    else high = m;
  }
  return high;
}

function smallWorld({ d, edges, rewiring, rng }: Drawing): Pairs {
  const ring = permutation(rng.fork('ring'), d);
  const taken = new Set<number>();
  const key = (a: number, b: number): number => Math.min(a, b) * d + Math.max(a, b);
  const whole = Math.floor(edges) + (rng.uniform() < edges - Math.floor(edges) ? 1 : 0);
  for (let step = 1; taken.size < whole; step++)
    for (let i = 0; i < d && taken.size < whole; i++)
      taken.add(key(ring[i] as number, ring[(i + step) % d] as number));
  for (const edge of [...taken]) {
    if (rng.uniform() >= rewiring) continue;
    const from = rng.uniform() < 0.5 ? Math.floor(edge / d) : edge % d;
    const free = Array.from({ length: d }, (_, to) => to).filter(
      (to) => to !== from && !taken.has(key(from, to)),
    );
    if (free.length === 0) continue;
    taken.delete(edge);
    taken.add(key(from, free[rng.integer(free.length)] as number));
  }
  return [...taken].map((edge) => [Math.floor(edge / d), edge % d] as const);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
