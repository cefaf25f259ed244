import { createRng, type Rng } from '@cfe/base';
import { createTable, type Table } from '@cfe/data';
import { type Dag, parentsOf } from '@cfe/graph';
import { additive, linearGaussian, type StructuralModel, structuralModel } from '@cfe/scm';
import type { Fit } from '../../src/index.ts';

/** A model whose family a fit knows, so that only its numbers are learned. */
export interface ExactFamily {
  readonly name: string;
  readonly truth: { sample(rows: number, options: { seed: Rng }): ReturnType<StructuralModel['sample']> };
  readonly fit: Fit;
  readonly treatment: string;
  readonly covariate: string;
  /** the true effect of a unit of treatment where the covariate is z, and on average */
  readonly effectAt: (z: number) => number;
  readonly averageEffect: number;
}

/** Least squares with an intercept by normal equations: [intercept, …coefficients] and the residual variance. */
function leastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
): { readonly beta: Float64Array; readonly variance: number } {
  const n = y.length;
  const design = [new Float64Array(n).fill(1), ...columns];
  const p = design.length;
  const gram = design.map((a) => [...design, y].map((b) => a.reduce((sum, v, r) => sum + v * b[r]!, 0)));
  for (let k = 0; k < p; k++) {
    let pivot = k;
    for (let i = k; i < p; i++) if (Math.abs(gram[i]![k]!) > Math.abs(gram[pivot]![k]!)) pivot = i;
    [gram[k], gram[pivot]] = [gram[pivot]!, gram[k]!];
    for (let i = 0; i < p; i++) {
      if (i === k) continue;
      const factor = gram[i]![k]! / gram[k]![k]!;
      for (let c = k; c <= p; c++) gram[i]![c]! -= factor * gram[k]![c]!;
    }
  }
  const beta = Float64Array.from({ length: p }, (_, k) => gram[k]![p]! / gram[k]![k]!);
  const rss = y.reduce(
    (sum, v, r) => sum + (v - design.reduce((s, x, k) => s + x[r]! * beta[k]!, 0)) ** 2,
    0,
  );
  return { beta, variance: rss / Math.max(1, n - p) };
}

/** Ordinary least squares for each variable on its parents. */
export function linearFit(dag: Dag): Fit {
  return async (table) => {
    const { nodes } = dag;
    const weights = nodes.map(() => new Float64Array(nodes.length));
    const [intercepts, noiseVariances]: [number[], number[]] = [[], []];
    for (const [j, name] of nodes.entries()) {
      const parents = parentsOf(dag, name);
      const { beta, variance } = leastSquares(
        parents.map((parent) => table.column(parent)),
        table.column(name),
      );
      intercepts.push(beta[0]!);
      noiseVariances.push(variance);
      for (const [k, parent] of parents.entries()) weights[nodes.indexOf(parent)]![j] = beta[k + 1]!;
    }
    return linearGaussian({ nodes, weights, intercepts, noiseVariances });
  };
}

export function tableFrom(rows: ReturnType<StructuralModel['sample']>): Table {
  return createTable(
    rows.names.map((name) => ({ variable: { name, kind: 'continuous' }, values: rows.column(name) })),
  );
}

/** A linear-Gaussian model over z → x → m → y with z → y, z → m and x → y, its weights random. */
export function linearFamily(seed: number): ExactFamily {
  const rng = createRng(seed);
  const draw = (): number => (rng.uniform() < 0.5 ? -1 : 1) * (0.4 + 0.8 * rng.uniform());
  const [zx, zm, zy, xm, xy, my] = Array.from({ length: 6 }, draw) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const nodes = ['z', 'x', 'm', 'y'];
  const truth = linearGaussian({
    nodes,
    weights: [
      [0, zx, zm, zy],
      [0, 0, xm, xy],
      [0, 0, 0, my],
      [0, 0, 0, 0],
    ],
  });
  const total = xy + xm * my;
  return {
    name: `linear-Gaussian ${seed}`,
    truth,
    fit: linearFit(truth.graph),
    treatment: 'x',
    covariate: 'z',
    effectAt: () => total,
    averageEffect: total,
  };
}

/** y = a·x + b·z + c·x·z + u with z → x: a linear family whose effect is another for each z. */
export function interactionFamily(seed: number): ExactFamily {
  const rng = createRng(seed);
  const draw = (): number => (rng.uniform() < 0.5 ? -1 : 1) * (0.4 + 0.8 * rng.uniform());
  const [zx, a, b, c, mean] = Array.from({ length: 5 }, draw) as [number, number, number, number, number];
  const of = (
    [mu, sz]: readonly [number, number],
    [x0, xz, sx]: readonly [number, number, number],
    [y0, ya, yb, yc, sy]: readonly [number, number, number, number, number],
  ): StructuralModel =>
    structuralModel({
      variables: [
        { name: 'z', mechanism: additive(), noise: { kind: 'normal', mean: mu, sd: sz } },
        {
          name: 'x',
          parents: ['z'],
          mechanism: additive(([z]) => z!.map((v) => x0 + xz * v)),
          noise: { kind: 'normal', mean: 0, sd: sx },
        },
        {
          name: 'y',
          parents: ['x', 'z'],
          mechanism: additive(([x, z]) => x!.map((v, r) => y0 + ya * v + yb * z![r]! + yc * v * z![r]!)),
          noise: { kind: 'normal', mean: 0, sd: sy },
        },
      ],
    });
  return {
    name: `interaction ${seed}`,
    truth: of([mean, 1], [0, zx, 1], [0, a, b, c, 1]),
    fit: async (table) => {
      const [z, x, y] = [table.column('z'), table.column('x'), table.column('y')];
      const onZ = leastSquares([], z);
      const onX = leastSquares([z], x);
      const onY = leastSquares([x, z, x.map((v, r) => v * z[r]!)], y);
      return of(
        [onZ.beta[0]!, Math.sqrt(onZ.variance)],
        [onX.beta[0]!, onX.beta[1]!, Math.sqrt(onX.variance)],
        [onY.beta[0]!, onY.beta[1]!, onY.beta[2]!, onY.beta[3]!, Math.sqrt(onY.variance)],
      );
    },
    treatment: 'x',
    covariate: 'z',
    effectAt: (z) => a + c * z,
    averageEffect: a + c * mean,
  };
}

/** The Wilson interval of a share at 99%. */
export function wilson(hits: number, of: number, z = 2.5758): readonly [number, number] {
  const p = hits / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return [centre - half, centre + half];
}
