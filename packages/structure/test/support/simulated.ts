import { createRng, permutation } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { createDag, type Dag } from '@cfe/graph';
import { linearGaussian } from '@cfe/scm';

/** A random linear-Gaussian data set, weights ±U(low, 1), and its graph. */
export function simulated(
  seed: number,
  options: {
    readonly d: number;
    readonly edges: number;
    readonly rows: number;
    readonly low?: number;
    /** rows of do(x_j ~ N(0, 1)), or of do(x_j = `setTo`), for each of the first so many variables */
    readonly targets?: number;
    readonly setTo?: number;
    readonly rowsPerTarget?: number;
    readonly high?: number;
    /** what each regime adds to every variable's noise, in its standard deviations, drawn once per regime and variable */
    readonly batchShift?: number;
    /** every so many-th variable is shifted; default 1: all */
    readonly shiftedEvery?: number;
    /** standard deviations of the noise, drawn evenly between two; default 1 for all */
    readonly noise?: readonly [number, number];
  },
): { readonly table: Table; readonly dag: Dag; readonly weights: readonly Float64Array[] } {
  const { d, edges, rows, low = 0.25, high = 1, targets = 0, rowsPerTarget = 100, batchShift = 0 } = options;
  const { shiftedEvery = 1, setTo } = options;
  const rng = createRng(seed);
  const nodes = Array.from({ length: d }, (_, i) => `x${i}`);
  const order = permutation(rng.fork('order'), d);
  const weights = nodes.map(() => new Float64Array(d));
  const draw = rng.fork('edges');
  const list: [string, string][] = [];
  for (let a = 0; a < d; a++) {
    for (let b = a + 1; b < d; b++) {
      if (draw.uniform() >= edges / ((d * (d - 1)) / 2)) continue;
      const [i, j] = [order[a]!, order[b]!];
      weights[i]![j] = (low + (high - low) * draw.uniform()) * (draw.uniform() < 0.5 ? -1 : 1);
      list.push([nodes[i]!, nodes[j]!]);
    }
  }
  const { noise: [least, most] = [1, 1] } = options;
  const spread = rng.fork('spread');
  const noiseVariances = nodes.map(() => (least + (most - least) * spread.uniform()) ** 2);
  const model = linearGaussian({ nodes, weights, noiseVariances });
  const parts = [model.sample(rows, { seed: rng.fork('rows') })];
  const list2 = Array.from({ length: targets }, (_, t) => nodes[t]!);
  for (const target of list2) {
    const distribution = { kind: 'normal', mean: 0, sd: 1 } as const;
    parts.push(
      model.sample(rowsPerTarget, {
        seed: rng.fork(`do ${target}`),
        do: [
          ...(batchShift === 0
            ? []
            : nodes.filter((name, j) => name !== target && j % shiftedEvery === 0)
          ).map((name) => ({
            target: name,
            kind: 'shift' as const,
            by: batchShift * rng.fork(`batch ${target} ${name}`).normal(),
          })),
          setTo === undefined
            ? { target, kind: 'stochastic', distribution }
            : { target, kind: 'hard', value: setTo },
        ],
      }),
    );
  }
  const total = parts.reduce((sum, part) => sum + part.rows, 0);
  const table = createTable(
    nodes.map((name) => {
      const values = new Float64Array(total);
      let at = 0;
      for (const part of parts) {
        values.set(part.column(name), at);
        at += part.rows;
      }
      return { variable: { name, kind: 'continuous' as const }, values };
    }),
    targets === 0
      ? {}
      : {
          regimes: {
            list: [
              { name: 'observed', targets: [] },
              ...list2.map((variable) => ({
                name: `do ${variable}`,
                targets: [{ variable, kind: 'hard' as const }],
              })),
            ],
            of: Int32Array.from(parts.flatMap((part, p) => Array<number>(part.rows).fill(p))),
          },
        },
  );
  return { table, dag: createDag(nodes, list), weights };
}
