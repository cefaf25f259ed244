import { InputError } from '@cfe/base';
import type { Environment } from './environments.ts';
import type { GaussianProblem } from './gaussian-problem.ts';
import { type Moments, momentsOf, standardise } from './moments.ts';

/** One intercept per variable for all rows, or one for each environment. */
export type InterceptMode = 'shared' | 'perEnvironment';

/** The moments of standardised columns per environment, from which a problem is made for any choice of intercepts. */
export interface GaussianData {
  readonly d: number;
  readonly moments: readonly Moments[];
  /**
   * Row-major `[d · d]`: the covariance over the rows of some environments, about one mean or that of each. Made once for
   * each choice and never written again.
   */
  readonly covarianceOf: (environments: readonly number[], mode: InterceptMode) => Float64Array;
  /** `[d]` nodes with the same number were left alone in the same environments */
  readonly signatureOf: Int32Array;
  /** per signature, the environments that count */
  readonly signatures: readonly (readonly number[])[];
}

/** A node's matrices would need more than this many numbers: 2 GB. */
const largest = 2.5e8;

export async function gaussianData(
  columns: readonly Float64Array[],
  environments: readonly Environment[],
  breathe: () => Promise<void> | undefined,
): Promise<GaussianData> {
  const d = columns.length;
  const scaled = standardise(columns);
  const moments: Moments[] = [];
  for (const { rows } of environments) {
    moments.push(await momentsOf(scaled, environments.length === 1 ? undefined : rows, breathe));
  }
  const signatures: number[][] = [];
  const known = new Map<string, number>();
  const signatureOf = Int32Array.from({ length: d }, (_, j) => {
    const counted = [...environments.keys()].filter((e) => !environments[e]!.targets.includes(j));
    const key = counted.join();
    let at = known.get(key);
    if (at === undefined) {
      at = signatures.push(counted) - 1;
      known.set(key, at);
    }
    return at;
  });
  // under either choice of intercepts
  if ((2 * signatures.length + environments.length) * d * d > largest) {
    throw new InputError(
      'structure/too-many-targets',
      `flop: ${d} variables under ${signatures.length} different sets of regimes need more memory than there is. Join regimes, or learn from fewer variables.`,
      { variables: d, signatures: signatures.length },
    );
  }
  const covariances = new Map<string, Float64Array>();
  const covarianceOf = (counted: readonly number[], mode: InterceptMode): Float64Array => {
    const key = `${mode} ${counted.join()}`;
    let matrix = covariances.get(key);
    if (matrix === undefined) {
      matrix = covariance(
        counted.map((e) => moments[e]!),
        d,
        mode,
      );
      covariances.set(key, matrix);
    }
    return matrix;
  };
  return { d, moments, covarianceOf, signatureOf, signatures };
}

/**
 * The problem for a choice of intercepts, one per signature so that equivalent graphs score alike: an edge between
 * two nodes that no target separates always has both ends in one signature.
 */
export function gaussianProblem(
  data: GaussianData,
  modes: readonly InterceptMode[],
  { penalty, maxParents }: { readonly penalty: number; readonly maxParents?: number | undefined },
): GaussianProblem {
  const { d, moments, covarianceOf, signatures, signatureOf } = data;
  const total = moments.reduce((sum, { rows }) => sum + rows, 0);
  const cost = penalty * Math.log(total);
  const rows = signatures.map((counted) => counted.reduce((sum, e) => sum + moments[e]!.rows, 0));
  return {
    d,
    matrices: signatures.map((counted, s) => covarianceOf(counted, modes[s]!)),
    matrixOf: signatureOf,
    rows: Float64Array.from(signatureOf, (s) => rows[s]!),
    penalty: cost,
    offset: Float64Array.from(signatureOf, (s) =>
      modes[s] === 'shared' ? 0 : interceptCost(signatures[s]!.map((e) => moments[e]!.rows)),
    ),
    maxParents: Math.min(maxParents ?? d, Math.max(1, Math.floor(Math.min(...rows) / 5))),
  };
}

/**
 * What an intercept for every environment costs beside one for all: ln n of the rows that each is estimated from, as
 * in the textbook BIC. λ is no part of it, being a charge for searching among many possible parents.
 */
function interceptCost(rows: readonly number[]): number {
  return rows.reduce((sum, n) => sum + Math.log(n), 0) - Math.log(Math.max(...rows));
}

function covariance(parts: readonly Moments[], d: number, mode: InterceptMode): Float64Array {
  const matrix = new Float64Array(d * d);
  let total = 0;
  for (const { rows, sums, products } of mode === 'shared' ? [merge(parts, d)] : parts) {
    total += rows;
    for (let i = 0; i < d; i++) {
      const share = sums[i]! / rows;
      for (let j = 0; j < d; j++) {
        matrix[i * d + j] = matrix[i * d + j]! + products[i * d + j]! - share * sums[j]!;
      }
    }
  }
  for (let k = 0; k < matrix.length; k++) matrix[k] = matrix[k]! / total;
  for (let i = 0; i < d; i++) if (matrix[i * d + i]! <= noVariance) setApart(matrix, d, i);
  return matrix;
}

/** A variance of a standardised column that rounding alone leaves in rows in which it does not vary. */
const noVariance = 1e-12;

/** A column that does not vary in these rows explains nothing there and needs no explanation: it is independent of all. */
function setApart(matrix: Float64Array, d: number, i: number): void {
  for (let j = 0; j < d; j++) matrix[i * d + j] = matrix[j * d + i] = 0;
  matrix[i * d + i] = 1;
}

function merge(parts: readonly Moments[], d: number): Moments {
  if (parts.length === 1) return parts[0]!;
  const sums = new Float64Array(d);
  const products = new Float64Array(d * d);
  let rows = 0;
  for (const part of parts) {
    rows += part.rows;
    for (let k = 0; k < sums.length; k++) sums[k] = sums[k]! + part.sums[k]!;
    for (let k = 0; k < products.length; k++) products[k] = products[k]! + part.products[k]!;
  }
  return { rows, sums, products };
}
