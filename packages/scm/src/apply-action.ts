import type { Action, Branch } from './resolve-do.ts';

/**
 * The values of a variable that something was done to, `[rows]`.
 *
 * @param evaluate - a branch's f(parents, noiseFactor · u), all rows
 */
export function applyAction(action: Action, evaluate: (branch: Branch) => Float64Array): Float64Array {
  const rows = action.cut.length;
  const out = new Float64Array(rows);
  const terms = action.branches.map((branch) => ({ weight: branch.weight, values: evaluate(branch) }));
  for (let r = 0; r < rows; r++) {
    if (action.cut[r] === 1) {
      out[r] = action.value[r] as number;
      continue;
    }
    let total = action.shift[r] as number;
    for (const { weight, values } of terms) {
      const w = weight[r] as number;
      if (w !== 0) total += w * (values[r] as number);
    }
    out[r] = total;
  }
  return out;
}
