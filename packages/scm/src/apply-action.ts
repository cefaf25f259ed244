import type { Action, Branch } from './resolve-do.ts';

/**
 * The values of a variable that something was done to, `[rows]`: the action's own values where it is cut, elsewhere
 * the weighted sum of its branches plus the shift. A branch is not evaluated when no row sees it.
 *
 * @param evaluate - a branch's f(parents, noiseFactor · u), all rows
 * @example
 * import { applyAction, natural } from '@cfe/scm';
 * applyAction(natural(2), () => Float64Array.of(3, 4)); // → Float64Array [3, 4]
 */
export function applyAction(action: Action, evaluate: (branch: Branch) => Float64Array): Float64Array {
  const { cut, value, shift } = action;
  const rows = cut.length;
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = (cut[r] === 1 ? value[r] : shift[r]) as number;
  for (const branch of action.branches) {
    const { weight } = branch;
    const isSeen = (w: number, r: number): boolean => w !== 0 && cut[r] !== 1;
    if (!weight.some(isSeen)) continue;
    const values = evaluate(branch);
    for (let r = 0; r < rows; r++) {
      const w = weight[r] as number;
      if (isSeen(w, r)) out[r] = (out[r] as number) + w * (values[r] as number);
    }
  }
  return out;
}
