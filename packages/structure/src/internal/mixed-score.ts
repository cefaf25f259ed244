import type { GaussianProblem } from './gaussian-problem.ts';

/**
 * The Gaussian score where some nodes are several columns (the indicators of a category):
 * n ln det Σ(node | parents) + penalty for each pair of a node's and a parent's column.
 *
 * @param blocks - per node, its columns in the problem's matrices
 * @see Andrews, Ramsey and Cooper (2019), Learning high-dimensional DAGs with mixed data-types (degenerate Gaussian score)
 */
export function mixedScore(
  problem: GaussianProblem,
  blocks: readonly (readonly number[])[],
): (node: number, parents: readonly number[]) => number {
  const { d, matrices, matrixOf, rows, penalty, offset } = problem;
  return (node, parents) => {
    const own = blocks[node]!;
    const given = parents.flatMap((w) => blocks[w]!);
    const all = [...given, ...own];
    const matrix = matrices[matrixOf[own[0]!]!]!;
    const factor: Float64Array[] = [];
    let logDeterminant = 0;
    for (const [i, a] of all.entries()) {
      const row = new Float64Array(i + 1);
      let left = matrix[a * d + a]!;
      for (let j = 0; j < i; j++) {
        const other = factor[j]!;
        let sum = matrix[a * d + all[j]!]!;
        for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
        row[j] = sum / other[j]!;
        left -= row[j]! ** 2;
      }
      if (left <= 1e-10 * matrix[a * d + a]!) return Number.POSITIVE_INFINITY;
      row[i] = Math.sqrt(left);
      factor.push(row);
      if (i >= given.length) logDeterminant += Math.log(left);
    }
    return (
      offset[own[0]!]! * own.length + rows[own[0]!]! * logDeterminant + penalty * given.length * own.length
    );
  };
}
