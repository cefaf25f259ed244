import { InputError, ShapeError } from '@cfe/base';
import { exponential } from './internal/acyclicity/exponential.ts';
import { logDet } from './internal/acyclicity/log-det.ts';
import { plainKernels } from './internal/acyclicity/plain-kernels.ts';
import { polynomial } from './internal/acyclicity/polynomial.ts';
import { spectral } from './internal/acyclicity/spectral.ts';
import type { MatrixKernels } from './matrix-kernels.ts';

/** Which function measures the cycles of a weighted graph. */
export type AcyclicityKind = 'exponential' | 'polynomial' | 'log-det' | 'spectral';

/** How far a weighted graph is from acyclic, and which way is down. */
export interface AcyclicityValue {
  /** ≥ 0, and 0 exactly if and only if there is no cycle; ∞ outside the domain of `'log-det'` */
  readonly value: number;
  /** `[d * d]`, derivative with respect to what was given; NaN where the value is ∞ */
  readonly gradient: Float64Array;
}

/** A function that is 0 on directed acyclic graphs and positive on all others. */
export interface Acyclicity {
  readonly kind: AcyclicityKind;
  /** @param weights - `[d * d]`, `weights[i * d + j]` belongs to i → j; not written to */
  evaluate(weights: ArrayLike<number>): AcyclicityValue;
}

/** How the numbers given are read. */
export interface AcyclicityOptions {
  /**
   * `'weights'` (default): signed weights W, of which A = W ∘ W is measured. `'strengths'`: A itself, ≥ 0, as the norms
   * of a network's first layers are
   */
  readonly of?: 'weights' | 'strengths' | undefined;
  /** of `'log-det'`: s > 0, whose domain is ρ(A) < s. Default 1 */
  readonly s?: number | undefined;
  /** what multiplies and factorises matrices; default plain loops, which WebAssembly's `wasmMatrixKernels` outruns from some 50 variables on */
  readonly kernels?: MatrixKernels | undefined;
}

const kinds = { exponential, polynomial, 'log-det': logDet, spectral };

/**
 * A measure of the cycles in a weighted graph, with its gradient, in float64. With A = W ∘ W or given:
 *
 * - `'exponential'`: tr e^A − d. Zheng et al. (2018), NOTEARS
 * - `'polynomial'`: tr (I + A/d)^d − d. Yu et al. (2019), DAG-GNN
 * - `'log-det'`: d ln s − ln det(sI − A). Bello, Aragam and Ravikumar (2022), DAGMA. Finite only where ρ(A) < s; beyond,
 *   the value is ∞, so that a line search steps back
 * - `'spectral'`: ρ(A), the largest eigenvalue. Lee et al. (2019); Nazaret et al. (2023), SDCD. Not differentiable where
 *   two strongly connected parts tie, where the first one's gradient is given, nor at acyclic graphs, where 0 is
 *
 * The first three flatten out near acyclic graphs when they measure W ∘ W (their gradient is 0 there), the last does
 * not. None subtracts d from a rounded trace: an acyclic graph gives 0 to the last bit. Cost O(d³).
 *
 * @throws {@link InputError} if `s` is not positive, or `evaluate` is given NaN, ∞ or a negative strength
 * @throws {@link ShapeError} if `evaluate` is given a list whose length is not a square
 * @example
 * import { acyclicity } from '@cfe/autograd';
 * const h = acyclicity('exponential');
 * h.evaluate([0, 2, 0, 0]).value; // → 0
 * const cycle = h.evaluate([0, 2, 0.5, 0]); // tr e^A = 2 cosh(√(2² · 0.5²))
 * cycle.value; // → 1.08616
 * cycle.gradient; // → [0, 1.1752, 4.7008, 0]
 */
export function acyclicity(
  kind: AcyclicityKind,
  { of = 'weights', s = 1, kernels = plainKernels }: AcyclicityOptions = {},
): Acyclicity {
  const measure = kinds[kind];
  if (measure === undefined) {
    throw new InputError(
      'autograd/acyclicity',
      `acyclicity: there is no '${kind}'. Choose one of ${Object.keys(kinds).join(', ')}.`,
      { kind },
    );
  }
  if (!(s > 0 && s < Infinity))
    throw new InputError('autograd/acyclicity', `acyclicity: s must be positive and finite, got ${s}.`, {
      s,
    });
  return {
    kind,
    evaluate(weights) {
      const d = Math.round(Math.sqrt(weights.length));
      if (d * d !== weights.length) {
        throw new ShapeError(
          'autograd/acyclicity-shape',
          `acyclicity: ${weights.length} weights do not fill a square matrix [d * d].`,
          { length: weights.length },
        );
      }
      const strengths = Float64Array.from(weights, (w, at) => strengthOf(w, of, at, d));
      const { value, gradient } = measure(strengths, d, kernels, s);
      if (of === 'weights') {
        for (let at = 0; at < gradient.length; at++)
          gradient[at] = 2 * (weights[at] as number) * (gradient[at] as number);
      }
      return { value, gradient };
    },
  };
}

function strengthOf(weight: number, of: 'weights' | 'strengths', at: number, d: number): number {
  if (!Number.isFinite(weight) || (of === 'strengths' && weight < 0)) {
    throw new InputError(
      'autograd/acyclicity-value',
      `acyclicity: the weight of ${Math.floor(at / d)} → ${at % d} is ${weight}; it must be a finite number${of === 'strengths' ? ' ≥ 0' : ''}.`,
      { from: Math.floor(at / d), to: at % d, weight },
    );
  }
  return of === 'weights' ? weight * weight : weight;
}
