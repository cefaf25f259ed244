import type { GaussianData, InterceptMode } from './gaussian-data.ts';
import type { LocalScore, ParentSet } from './parent-scorer.ts';

/**
 * Per signature, the intercepts under which its nodes, with the parents they have, score better.
 *
 * @param columnOf - a column of the node, by which its signature is known
 */
export function betterModes(
  data: GaussianData,
  states: readonly ParentSet[],
  columnOf: (node: number) => number,
  scoreUnder: (modes: readonly InterceptMode[]) => LocalScore,
): readonly InterceptMode[] {
  const totals = (['shared', 'perEnvironment'] as const).map((mode) => {
    const score = scoreUnder(data.signatures.map(() => mode));
    const sums = new Float64Array(data.signatures.length);
    for (const [v, { parents }] of states.entries()) {
      const s = data.signatureOf[columnOf(v)]!;
      sums[s] =
        sums[s]! +
        score(
          v,
          [...parents].sort((a, b) => a - b),
        );
    }
    return sums;
  });
  return data.signatures.map((_, s) => (totals[0]![s]! <= totals[1]![s]! ? 'shared' : 'perEnvironment'));
}
