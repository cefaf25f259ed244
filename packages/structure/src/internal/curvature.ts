import { chiSquareTail } from './distributions.ts';

/**
 * How many effects bend: for each parent, whether its square or cube explains the child's residual, by the
 * F-like statistic n R² with heteroscedasticity left aside, Holm-corrected at 0.001 over all edges.
 *
 * @param columns - standardised
 */
export async function curvature(
  columns: readonly Float64Array[],
  parents: readonly (readonly number[])[],
  residuals: readonly Float64Array[],
  breathe: () => Promise<void> | undefined,
): Promise<{ readonly edges: number }> {
  const pValues: number[] = [];
  for (const [v, list] of parents.entries()) {
    const left = residuals[v]!;
    const n = left.length;
    for (const w of list) {
      const wait = breathe();
      if (wait !== undefined) await wait;
      const x = columns[w]!;
      // squares and cubes, made orthogonal to the lines of all parents
      const bases = [x.map((value) => value ** 2), x.map((value) => value ** 3)];
      const lines = [new Float64Array(n).fill(1), ...list.map((p) => columns[p]!)];
      const kept: Float64Array[] = [];
      for (const column of [...lines, ...bases]) {
        const direction = column.slice();
        for (let pass = 0; pass < 2; pass++) {
          for (const q of kept) {
            let dot = 0;
            for (let r = 0; r < n; r++) dot += direction[r]! * q[r]!;
            for (let r = 0; r < n; r++) direction[r] = direction[r]! - dot * q[r]!;
          }
        }
        let norm = 0;
        for (let r = 0; r < n; r++) norm += direction[r]! ** 2;
        norm = Math.sqrt(norm);
        if (norm < 1e-8 * Math.sqrt(n)) continue;
        for (let r = 0; r < n; r++) direction[r] = direction[r]! / norm;
        kept.push(direction);
      }
      let explained = 0;
      let total = 0;
      for (let r = 0; r < n; r++) total += left[r]! ** 2;
      for (const q of kept.slice(-2)) {
        let dot = 0;
        for (let r = 0; r < n; r++) dot += left[r]! * q[r]!;
        explained += dot * dot;
      }
      pValues.push(chiSquareTail((n * explained) / total, 2));
    }
  }
  pValues.sort((a, b) => a - b);
  let edges = 0;
  while (edges < pValues.length && pValues[edges]! * (pValues.length - edges) < 0.001) edges++;
  return { edges };
}
