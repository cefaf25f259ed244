import { createRng, permutation, type Rng } from '@cfe/base';
import { createTable, type Regime, type Table } from '@cfe/data';
import { createDag, type Dag, incident, topologicalOrder } from '@cfe/graph';

/** The five classic graphs, the outcome included. */
export const classicEdges: Readonly<
  Record<'chain' | 'fork' | 'v-structure' | 'confounder' | 'complex', readonly (readonly [string, string])[]>
> = {
  chain: [
    ['x1', 'x2'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  fork: [
    ['x1', 'x2'],
    ['x1', 'x3'],
    ['x1', 'y'],
  ],
  'v-structure': [
    ['x1', 'x3'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  confounder: [
    ['x1', 'x2'],
    ['x1', 'y'],
    ['x2', 'x3'],
    ['x3', 'y'],
  ],
  complex: [
    ['x1', 'x2'],
    ['x1', 'x3'],
    ['x2', 'x4'],
    ['x3', 'x4'],
    ['x4', 'x5'],
    ['x1', 'y'],
    ['x5', 'y'],
  ],
};

export type ClassicName = keyof typeof classicEdges;

/** A true model: x_j = Σ w·h(x_i) + u, with h the identity or x + 0.5 sin 2x. */
export interface Truth {
  readonly graph: Dag;
  readonly weights: ReadonlyMap<string, number>;
  readonly nonlinear: boolean;
  /** values under do(target := values), from the noise */
  predict(
    noise: Readonly<Record<string, Float64Array>>,
    target?: string,
    values?: Float64Array,
  ): Record<string, Float64Array>;
  noise(rows: number, rng: Rng): Record<string, Float64Array>;
}

function bend(x: number): number {
  return x + 0.5 * Math.sin(2 * x);
}

/** Weights from ±U(0.5, 1), columns in a random order, per seed. */
export function classicTruth(name: ClassicName, seed: number, nonlinear: boolean): Truth {
  const rng = createRng(seed).fork(`classic/${name}`);
  const edges = classicEdges[name];
  const sorted = [...new Set(edges.flat())].sort();
  const nodes = Array.from(permutation(rng.fork('order'), sorted.length), (k) => sorted[k] as string);
  const graph = createDag(nodes, edges);
  const draw = rng.fork('weights');
  const weights = new Map(
    edges.map(([from, to]) => [
      `${from} ${to}`,
      (draw.uniform() < 0.5 ? -1 : 1) * (0.5 + 0.5 * draw.uniform()),
    ]),
  );
  return {
    graph,
    weights,
    nonlinear,
    noise: (rows, source) =>
      Object.fromEntries(
        nodes.map((node) => [node, Float64Array.from({ length: rows }, () => source.normal())]),
      ),
    predict(noise, target, values) {
      const out: Record<string, Float64Array> = {};
      for (const j of topologicalOrder(graph)) {
        const node = nodes[j] as string;
        if (node === target && values !== undefined) {
          out[node] = values;
          continue;
        }
        const column = (noise[node] as Float64Array).slice();
        for (const i of incident(graph.parents, j)) {
          const w = weights.get(`${nodes[i]} ${node}`) as number;
          const parent = out[nodes[i] as string] as Float64Array;
          for (let r = 0; r < column.length; r++) {
            const x = parent[r] as number;
            column[r] = (column[r] as number) + w * (nonlinear ? bend(x) : x);
          }
        }
        out[node] = column;
      }
      return Object.fromEntries(nodes.map((node) => [node, out[node] as Float64Array]));
    },
  };
}

/** 1,000 observational rows and, with `interventional`, 100 under do(x_j ~ N(0, 2²)) for every variable. */
export function classicTable(
  truth: Truth,
  seed: number,
  { rows = 1000, perTarget = 0 }: { readonly rows?: number; readonly perTarget?: number } = {},
): Table {
  const rng = createRng(seed).fork('rows');
  const { nodes } = truth.graph;
  const parts = [truth.predict(truth.noise(rows, rng.fork('observed')))];
  const regimes: Regime[] = [{ name: 'observed', targets: [] }];
  const of: number[] = new Array<number>(rows).fill(0);
  if (perTarget > 0) {
    for (const node of nodes) {
      const own = rng.fork(`do ${node}`);
      const values = Float64Array.from({ length: perTarget }, () => 2 * own.normal());
      parts.push(truth.predict(truth.noise(perTarget, own), node, values));
      for (let r = 0; r < perTarget; r++) of.push(regimes.length);
      regimes.push({ name: `do(${node})`, targets: [{ variable: node, kind: 'hard' }] });
    }
  }
  return createTable(
    nodes.map((name) => ({
      variable: { name, kind: 'continuous' },
      values: Float64Array.from(parts.flatMap((part) => [...(part[name] as Float64Array)])),
    })),
    perTarget > 0 ? { regimes: { list: regimes, of: Int32Array.from(of) } } : {},
  );
}
