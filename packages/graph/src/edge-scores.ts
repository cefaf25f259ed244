import type { Graph } from './graph.ts';
import { arc, backward, forward, joins } from './internal/joins.ts';
import { checkSameNames } from './transform.ts';

/** How much of what was claimed is right, and how much of what is right was claimed: each 0 to 1. */
export interface EdgeScore {
  /** right / claimed; `null` where nothing is claimed */
  readonly precision: number | null;
  /** right / there; `null` where there is nothing to find */
  readonly recall: number | null;
  /** their harmonic mean; `null` where either is */
  readonly f1: number | null;
}

/** Scores of an estimate at three levels of detail. */
export interface EdgeScores {
  /** over adjacent pairs, whatever joins them */
  readonly skeleton: EdgeScore;
  /** over definite i → j; undirected and bidirected edges claim none */
  readonly directed: EdgeScore;
  /** over arrowheads, each a pair of nodes and the end that bears it: one on →, two on ↔ */
  readonly arrowhead: EdgeScore;
}

/**
 * Precision, recall and F1 of an estimated graph, aligned with the truth by name.
 *
 * An empty denominator gives `null`, never 1: an empty graph must not score on a class without arrows. In a mean of
 * F1 over data sets count a `null` beside `recall: 0` as 0: there was something to find, and it was not found.
 *
 * @throws {@link InputError} if the graphs' names differ
 * @example
 * import { createDag, edgeScores } from '@cfe/graph';
 * const truth = createDag(['a', 'b', 'c'], [['a', 'b'], ['b', 'c']]);
 * edgeScores(truth, createDag(['a', 'b', 'c'], [['a', 'b']])).directed; // → { precision: 1, recall: 0.5, f1: 0.667 }
 */
export function edgeScores(truth: Graph, estimate: Graph): EdgeScores {
  checkSameNames('edgeScores', truth.nodes, estimate.nodes);
  const there = joins(truth);
  const claimed = joins(estimate, truth);
  return {
    skeleton: score(there, claimed, () => 1),
    directed: score(there, claimed, (join) => join & (forward | backward)),
    arrowhead: score(there, claimed, headsOf),
  };
}

/** The ends that bear an arrowhead, as the bits of the arrows that would put them there. */
function headsOf(join: number): number {
  return (join & arc) !== 0 ? forward | backward : join & (forward | backward);
}

function score(
  there: ReadonlyMap<number, number>,
  claimed: ReadonlyMap<number, number>,
  claimsOf: (join: number) => number,
): EdgeScore {
  let all = 0;
  let made = 0;
  let right = 0;
  for (const join of there.values()) all += countBits(claimsOf(join));
  for (const [pair, join] of claimed) {
    const claims = claimsOf(join);
    const other = there.get(pair);
    made += countBits(claims);
    if (other !== undefined) right += countBits(claims & claimsOf(other));
  }
  return {
    precision: made === 0 ? null : right / made,
    recall: all === 0 ? null : right / all,
    f1: made === 0 || all === 0 ? null : (2 * right) / (made + all),
  };
}

function countBits(two: number): number {
  return (two & 1) + ((two >> 1) & 1);
}
