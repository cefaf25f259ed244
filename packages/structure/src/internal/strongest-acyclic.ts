import type { ParentRules } from './parent-scorer.ts';

/**
 * The acyclic graph of a weight matrix's strongest entries: those above a threshold are taken from the largest on, unless
 * they close a cycle; required edges come first, whatever their weight.
 *
 * @param weights - row-major `[d · d]`, [i][j] is i → j
 */
export function strongestAcyclic(
  weights: Float64Array,
  d: number,
  threshold: number,
  { allowed, required }: ParentRules,
): { readonly parents: number[][]; readonly dropped: number } {
  const parents: number[][] = Array.from({ length: d }, () => []);
  const leads = (from: number, to: number): boolean =>
    from === to || parents[to]!.some((parent) => leads(from, parent));
  const size = (k: number): number =>
    required?.[(k % d) * d + Math.floor(k / d)] === 1 ? Number.POSITIVE_INFINITY : Math.abs(weights[k]!);
  const entries = Array.from({ length: d * d }, (_, k) => k)
    .filter((k) => size(k) >= threshold && size(k) > 0)
    .sort((a, b) => size(b) - size(a) || a - b);
  let dropped = 0;
  for (const k of entries) {
    const [i, j] = [Math.floor(k / d), k % d];
    if (i === j || allowed?.[j * d + i] === 0) continue;
    if (leads(j, i)) dropped++;
    else parents[j]!.push(i);
  }
  return { parents, dropped };
}
