import { createRng, permutation, standardNormal } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag, type Dag } from '@cfe/graph';

/**
 * Additive data with curved effects and Gaussian noise: each parent's curve is a draw of a Gaussian process with unit
 * length scale (by 100 random Fourier features), or a small tanh network of all parents; columns in random order.
 */
export function curvedData(
  seed: number,
  options: {
    readonly d: number;
    readonly edges: number;
    readonly rows: number;
    readonly mechanism?: 'gp' | 'mlp';
  },
): {
  readonly table: Table;
  readonly dag: Dag;
  /** [i][j]: how much more x_j is on average under do(x_i = 1) than under do(x_i = −1) */
  readonly effects: () => readonly Float64Array[];
} {
  const { d, edges, rows, mechanism = 'gp' } = options;
  const rng = createRng(seed);
  const order = permutation(rng.fork('order'), d);
  const draw = rng.fork('edges');
  const pairs: [number, number][] = [];
  for (let a = 0; a < d; a++) for (let b = a + 1; b < d; b++) pairs.push([order[a]!, order[b]!]);
  for (let k = 0; k < Math.min(edges, pairs.length); k++) {
    const other = k + draw.integer(pairs.length - k);
    [pairs[k], pairs[other]] = [pairs[other]!, pairs[k]!];
  }
  const list = pairs.slice(0, edges);
  const scales: { readonly mean: number; readonly sd: number }[] = Array.from({ length: d });
  /** All columns, one of them held at a value if wanted. */
  const columnsUnder = (held = -1, value = 0): readonly Float64Array[] => {
    const columns: Float64Array[] = Array.from({ length: d });
    for (const v of order) {
      if (v === held) {
        columns[v] = new Float64Array(rows).fill(value);
        continue;
      }
      const parents = list.filter(([, child]) => child === v).map(([parent]) => parent);
      const own = rng.fork(`mechanism ${v}`);
      const noise = standardNormal(rng.fork(`noise ${v}`), rows);
      const sd = 0.4 + 0.4 * own.uniform();
      const values = parents.length === 0 ? noise : noise.map((e) => sd * e);
      const signal = (mechanism === 'gp' ? gaussianProcess : network)(
        parents.map((p) => columns[p]!),
        rows,
        own,
      );
      const sum = values.map((e, r) => e + signal[r]!);
      if (held < 0) scales[v] = scaleOf(sum);
      const { mean, sd: spread } = scales[v]!;
      columns[v] = sum.map((x) => (x - mean) / spread);
    }
    return columns;
  };
  const columns = columnsUnder();
  const nodes = Array.from({ length: d }, (_, v) => `x${v}`);
  return {
    table: createTable(
      nodes.map((name, v) => ({ variable: { name, kind: 'continuous' }, values: columns[v]! })),
    ),
    dag: createDag(
      nodes,
      list.map(([a, b]): [string, string] => [nodes[a]!, nodes[b]!]),
    ),
    effects: () =>
      nodes.map((_, i) => {
        const [high, low] = [columnsUnder(i, 1), columnsUnder(i, -1)];
        return Float64Array.from(nodes, (_n, j) => {
          let sum = 0;
          for (let r = 0; r < rows; r++) sum += high[j]![r]! - low[j]![r]!;
          return sum / rows;
        });
      }),
  };
}

function gaussianProcess(
  parents: readonly Float64Array[],
  rows: number,
  rng: ReturnType<typeof createRng>,
): Float64Array {
  const out = new Float64Array(rows);
  for (const x of parents) {
    for (let k = 0; k < 100; k++) {
      const [frequency, phase, weight] = [rng.normal(), 2 * Math.PI * rng.uniform(), rng.normal()];
      for (let r = 0; r < rows; r++)
        out[r] = out[r]! + weight * Math.sqrt(2 / 100) * Math.cos(frequency * x[r]! + phase);
    }
  }
  return out;
}

function network(
  parents: readonly Float64Array[],
  rows: number,
  rng: ReturnType<typeof createRng>,
): Float64Array {
  const out = new Float64Array(rows);
  for (let h = 0; h < 10 && parents.length > 0; h++) {
    const weights = parents.map(() => (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + 1.5 * rng.uniform()));
    const [shift, outer] = [rng.normal(), rng.normal() / 2];
    for (let r = 0; r < rows; r++) {
      out[r] = out[r]! + outer * Math.tanh(weights.reduce((sum, w, p) => sum + w * parents[p]![r]!, shift));
    }
  }
  return out;
}

function scaleOf(x: Float64Array): { readonly mean: number; readonly sd: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return { mean, sd: Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length) };
}
