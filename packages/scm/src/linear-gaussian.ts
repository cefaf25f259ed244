import { type Columns, InputError, quoteName, type Seed, ShapeError } from '@cfe/base';
import { fromWeights, incident } from '@cfe/graph';
import type { AbductiveModel, ExactModel, ModelGradient } from './causal-model.ts';
import type { Do } from './intervention.ts';
import { linearGaussianAnswer } from './linear-gaussian-exact.ts';
import type { InvertibleMechanism } from './mechanism.ts';
import { type StructuralModel, structuralModel } from './structural-model.ts';

/** The parameters of a linear-Gaussian model, as plain data (the JSON form adds `kind: 'linear-gaussian'`). */
export interface LinearGaussianSpec {
  readonly nodes: readonly string[];
  /** `[d][d]`, weights[i][j] the effect of i on j */
  readonly weights: readonly ArrayLike<number>[];
  /** `[d]`, default 0 */
  readonly intercepts?: ArrayLike<number>;
  /** `[d]`, default 1 */
  readonly noiseVariances?: ArrayLike<number>;
}

/** x_j = intercept_j + Σ_i weights[i][j] x_i + u_j with u_j ~ N(0, noiseVariance_j), independent. */
export type LinearGaussian = StructuralModel &
  AbductiveModel &
  ExactModel & {
    readonly spec: Required<LinearGaussianSpec>;
    logDensity(rows: Columns, options?: { readonly do?: Do | undefined }): Float64Array;
    gradient(
      noise: Columns,
      upstream: Columns,
      options?: { readonly do?: Do | undefined; readonly seed?: Seed | undefined },
    ): ModelGradient;
  };

/**
 * The linear-Gaussian structural causal model: the exact model for continuous variables, with closed forms for
 * every observational, interventional and counterfactual distribution.
 *
 * @throws {@link ShapeError} if the parts differ in size
 * @throws {@link InputError} if a number is not finite or a variance is negative
 * @throws {@link CyclicGraphError} if the weights form a cycle
 * @see Pearl (2009), Causality, chapters 5 and 7
 * @example
 * import { linearGaussian } from '@cfe/scm';
 * const model = linearGaussian({ nodes: ['x', 'y'], weights: [[0, 2], [0, 0]], intercepts: [1, 0] });
 * model.exact({ do: { x: 3 } }).mean; // → { x: 3, y: 6 }
 */
export function linearGaussian(input: LinearGaussianSpec): LinearGaussian {
  const spec = complete(input);
  const graph = fromWeights(spec.weights, spec.nodes);
  const base = structuralModel({
    variables: spec.nodes.map((name, j) => {
      const above = incident(graph.parents, j);
      return {
        name,
        parents: Array.from(above, (i) => spec.nodes[i] as string),
        mechanism: linear(
          Array.from(above, (i) => spec.weights[i]?.[j] as number),
          spec.intercepts[j] as number,
        ),
        noise: { kind: 'normal', mean: 0, sd: Math.sqrt(spec.noiseVariances[j] as number) },
        monotone: 'increasing',
      };
    }),
  });
  const { logDensity, gradient } = base;
  if (logDensity === undefined || gradient === undefined) throw new Error('a linear mechanism has both');
  return { ...base, spec, logDensity, gradient, exact: (query) => linearGaussianAnswer(spec, graph, query) };
}

/** x = intercept + Σ weight · parent + noise. */
function linear(weights: readonly number[], intercept: number): InvertibleMechanism {
  const residual = (parents: readonly Float64Array[], values: Float64Array, sign: 1 | -1): Float64Array => {
    const out = values.map((v) => v + sign * intercept);
    for (const [k, weight] of weights.entries()) {
      const parent = parents[k] as Float64Array;
      for (let r = 0; r < out.length; r++)
        out[r] = (out[r] as number) + sign * weight * (parent[r] as number);
    }
    return out;
  };
  return {
    evaluate: (parents, noise) => residual(parents, noise, 1),
    abduct: (parents, values) => residual(parents, values, -1),
    logSlope: (_, noise) => new Float64Array(noise.length),
    backward: (_, __, upstream) => ({
      parents: weights.map((weight) => upstream.map((g) => weight * g)),
      noise: upstream,
    }),
  };
}

function complete(input: LinearGaussianSpec): Required<LinearGaussianSpec> {
  const d = input.nodes.length;
  const intercepts = Float64Array.from(input.intercepts ?? new Float64Array(d));
  const noiseVariances = Float64Array.from(input.noiseVariances ?? new Float64Array(d).fill(1));
  if (intercepts.length !== d || noiseVariances.length !== d || input.weights.length !== d) {
    throw new ShapeError(
      'scm/linear-gaussian-shape',
      `linearGaussian: ${d} nodes need ${d} rows of weights, intercepts and noise variances; got ${input.weights.length}, ${intercepts.length} and ${noiseVariances.length}.`,
      { nodes: d },
    );
  }
  const weights = input.weights.map((row) => Float64Array.from(row));
  for (const [j, name] of input.nodes.entries()) {
    const variance = noiseVariances[j] as number;
    const finite =
      Number.isFinite(intercepts[j]) &&
      Number.isFinite(variance) &&
      (weights[j] as Float64Array).every(Number.isFinite);
    if (!finite || variance < 0) {
      throw new InputError(
        'scm/linear-gaussian-value',
        `linearGaussian: ${quoteName(name)} has a parameter that is not finite, or a negative noise variance (${variance}).`,
        { node: name, variance },
      );
    }
  }
  return { nodes: [...input.nodes], weights, intercepts, noiseVariances };
}
