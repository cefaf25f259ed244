import {
  type Columns,
  columnsFrom,
  InputError,
  quoteName,
  rngFrom,
  type Seed,
  ShapeError,
  standardNormal,
  type Variable,
} from '@cfe/base';
import { fromWeights, incident, topologicalOrder } from '@cfe/graph';
import { applyAction } from './apply-action.ts';
import type { AbductiveModel, ExactAnswer, ExactModel, ModelGradient, Query } from './causal-model.ts';
import type { Do } from './intervention.ts';
import { linearGaussianAnswer } from './linear-gaussian-exact.ts';
import { type Branch, parentColumns, resolveDo } from './resolve-do.ts';

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
export type LinearGaussian = AbductiveModel &
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
  const variables = spec.nodes.map((name): Variable => ({ name, kind: 'continuous' }));
  const sd = Array.from(spec.noiseVariances, Math.sqrt);

  function own(j: number, parents: readonly Float64Array[], noise: Float64Array): Float64Array {
    const intercept = spec.intercepts[j] as number;
    const out = noise.map((u) => u + intercept);
    for (const [k, i] of incident(graph.parents, j).entries()) {
      const weight = spec.weights[i]?.[j] as number;
      const parent = parents[k] as Float64Array;
      for (let r = 0; r < out.length; r++) out[r] = (out[r] as number) + weight * (parent[r] as number);
    }
    return out;
  }

  const model: LinearGaussian = {
    spec,
    variables,
    graph,
    abduction: 'point',
    noise(rows, { seed } = {}) {
      const rng = rngFrom(seed).fork('noise');
      return columnsFrom(
        Object.fromEntries(
          spec.nodes.map((name, j) => [
            name,
            standardNormal(rng.fork(name), rows).map((z) => z * (sd[j] as number)),
          ]),
        ),
      );
    },
    predict(noise, options = {}) {
      const { actions, graph: order } = resolveDo(model, options.do, noise.rows, options.seed);
      const columns: Float64Array[] = [];
      for (const j of topologicalOrder(order)) {
        const u = noise.column(spec.nodes[j] as string);
        const action = actions[j];
        columns[j] =
          action === undefined
            ? own(j, parentColumns(graph, j, columns), u)
            : applyAction(action, (branch) => evaluateBranch(branch, j, columns, u));
      }
      return columnsFrom(Object.fromEntries(spec.nodes.map((name, j) => [name, columns[j] as Float64Array])));
    },
    sample: (rows, options = {}) => model.predict(model.noise(rows, options), options),
    abduct(rows) {
      const columns = spec.nodes.map((name) => rows.column(name));
      const zero = new Float64Array(rows.rows);
      return columnsFrom(
        Object.fromEntries(
          spec.nodes.map((name, j) => {
            const fitted = own(j, parentColumns(graph, j, columns), zero);
            return [name, (columns[j] as Float64Array).map((x, r) => x - (fitted[r] as number))];
          }),
        ),
      );
    },
    logDensity(rows, options = {}) {
      const { actions } = resolveDo(model, options.do, rows.rows);
      const columns = spec.nodes.map((name) => rows.column(name));
      const out = new Float64Array(rows.rows);
      const zero = new Float64Array(rows.rows);
      for (const [j, name] of spec.nodes.entries()) {
        const action = actions[j];
        const fitted = own(j, parentColumns(graph, j, columns), zero);
        for (let r = 0; r < out.length; r++) {
          if (action?.cut[r] === 1) continue;
          const branch = action?.branches[0];
          if (action !== undefined && (action.branches.length > 1 || branch?.replacement !== undefined)) {
            throw new InputError(
              'scm/no-density',
              `logDensity: ${quoteName(name)} is under a replaced or blended mechanism, whose density is not known in closed form.`,
              { variable: name },
            );
          }
          const weight = branch?.weight[r] ?? 1;
          const mean = weight * (fitted[r] as number) + (action?.shift[r] ?? 0);
          const spreadOf = weight * (branch?.noiseFactor[r] ?? 1) * (sd[j] as number);
          const z = (((columns[j] as Float64Array)[r] as number) - mean) / spreadOf;
          out[r] =
            (out[r] as number) - 0.5 * z * z - Math.log(Math.abs(spreadOf)) - 0.5 * Math.log(2 * Math.PI);
        }
      }
      return out;
    },
    gradient(noise, upstream, options = {}) {
      const { actions, graph: order, interventions } = resolveDo(model, options.do, noise.rows, options.seed);
      const rows = noise.rows;
      const lambda = spec.nodes.map((name) => Float64Array.from(upstream.column(name)));
      const noiseGradient: Record<string, Float64Array> = {};
      for (const j of topologicalOrder(order).reverse()) {
        const own = lambda[j] as Float64Array;
        const action = actions[j];
        const branch = action?.branches[0];
        if (action !== undefined && (action.branches.length > 1 || branch?.replacement !== undefined)) {
          throw new InputError('scm/no-gradient', 'gradient: a replaced mechanism brings no derivative.', {
            variable: spec.nodes[j],
          });
        }
        const through = own.map((g, r) => (action?.cut[r] === 1 ? 0 : g * (branch?.weight[r] ?? 1)));
        noiseGradient[spec.nodes[j] as string] = through.map((g, r) => g * (branch?.noiseFactor[r] ?? 1));
        for (const i of incident(graph.parents, j)) {
          const weight = spec.weights[i]?.[j] as number;
          const above = lambda[i] as Float64Array;
          for (let r = 0; r < rows; r++)
            if (through[r] !== 0) above[r] = (above[r] as number) + weight * (through[r] as number);
        }
      }
      return {
        noise: columnsFrom(noiseGradient),
        interventions: interventions.map((intervention) => {
          const j = spec.nodes.indexOf(intervention.target);
          const action = actions[j];
          const own = lambda[j] as Float64Array;
          if (intervention.kind === 'hard') return own.map((g, r) => (action?.cut[r] === 1 ? g : 0));
          if (intervention.kind === 'shift') return own.map((g, r) => (action?.cut[r] === 1 ? 0 : g));
          return undefined;
        }),
      };
    },
    exact: (query: Query): ExactAnswer => linearGaussianAnswer(model, query),
  };

  function evaluateBranch(
    branch: Branch,
    j: number,
    columns: readonly Float64Array[],
    u: Float64Array,
  ): Float64Array {
    const noise = u.map((value, r) => value * (branch.noiseFactor[r] as number));
    const { replacement } = branch;
    return replacement === undefined
      ? own(j, parentColumns(graph, j, columns), noise)
      : replacement.mechanism.evaluate(
          Array.from(replacement.parents, (k) => columns[k] as Float64Array),
          noise,
        );
  }

  return model;
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
