import type { Distance } from './distance.ts';
import type { Graph } from './graph.ts';
import { backward, forward, joins } from './internal/joins.ts';
import { checkSameNames } from './transform.ts';

/**
 * Structural Hamming distance: how many pairs of variables are joined differently in the two graphs, which are
 * aligned by name.
 *
 * A pair counts once whether its edge is missing, extra, of another type or reversed; with `reversal: 'twice'` a
 * reversed i → j counts two, as a removal and an addition. Works on graphs of every kind, also of different kinds.
 *
 * @param truth - reference graph over d variables
 * @param options.reversal - default `'once'`
 * @returns the count, from 0 to d(d − 1)/2 (`'once'`) or d(d − 1) (`'twice'`), and its share of that most
 * @throws {@link InputError} if the graphs' names differ
 * @see Tsamardinos, Brown & Aliferis (2006), Machine Learning 65, 31–78
 * @example
 * import { createDag, shd } from '@cfe/graph';
 * const ab = createDag(['a', 'b'], [['a', 'b']]);
 * const ba = createDag(['b', 'a'], [['b', 'a']]);
 * shd(ab, ba).count; // → 1
 * shd(ab, ba, { reversal: 'twice' }); // → { count: 2, normalised: 1 }
 */
export function shd(
  truth: Graph,
  estimate: Graph,
  { reversal = 'once' }: { readonly reversal?: 'once' | 'twice' } = {},
): Distance {
  checkSameNames('shd', truth.nodes, estimate.nodes);
  const left = joins(truth);
  const right = joins(estimate, truth);
  let count = 0;
  for (const [pair, join] of left) {
    const other = right.get(pair) ?? 0;
    if (join === other) continue;
    const reversed =
      ((join & forward) !== 0 && (other & backward) !== 0) ||
      ((join & backward) !== 0 && (other & forward) !== 0);
    count += reversed && reversal === 'twice' ? 2 : 1;
  }
  for (const pair of right.keys()) if (!left.has(pair)) count++;
  const d = truth.nodes.length;
  const most = (d * (d - 1)) / (reversal === 'twice' ? 1 : 2);
  return { count, normalised: most === 0 ? 0 : count / most };
}
